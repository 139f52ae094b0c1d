package vcda

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// WaitError is the error of a wait that ended before its task.
type WaitError struct {
	Task Task  // as last read
	Last error // the error of the last poll, or nil
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

// Wait polls the task until it ends. One call polls all tasks that are waited for.
// A lost connection or a transient server error does not end the wait.
//
// Errors: *TaskError when the task failed, *WaitError when ctx ended or the
// appliance no longer shows the task.
func (c *Client) Wait(ctx context.Context, t Task) (Task, error) {
	return c.wait(ctx, t, false)
}

// WaitForResult is Wait for a task whose result is needed. If a list of tasks
// leaves it out, the task itself is read.
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
		c.newTasks.Invalidate() // a task that it blocked may run now
	}
	if err != nil {
		c.taskEnded() // the task may have ended
		return t, &WaitError{Task: t, Last: last, Err: err}
	}
	return t, t.failure()
}

type progressKey struct{}

// WithProgress lets the waits with a context report their task when its state or
// its progress has changed. Concurrent waits call report concurrently.
func WithProgress(ctx context.Context, report func(Task)) context.Context {
	return context.WithValue(ctx, progressKey{}, report)
}

// report reports a task that has changed.
func (c *Client) report(ctx context.Context, t Task) {
	if c.taskChanged != nil {
		c.taskChanged(ctx, t)
	}
	if report, ok := ctx.Value(progressKey{}).(func(Task)); ok {
		report(t)
	}
}

// IsTaskForgotten reports whether a wait ended because the appliance does not know
// the task. An appliance may respond with 400 to an ID of another form.
func IsTaskForgotten(err error) bool {
	var wait *WaitError
	if !errors.As(err, &wait) {
		return false
	}
	code := apiStatus(wait.Err)
	return code == http.StatusNotFound || code == http.StatusBadRequest
}

// IsTaskGone reports whether a wait ended because the appliance does not know the
// task, or the user may not see it.
func IsTaskGone(err error) bool {
	var wait *WaitError
	return IsTaskForgotten(err) || errors.As(err, &wait) && IsNotFoundOrForbidden(wait.Err)
}
