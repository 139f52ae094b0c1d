package vcda

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// WaitError is a wait that ended before its task did.
type WaitError struct {
	Task Task  // as last seen
	Last error // why the last poll showed nothing, or nil
	Err  error // why the wait ended
}

func (e *WaitError) Error() string {
	text := fmt.Sprintf("the task %s is still %s at %d %%: %v", e.Task.ID, e.Task.State, e.Task.Progress, e.Err)
	if e.Last != nil {
		text += fmt.Sprintf(" (last response: %v)", e.Last)
	}
	return text
}

func (e *WaitError) Unwrap() error { return e.Err }

// Wait polls the task until it ends, in one call with all others that are waited
// for. It never starts anything. A lost connection or a transient server error does
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

func (c *Client) wait(ctx context.Context, t Task, wantsResult bool) (Task, error) {
	if t.Ended() {
		c.taskEnded() // a snapshot may be older
		return t, t.failure()
	}
	t, last, err := c.poller.wait(ctx, t, wantsResult, func(t Task) { c.report(ctx, t) })
	if !c.Started(t.ID) {
		c.newTasks.Invalidate() // others may have gone on
	}
	if err != nil {
		c.taskEnded() // it may have ended unseen
		return t, &WaitError{Task: t, Last: last, Err: err}
	}
	return t, t.failure()
}

type progressKey struct{}

// WithProgress lets the waits below a context report their task whenever its state
// or its progress has changed. Waits that run side by side call it side by side.
func WithProgress(ctx context.Context, report func(Task)) context.Context {
	return context.WithValue(ctx, progressKey{}, report)
}

// report passes on a task that has changed.
func (c *Client) report(ctx context.Context, t Task) {
	if c.taskChanged != nil {
		c.taskChanged(ctx, t)
	}
	if report, ok := ctx.Value(progressKey{}).(func(Task)); ok {
		report(t)
	}
}

// IsTaskForgotten reports whether a wait ended because the appliance does not know
// the task. It may answer 400 to an ID that it can't have given.
func IsTaskForgotten(err error) bool {
	var wait *WaitError
	if !errors.As(err, &wait) {
		return false
	}
	answered := apiStatus(wait.Err)
	return answered == http.StatusNotFound || answered == http.StatusBadRequest
}

// IsTaskGone reports whether a wait ended because the appliance does not know the
// task, or hides it.
func IsTaskGone(err error) bool {
	var wait *WaitError
	return IsTaskForgotten(err) || errors.As(err, &wait) && IsNotFoundOrForbidden(wait.Err)
}
