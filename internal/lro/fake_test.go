package lro_test

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
)

// The errors of the fake system.
var (
	errDeclined     = errors.New("busy")
	errRefused      = errors.New("forbidden")
	errLost         = errors.New("connection reset")
	errTransient    = errors.New("bad gateway")
	errUnauthorized = errors.New("unauthorized")
	errFailed       = errors.New("task failed")
	errGone         = errors.New("task not found")
	errHidden       = errors.New("task forbidden")
)

// task is a task of the fake. It takes a minute, and then sets the value of the
// object.
type task struct {
	id    string
	match lro.Match
	value string // the new value of the object
	end   error  // the error of a wait for it
	ended bool
}

func (t task) TaskID() string { return t.id }
func (t task) Ended() bool    { return t.ended }

// fake is a system with one object. The list shows a change after the delay.
type fake struct {
	clock     *clocktest.Clock
	value     string
	tasks     []task
	delay     time.Duration
	responses []response // to the requests, the last one repeatedly
	readErrs  []error    // of the next reads
	inWait    func()     // called during the wait for a task

	sent   int
	reads  int
	change time.Time
	old    string
	log    []string
}

// response is the response to a request.
type response struct {
	err   error
	task  *task // that starts, also with an error
	after time.Duration
}

func newFake(value string, responses ...response) *fake {
	return &fake{clock: clocktest.New(), value: value, responses: responses}
}

func (f *fake) system() lro.System[task] {
	return lro.System[task]{
		Clock: f.clock, Wait: f.wait,
		Response: func(err error) lro.Response {
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
			for end, target := range map[lro.End]error{lro.Failed: errFailed, lro.Gone: errGone, lro.Hidden: errHidden} {
				if errors.Is(err, target) {
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

// write sets the value "new".
func (f *fake) write() lro.Write[task, string] {
	return lro.Write[task, string]{
		Send: f.send, Read: f.read,
		Tasks: func(context.Context) ([]task, error) { return slices.Clone(f.tasks), nil },
		Match: func(t task) lro.Match { return t.match },
		Done:  func(value string) bool { return value == "new" },
	}
}

func (f *fake) send(ctx context.Context) (task, error) {
	if ctx.Err() != nil {
		return task{}, errRefused // it is not sent
	}
	a := f.responses[min(f.sent, len(f.responses)-1)]
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

func (f *fake) read(ctx context.Context, _ task) (string, error) {
	f.reads++
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if len(f.readErrs) > 0 {
		err := f.readErrs[0]
		f.readErrs = f.readErrs[1:]
		return "", err
	}
	if f.clock.Now().Before(f.change.Add(f.delay)) {
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
