// Package lro performs writes whose work a system goes on with in a task. Each
// write is sent once; a lost answer is looked up, never sent again; the task is
// waited for. The object as the system lists it decides what is true, tasks only
// tell how long to wait.
package lro

import (
	"context"
	"slices"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// Task is a task of the system.
type Task interface {
	TaskID() string
	Ended() bool
}

// Match is how certain it is that a task is about an object. Maybe is enough to
// wait for a task, and not enough to blame it.
type Match int

// The values of Match.
const (
	No Match = iota
	Maybe
	Yes
)

// Answer is what the answer to a write means.
type Answer int

// The values of Answer.
const (
	Performed Answer = iota // accepted: a task has begun
	Declined                // nothing happened, and the same request may be accepted later
	Refused                 // nothing happened, and sending again would not help
	Unknown                 // it may have been performed
)

// End is how a wait for a task ended.
type End int

// The values of End.
const (
	Succeeded End = iota
	Failed
	Gone   // the system no longer knows the task
	Hidden // the system does not show the task to this user
	Open   // the wait was cut short, and the task goes on
)

// System is what the engine needs of the system that performs the writes. All
// fields but Log are required.
type System[T Task] struct {
	Clock clock.Clock

	// Wait waits for the end of a task and returns the task as last seen. A task
	// that failed is an error.
	Wait func(ctx context.Context, task T) (T, error)

	// Answer, End and Transient sort errors: of the answer to a write, of Wait,
	// and of a read that may succeed when it is repeated. Answer and End take nil.
	Answer    func(err error) Answer
	End       func(err error) End
	Transient func(err error) bool

	// RetryAfter is how long the system asks to wait before a declined request is
	// sent again, 0 where it does not say.
	RetryAfter func(err error) time.Duration

	// Log takes each decision of the engine with its reason.
	Log func(ctx context.Context, message string, fields map[string]any)
}

// Write is one change of one object, whose state is an S. All fields but Shown
// and Reflects are required.
type Write[T Task, S any] struct {
	// Send sends the request. It is called again only after a declined one.
	Send func(ctx context.Context) (T, error)

	// Look reads the object as the system lists it now, never from before a write
	// of this process. The task is that of the write, or zero.
	Look func(ctx context.Context, task T) (S, error)

	// Tasks lists tasks, running or ended, among which those about the object are;
	// Match reports whether one is.
	Tasks func(ctx context.Context) ([]T, error)
	Match func(task T) Match

	// Done reports whether the object is as asked for. If it is before anything is
	// sent, nothing is, except with Always; if it becomes so after an answer got
	// lost, the write was performed.
	Done   func(state S) bool
	Always bool

	// Shown reports whether the list shows the end of a task of the write that
	// succeeded; nil is Done. It asks for less where the system may change values.
	Shown func(state S) bool

	// Reflects reports whether the list shows the end of another task, which was
	// waited for before the write; nil is always.
	Reflects func(state S, other T) bool
}

// Outcome is what came of a write.
type Outcome[T Task, S any] struct {
	State S    // as last listed
	Task  T    // of the write, zero where there is none
	Sent  bool // false where the object was as asked for before anything was sent
	Shown bool // the list shows the end of the write
}

// Do performs a write.
//
// Errors: *BlockedError and *DeclinedError when ctx ended before the write was
// accepted; *OutcomeUnknownError when it may have been performed;
// *InProgressError when the wait for its task was cut short; else the error of
// Send, Look, Tasks or Wait.
func Do[T Task, S any](ctx context.Context, system System[T], w Write[T, S]) (Outcome[T, S], error) {
	e := engine[T, S]{system, w}
	var refusal error
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		var out Outcome[T, S]
		known, err := e.waitUntilFree(ctx, &out)
		if err != nil {
			return out, afterRefusal(ctx, refusal, err)
		}
		if w.Done(out.State) && !w.Always {
			e.log(ctx, "the object is as asked for, nothing is sent", nil)
			out.Shown = true
			return out, nil
		}
		out.Task, err = w.Send(ctx)
		switch system.Answer(err) {
		case Performed:
			return e.finish(ctx, out)
		case Unknown:
			return e.recover(ctx, out, known, err)
		case Refused:
			return out, afterRefusal(ctx, refusal, err)
		case Declined:
		}
		refusal = err
		e.log(ctx, "the request was declined, it is sent again later", map[string]any{"error": err.Error()})
		if err := system.Clock.Sleep(ctx, max(pause, system.RetryAfter(err))); err != nil {
			return out, afterRefusal(ctx, refusal, err)
		}
	}
}

// Resume goes on with a write that was cut short: it waits for the task and looks
// at the object. The write needs no Send.
func Resume[T Task, S any](ctx context.Context, system System[T], w Write[T, S], task T) (Outcome[T, S], error) {
	return engine[T, S]{system, w}.finish(ctx, Outcome[T, S]{Task: task})
}

// engine performs one write.
type engine[T Task, S any] struct {
	System[T]
	write Write[T, S]
}

// waitUntilFree waits while tasks run that may be about the object, and looks at
// the object then. It returns the tasks there were.
func (e engine[T, S]) waitUntilFree(ctx context.Context, out *Outcome[T, S]) (known map[string]bool, err error) {
	known = map[string]bool{}
	var waited []T
	for running := true; running; {
		tasks, err := e.write.Tasks(ctx)
		if err != nil {
			return nil, err
		}
		running = false
		for _, task := range tasks {
			seen := known[task.TaskID()]
			known[task.TaskID()] = true
			if seen || task.Ended() || e.write.Match(task) == No {
				continue
			}
			running = true
			e.log(ctx, "a task that may be about the object runs, it is waited for", map[string]any{"task": task.TaskID()})
			ended, err := e.Wait(ctx, task)
			if e.End(err) == Open {
				return nil, &BlockedError[T]{Task: ended, Err: err}
			}
			waited = append(waited, ended)
		}
	}
	_, err = e.look(ctx, out, graceAfterTask, func(state S) bool {
		return e.write.Reflects == nil || !slices.ContainsFunc(waited, func(t T) bool { return !e.write.Reflects(state, t) })
	})
	return known, err
}

// finish waits for the task of the write, and until the list shows its end.
func (e engine[T, S]) finish(ctx context.Context, out Outcome[T, S]) (Outcome[T, S], error) {
	out.Sent = true
	ended, wait := e.Wait(ctx, out.Task)
	out.Task = ended
	grace, shown := graceAfterTask, e.write.Shown
	end := e.End(wait)
	switch end {
	case Failed:
		return out, wait
	case Open:
		return out, &InProgressError[T]{Task: ended, Err: wait}
	case Gone:
		grace, shown = graceAfterGoneTask, nil
	case Hidden:
		grace, shown = graceForHiddenTask, nil
	case Succeeded:
	}
	if shown == nil {
		shown = e.write.Done
	}
	var err error
	out.Shown, err = e.look(ctx, &out, grace, shown)
	switch {
	case err != nil:
		return out, &InProgressError[T]{Task: ended, Err: err}
	case end != Succeeded && !out.Shown:
		return out, &OutcomeUnknownError[T]{Task: ended, Err: wait}
	}
	return out, nil
}

// recover finds out whether a write was performed whose answer got lost: then
// there is a task that was not known before, or the list shows what was asked for,
// and did not before.
func (e engine[T, S]) recover(ctx context.Context, out Outcome[T, S], known map[string]bool, lost error) (Outcome[T, S], error) {
	out.Sent = true
	e.log(ctx, "the answer got lost, tasks and list are looked at", map[string]any{"error": lost.Error()})
	unknown := &OutcomeUnknownError[T]{Err: lost}
	found, before := false, e.write.Done(out.State)
	done, err := e.until(ctx, graceAfterLostAnswer, func() (done bool, err error) {
		if out.Task, found, err = e.lostTask(ctx, known, unknown); found || err != nil {
			return found, err
		}
		out.Shown, err = e.look(ctx, &out, 0, func(state S) bool { return e.write.Done(state) && !before })
		return out.Shown, err
	})
	switch {
	case found:
		return e.finish(ctx, out)
	case !done:
		unknown.Cause = err
		return out, unknown
	}
	return out, nil
}

// lostTask finds the task of a request whose answer got lost among those not known
// before. Tasks that only may be the one are waited for, as their result tells.
func (e engine[T, S]) lostTask(ctx context.Context, known map[string]bool, unknown *OutcomeUnknownError[T]) (task T, found bool, err error) {
	tasks, err := e.write.Tasks(ctx)
	if err != nil {
		return task, false, err
	}
	tasks = slices.DeleteFunc(slices.Clone(tasks), func(t T) bool { return known[t.TaskID()] || e.write.Match(t) == No })
	slices.SortStableFunc(tasks, func(a, b T) int { return int(e.write.Match(b) - e.write.Match(a)) })
	for _, candidate := range tasks {
		if e.write.Match(candidate) == Yes {
			return candidate, true, nil
		}
		e.log(ctx, "a task that may be the request's is waited for", map[string]any{"task": candidate.TaskID()})
		ended, err := e.Wait(ctx, candidate)
		end := e.End(err)
		switch {
		case end == Open:
			return task, false, err
		case e.write.Match(ended) == Yes:
			return ended, true, nil
		case end == Failed:
			unknown.Suspects = append(unknown.Suspects, err)
		}
		known[candidate.TaskID()] = true
	}
	return task, false, nil
}

func (e engine[T, S]) log(ctx context.Context, message string, fields map[string]any) {
	if e.Log != nil {
		e.Log(ctx, message, fields)
	}
}
