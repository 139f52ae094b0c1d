package vcda

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/api/transport"
)

// The pace of polling: the pause grows with the time waited, so that the end of
// a task is noticed within a tenth of its length, or a quarter of a second, and
// a minute takes fewer than fifty calls.
const (
	minPause      = 225 * time.Millisecond
	pauseFraction = 0.095
)

// WaitError is a wait that ended before its task did.
type WaitError struct {
	Task Task  // as last seen
	Last error // the last error of a poll, or nil
	Err  error // why the wait ended
}

func (e *WaitError) Error() string {
	text := fmt.Sprintf("the task %s is still %s at %d %%: %v", e.Task.ID, e.Task.State, e.Task.Progress, e.Err)
	if e.Last != nil {
		text += fmt.Sprintf(" (last answer: %v)", e.Last)
	}
	return text
}
func (e *WaitError) Unwrap() error { return e.Err }

// Wait polls the task until it ends. It never starts anything. A lost
// connection or a passing server error does not end it: the task outlives both.
//
// Errors: *TaskError when the task failed, *WaitError when ctx ended or the
// appliance no longer shows the task.
func (c *Client) Wait(ctx context.Context, t Task) (Task, error) {
	defer c.sharing.wrote() // the task has changed what a list shows
	var last error
	for start := c.clock.Now(); !t.Ended(); {
		pause := max(minPause, time.Duration(pauseFraction*float64(c.clock.Now().Sub(start))))
		if err := c.clock.Sleep(ctx, pause); err != nil {
			return t, &WaitError{Task: t, Last: last, Err: err}
		}
		seen, err := c.Task(ctx, t.ID)
		switch {
		case err == nil:
			t, last = seen, nil
			progressed(ctx, t)
		case ctx.Err() != nil:
			return t, &WaitError{Task: t, Last: last, Err: context.Cause(ctx)}
		case !Passing(err):
			return t, &WaitError{Task: t, Last: last, Err: err}
		default:
			last = err
		}
	}
	if t.State == TaskFailed {
		return t, &TaskError{Task: t, Err: t.Error}
	}
	return t, nil
}

// Passing tells an error of a poll that the next poll may not meet.
func Passing(err error) bool {
	var login *LoginError
	if errors.As(err, &login) {
		return !login.Refused
	}
	var status *transport.StatusError
	if errors.As(err, &status) {
		return status.Passing()
	}
	var connection *transport.ConnectionError
	var answer *transport.AnswerError
	return errors.As(err, &connection) || errors.As(err, &answer)
}

// Vanished tells a wait that ended because the appliance no longer knows the
// task, or hides it.
func Vanished(err error) bool {
	var wait *WaitError
	return errors.As(err, &wait) && Hidden(wait.Err)
}
