package vcda

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// The pace of polling: the pause grows with the time waited, so that the end of
// a task is noticed within a tenth of its length, or a quarter of a second, and
// a minute takes fewer than fifty calls.
const (
	minPause      = 225 * time.Millisecond
	pauseFraction = 0.095
)

// patience is how many lists in a row may fail before their trouble counts as
// one that stays: an appliance may answer any request it dislikes with a 500.
const patience = 4

// watch is the tasks that are waited for. Whoever is due first asks for all of
// them, so that one poll serves many.
type watch struct {
	turn   chan struct{} // holds one: who asks
	failed int           // lists in a row; for whoever asks

	lock  sync.Mutex
	waits map[*wait]struct{}
}

// wait is one task that is waited for. What changes is guarded by the lock of
// the watch.
type wait struct {
	id     string
	begun  time.Time
	result bool // it is wanted

	task  Task      // as last seen
	last  error     // why the last poll said nothing of it, or nil
	due   time.Time // when it is to be asked for
	alone bool      // a list left it out, so it is read by itself
	wake  func()    // ends a pause early
}

func newWatch() *watch {
	return &watch{turn: make(chan struct{}, 1), waits: map[*wait]struct{}{}}
}

// join adds a task to those that are watched.
func (w *watch) join(t Task, result bool, now time.Time) *wait {
	w.lock.Lock()
	defer w.lock.Unlock()
	one := &wait{id: t.ID, begun: now, result: result, task: t, wake: func() {}}
	w.waits[one] = struct{}{}
	one.due = now.Add(w.pace(one, now))
	return one
}

func (w *watch) leave(one *wait) {
	w.lock.Lock()
	defer w.lock.Unlock()
	delete(w.waits, one)
}

// pace is the pause after a look. A list holds so many tasks: where it takes
// several lists to ask for all, the pause grows, and the calls don't.
func (w *watch) pace(one *wait, now time.Time) time.Duration {
	lists := (len(w.waits) + tasksPage - 1) / tasksPage
	return time.Duration(lists) * max(minPause, time.Duration(pauseFraction*float64(now.Sub(one.begun))))
}

// seen is the task as last seen, and why the last poll said nothing of it.
func (w *watch) seen(one *wait) (Task, error) {
	w.lock.Lock()
	defer w.lock.Unlock()
	return one.task, one.last
}

// pause is how long the task is not to be asked for. Wake ends it early.
func (w *watch) pause(one *wait, now time.Time, wake func()) time.Duration {
	w.lock.Lock()
	defer w.lock.Unlock()
	if one.task.Ended() {
		return 0
	}
	one.wake = wake
	return one.due.Sub(now)
}

// group are the tasks to ask for when one is due: those that no list has left
// out, else it alone. It is empty when somebody has just asked.
func (w *watch) group(one *wait, now time.Time) []*wait {
	w.lock.Lock()
	defer w.lock.Unlock()
	switch {
	case one.task.Ended() || one.due.After(now):
		return nil
	case one.alone:
		return []*wait{one}
	}
	var group []*wait
	for other := range w.waits {
		if !other.task.Ended() && !other.alone {
			group = append(group, other)
		}
	}
	return group
}

// note keeps the answer to a poll, or the error that came in its place. What the
// answer left out is to be read by itself, at once.
func (w *watch) note(asked []*wait, answer map[string]Task, err error, now time.Time) {
	w.lock.Lock()
	defer w.lock.Unlock()
	for _, one := range asked {
		t, found := answer[one.id]
		switch {
		case one.task.Ended(): // another poll was faster
			continue
		case found:
			one.task, one.last, one.alone, one.due = t, nil, false, now.Add(w.pace(one, now))
		case err != nil:
			one.last, one.due = err, now.Add(w.pace(one, now))
			continue
		default:
			one.alone, one.due = true, now
		}
		if one.alone || t.Ended() {
			one.wake()
		}
	}
}

// follow waits for the end of a task.
func (c *Client) follow(ctx context.Context, one *wait) error {
	for {
		if err := c.rest(ctx, one); err != nil {
			return err
		}
		if err := c.look(ctx, one); err != nil {
			return err
		}
		t, trouble := c.watch.seen(one)
		if trouble == nil {
			progressed(ctx, t)
		}
		if t.Ended() {
			return nil
		}
	}
}

// rest pauses until the task is due, or there is news of it.
func (c *Client) rest(ctx context.Context, one *wait) error {
	resting, wake := context.WithCancel(ctx)
	defer wake()
	pause := c.watch.pause(one, c.clock.Now(), wake)
	if pause <= 0 {
		return nil
	}
	if err := c.clock.Sleep(resting, pause); err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// look asks for a task that is due and for all others that are waited for. Only
// who asks for several waits for his turn.
func (c *Client) look(ctx context.Context, one *wait) error {
	switch len(c.watch.group(one, c.clock.Now())) {
	case 0:
		return nil
	case 1:
		return c.lookAlone(ctx, one)
	}
	select {
	case c.watch.turn <- struct{}{}:
		defer func() { <-c.watch.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if group := c.watch.group(one, c.clock.Now()); len(group) > 1 {
		return c.lookTogether(ctx, group)
	}
	return nil // somebody has just asked, or no other is left
}

// lookAlone reads one task. Its error is one that the next poll would meet too.
func (c *Client) lookAlone(ctx context.Context, one *wait) error {
	t, err := c.Task(ctx, one.id)
	if err == nil {
		t.ID = one.id // whatever the answer calls it
		c.noted([]*wait{one}, []Task{t}, nil)
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !IsTransient(err) {
		return err
	}
	c.noted([]*wait{one}, nil, err)
	return nil
}

// lookTogether lists tasks by id. What is wrong with the list is nobody's end:
// where it is more than a passing trouble each task is read by itself.
func (c *Client) lookTogether(ctx context.Context, group []*wait) error {
	for chunk := range slices.Chunk(group, tasksPage) {
		ids := make([]string, len(chunk))
		for i, one := range chunk {
			ids[i] = one.id
		}
		tasks, err := c.Tasks(ctx, TaskQuery{IDs: ids, Limit: len(ids)})
		if err != nil && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if c.watch.failed++; err == nil {
			c.watch.failed = 0
		}
		var answer *rest.ResponseError
		if errors.As(err, &answer) || !IsTransient(err) || c.watch.failed > patience {
			err = nil
		}
		c.noted(chunk, slices.DeleteFunc(tasks, func(t Task) bool { return cutShort(t, chunk) }), err)
	}
	return nil
}

// cutShort tells whether a list has left out why a task failed, or the result of
// one that somebody wants to know.
func cutShort(t Task, asked []*wait) bool {
	switch {
	case t.State == TaskFailed:
		return t.Error == nil
	case t.State != TaskSucceeded || len(t.Result) > 0 && string(t.Result) != "null":
		return false
	}
	return slices.ContainsFunc(asked, func(one *wait) bool { return one.id == t.ID && one.result })
}

// noted keeps what a poll has shown. Where a task has ended, so has what the
// lists of sites showed before.
func (c *Client) noted(asked []*wait, tasks []Task, err error) {
	answer := make(map[string]Task, len(tasks))
	for _, t := range tasks {
		answer[t.ID] = t
	}
	if slices.ContainsFunc(tasks, Task.Ended) {
		c.writes.Invalidate()
	}
	c.watch.note(asked, answer, err, c.clock.Now())
}
