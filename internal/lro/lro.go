// Package lro performs a write that a system completes in a task. It sends each
// write once and waits for its task. If the response is lost, it searches for the
// effect and does not send the write again. The list of objects decides whether the
// write was performed; tasks only determine how long to wait.
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

// Match is whether a task is about an object. Maybe is enough to wait for the task,
// but its error is not that of the write.
type Match int

// The values of Match.
const (
	No Match = iota
	Maybe
	Yes
)

// Response is the meaning of the response to a write.
type Response int

// The values of Response.
const (
	Performed Response = iota // accepted: a task has started
	Declined                  // not performed; the same request may be accepted later
	Refused                   // not performed; sending it again changes nothing
	Unknown                   // it may have been performed
)

// End is how a wait for a task ended.
type End int

// The values of End.
const (
	Succeeded End = iota
	Failed
	Gone   // the system no longer knows the task
	Hidden // the system does not show the task to this user
	Open   // the wait ended early, and the task may still run
)

// System are the calls of the system that performs the writes. All fields but Log
// are required.
type System[T Task] struct {
	Clock clock.Clock

	// Wait waits for the end of a task and returns the task as last read. A failed
	// task is an error.
	Wait func(ctx context.Context, task T) (T, error)

	// Response, End and Transient classify errors: of a write, of Wait, and of a
	// read that may succeed when it is repeated. Response and End accept nil.
	Response  func(err error) Response
	End       func(err error) End
	Transient func(err error) bool

	// RetryAfter returns the pause that the system asks for after a declined
	// request, or 0.
	RetryAfter func(err error) time.Duration

	// Log logs each decision with its reason.
	Log func(ctx context.Context, message string, fields map[string]any)
}

// Write is a change of an object with the state S. All fields but Shown and
// Reflects are required.
type Write[T Task, S any] struct {
	// Send sends the request. It is called again only after a declined one.
	Send func(ctx context.Context) (T, error)

	// Read reads the object from a list that is newer than every write of this
	// process. task is that of the write, or zero.
	Read func(ctx context.Context, task T) (S, error)

	// Tasks lists running and ended tasks, those about the object included. Match
	// reports whether a task is about the object.
	Tasks func(ctx context.Context) ([]T, error)
	Match func(task T) Match

	// Done reports whether the object has the wanted state. If it has it before the
	// request, nothing is sent, unless Always is set. If it gets it after a lost
	// response, the write was performed.
	Done   func(state S) bool
	Always bool

	// Shown reports whether the list shows the effect of a successful write; nil is
	// Done. It is for systems that may store other values than requested.
	Shown func(state S) bool

	// Reflects reports whether the list shows the effect of another task that ended
	// before the write; nil is always true.
	Reflects func(state S, other T) bool
}

// Outcome is the result of a write.
type Outcome[T Task, S any] struct {
	State S    // as last read
	Task  T    // of the write, zero where there is none
	Sent  bool // false if the object had the wanted state before
	Shown bool // the list shows the effect of the write
}

// Do performs a write.
//
// Errors: *BlockedError and *DeclinedError when ctx ended before the write was
// accepted; *OutcomeUnknownError when it may have been performed; *InProgressError
// when the wait for its task ended early; else the error of Send, Read, Tasks or
// Wait.
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
			e.log(ctx, "the object has the wanted state, nothing is sent", nil)
			out.Shown = true
			return out, nil
		}
		out.Task, err = w.Send(ctx)
		switch system.Response(err) {
		case Performed:
			return e.finish(ctx, out)
		case Unknown:
			return e.recover(ctx, out, known, err)
		case Refused:
			return out, afterRefusal(ctx, refusal, err)
		case Declined:
		}
		refusal = err
		e.log(ctx, "the request was declined and is sent again later", map[string]any{"error": err.Error()})
		if err := system.Clock.Sleep(ctx, max(pause, system.RetryAfter(err))); err != nil {
			return out, afterRefusal(ctx, refusal, err)
		}
	}
}

// Resume continues a write that was interrupted: it waits for the task and reads
// the object. The write needs no Send.
func Resume[T Task, S any](ctx context.Context, system System[T], w Write[T, S], task T) (Outcome[T, S], error) {
	return engine[T, S]{system, w}.finish(ctx, Outcome[T, S]{Task: task})
}

// engine performs one write.
type engine[T Task, S any] struct {
	System[T]
	write Write[T, S]
}

// waitUntilFree waits while tasks run that may be about the object, and then reads
// the object. It returns the IDs of the known tasks.
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
			wasKnown := known[task.TaskID()]
			known[task.TaskID()] = true
			if wasKnown || task.Ended() || e.write.Match(task) == No {
				continue
			}
			running = true
			e.log(ctx, "waiting for a task that may be about the object", map[string]any{"task": task.TaskID()})
			ended, err := e.Wait(ctx, task)
			if e.End(err) == Open {
				return nil, &BlockedError[T]{Task: ended, Err: err}
			}
			waited = append(waited, ended)
		}
	}
	_, err = e.readUntil(ctx, out, graceAfterTask, func(state S) bool {
		return e.write.Reflects == nil || !slices.ContainsFunc(waited, func(t T) bool { return !e.write.Reflects(state, t) })
	})
	return known, err
}

// finish waits for the task of the write, and until the list shows its effect.
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
	out.Shown, err = e.readUntil(ctx, &out, grace, shown)
	switch {
	case err != nil:
		return out, &InProgressError[T]{Task: ended, Err: err}
	case end != Succeeded && !out.Shown:
		return out, &OutcomeUnknownError[T]{Task: ended, Err: wait}
	}
	return out, nil
}

// recover checks whether a write with a lost response was performed: then there is
// a new task about the object, or the list shows the wanted state, which it did not
// show before.
func (e engine[T, S]) recover(ctx context.Context, out Outcome[T, S], known map[string]bool, lost error) (Outcome[T, S], error) {
	out.Sent = true
	e.log(ctx, "the response was lost, searching for the task or the effect", map[string]any{"error": lost.Error()})
	unknown := &OutcomeUnknownError[T]{Err: lost}
	found, before := false, e.write.Done(out.State)
	done, err := e.until(ctx, graceAfterLostResponse, func() (done bool, err error) {
		if out.Task, found, err = e.lostTask(ctx, known, unknown); found || err != nil {
			return found, err
		}
		out.Shown, err = e.readUntil(ctx, &out, 0, func(state S) bool { return e.write.Done(state) && !before })
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

// lostTask finds the task of a request with a lost response among the new tasks. It
// waits for a task that may be about the object, because its result identifies the
// object.
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
		e.log(ctx, "waiting for a task that may be that of the request", map[string]any{"task": candidate.TaskID()})
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
