package lro_test

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
)

// The answers of the fake system, beside a task.
var (
	errDeclined  = errors.New("busy")
	errRefused   = errors.New("forbidden")
	errLost      = errors.New("connection reset")
	errTransient = errors.New("bad gateway")
	errBroken    = errors.New("unauthorized")
	errFailed    = errors.New("task failed")
	errGone      = errors.New("task not found")
	errHidden    = errors.New("task forbidden")
)

// task is a task of the fake. It takes a minute, and changes the object to its
// value at its end.
type task struct {
	id    string
	about lro.Match
	value string // what the object becomes
	end   error  // of a wait for it
	ended bool
}

func (t task) TaskID() string { return t.id }
func (t task) Ended() bool    { return t.ended }

// fake is a system with one object. The list shows a change after the lag.
type fake struct {
	clock   *clocktest.Clock
	value   string
	tasks   []task
	lag     time.Duration
	answers []answer // to the requests, the last one again and again
	trouble []error  // of the next looks
	inWait  func()   // runs while a task is waited for

	sent   int
	looks  int
	change time.Time
	old    string
	log    []string
}

// answer is what happens to a request.
type answer struct {
	err   error
	task  *task // that begins, also where the answer is an error
	after time.Duration
}

func newFake(value string, answers ...answer) *fake {
	return &fake{clock: clocktest.New(), value: value, answers: answers}
}

func (f *fake) system() lro.System[task] {
	return lro.System[task]{
		Clock: f.clock, Wait: f.wait,
		Answer: func(err error) lro.Answer {
			switch {
			case err == nil:
				return lro.Performed
			case errors.Is(err, errDeclined):
				return lro.Declined
			case errors.Is(err, errLost):
				return lro.Unknown
			}
			return lro.Refused
		},
		End: func(err error) lro.End {
			for end, is := range map[lro.End]error{lro.Failed: errFailed, lro.Gone: errGone, lro.Hidden: errHidden} {
				if errors.Is(err, is) {
					return end
				}
			}
			if err != nil {
				return lro.Open
			}
			return lro.Succeeded
		},
		Transient:  func(err error) bool { return errors.Is(err, errTransient) },
		RetryAfter: func(error) time.Duration { return time.Second },
		Log:        func(_ context.Context, message string, _ map[string]any) { f.log = append(f.log, message) },
	}
}

// write asks for the value "new".
func (f *fake) write() lro.Write[task, string] {
	return lro.Write[task, string]{
		Send: f.send, Look: f.look,
		Tasks: func(context.Context) ([]task, error) { return slices.Clone(f.tasks), nil },
		Match: func(t task) lro.Match { return t.about },
		Done:  func(value string) bool { return value == "new" },
	}
}

func (f *fake) send(ctx context.Context) (task, error) {
	if ctx.Err() != nil {
		return task{}, errRefused // it does not go out
	}
	a := f.answers[min(f.sent, len(f.answers)-1)]
	f.sent++
	if a.task != nil {
		f.tasks = append(f.tasks, *a.task)
	}
	f.clock.Advance(a.after)
	if a.err != nil || a.task == nil {
		return task{}, a.err
	}
	return *a.task, nil
}

func (f *fake) look(ctx context.Context, _ task) (string, error) {
	f.looks++
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if len(f.trouble) > 0 {
		err := f.trouble[0]
		f.trouble = f.trouble[1:]
		return "", err
	}
	if f.clock.Now().Before(f.change.Add(f.lag)) {
		return f.old, nil
	}
	return f.value, nil
}

func (f *fake) wait(ctx context.Context, t task) (task, error) {
	if f.inWait != nil {
		f.inWait()
	}
	if !t.ended {
		if err := f.clock.Sleep(ctx, time.Minute); err != nil {
			return t, err
		}
	}
	at := slices.IndexFunc(f.tasks, func(other task) bool { return other.id == t.id })
	if t.end == nil && !f.tasks[at].ended {
		f.old, f.value, f.change = f.value, t.value, f.clock.Now()
	}
	t.ended = t.end == nil || errors.Is(t.end, errFailed)
	f.tasks[at].ended = true
	return t, t.end
}
