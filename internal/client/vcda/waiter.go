package vcda

import (
	"context"
	"errors"
	"fmt"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
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

// Wait polls the task until it ends, in one call with all others that are waited
// for. It never starts anything. A lost connection or a passing server error does
// not end it: the task outlives both.
//
// Errors: *TaskError when the task failed, *WaitError when ctx ended or the
// appliance no longer shows the task.
func (c *Client) Wait(ctx context.Context, t Task) (Task, error) {
	return c.wait(ctx, t, false)
}

// WaitForResult is Wait for a task whose result is wanted: a list of tasks may
// leave that out, and the task itself has it.
func (c *Client) WaitForResult(ctx context.Context, t Task) (Task, error) {
	return c.wait(ctx, t, true)
}

func (c *Client) wait(ctx context.Context, t Task, result bool) (Task, error) {
	if t.Ended() {
		c.writes.Invalidate() // a list may be older
		return t, t.failure()
	}
	one := c.watch.join(t, result, c.clock.Now())
	defer c.watch.leave(one)
	err := c.follow(ctx, one)
	t, last := c.watch.seen(one)
	if err != nil {
		c.writes.Invalidate() // it may have ended unseen
		return t, &WaitError{Task: t, Last: last, Err: err}
	}
	return t, t.failure()
}

// IsTransient tells an error of a poll that the next poll may not meet.
func IsTransient(err error) bool {
	var login *LoginError
	if errors.As(err, &login) {
		return !login.Refused
	}
	var status *rest.StatusError
	if errors.As(err, &status) {
		return status.IsTransient()
	}
	var connection *rest.ConnectionError
	var answer *rest.ResponseError
	return errors.As(err, &connection) || errors.As(err, &answer)
}

// IsTaskGone tells a wait that ended because the appliance no longer knows the
// task, or hides it.
func IsTaskGone(err error) bool {
	var wait *WaitError
	return errors.As(err, &wait) && IsNotFoundOrForbidden(wait.Err)
}
