// Package clocktest is a clock for tests: a wait takes no time, and a timeout ends
// when the test moves the clock.
package clocktest

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"
)

// Clock is a clock.Clock whose time advances only in Sleep and in Advance. Sleep
// ends only the timeouts of its own context, so that a running request does not
// time out because another goroutine sleeps. It is safe for concurrent use.
type Clock struct {
	lock     sync.Mutex
	now      time.Time
	timeouts map[*timeout]struct{}
}

// New returns a clock that starts at the current time.
func New() *Clock { return &Clock{now: time.Now(), timeouts: map[*timeout]struct{}{}} }

// Now returns the time of the clock.
func (c *Clock) Now() time.Time {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.now
}

// Sleep moves the clock to the end of the wait and returns at once.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	now := c.move(d)
	ends := false
	deadline, _ := ctx.Deadline()
	for t := timeoutOf(ctx); t != nil; t = timeoutOf(t.Context) {
		ends = t.endAt(now) && t.deadline.Equal(deadline) || ends
	}
	if ends {
		<-ctx.Done() // contexts in between end in a goroutine
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// Advance moves the clock forward and ends the timeouts that are over.
func (c *Clock) Advance(d time.Duration) {
	now := c.move(d)
	c.lock.Lock()
	timeouts := slices.Collect(maps.Keys(c.timeouts))
	c.lock.Unlock()
	for _, t := range timeouts {
		t.endAt(now)
	}
}

// move moves the clock forward and returns the new time.
func (c *Clock) move(d time.Duration) time.Time {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

// WithTimeout returns a context that ends when the clock has moved by d.
func (c *Clock) WithTimeout(ctx context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc) {
	if cause == nil {
		cause = context.DeadlineExceeded
	}
	// context.Cause finds the cause in the inner context.
	inner, cancel := context.WithCancelCause(ctx)
	t := &timeout{Context: inner, cancel: cancel, cause: cause, done: make(chan struct{}), clock: c}
	c.lock.Lock()
	t.deadline = c.now.Add(d)
	c.timeouts[t] = struct{}{}
	c.lock.Unlock()
	stop := context.AfterFunc(ctx, func() { t.end(ctx.Err(), context.Cause(ctx)) })
	if d <= 0 {
		t.end(context.DeadlineExceeded, cause)
	}
	return t, func() {
		stop()
		t.end(context.Canceled, context.Canceled)
	}
}

// timeout is a context that the clock ends. It has its own channel, so that
// contexts derived from it get its error.
type timeout struct {
	context.Context
	cancel   context.CancelCauseFunc
	cause    error
	deadline time.Time
	done     chan struct{}
	clock    *Clock

	lock sync.Mutex
	err  error
}

// timeoutKey is the context key of the innermost timeout.
type timeoutKey struct{}

func (t *timeout) Value(key any) any {
	if key == (timeoutKey{}) {
		return t
	}
	return t.Context.Value(key)
}

// timeoutOf returns the innermost timeout of a context, or nil.
func timeoutOf(ctx context.Context) *timeout {
	t, _ := ctx.Value(timeoutKey{}).(*timeout)
	return t
}

// endAt ends the timeout if it or an outer one is over, and reports whether it
// ended. The cause is that of the earliest one, as with real time.
func (t *timeout) endAt(now time.Time) bool {
	deadline, _ := t.Deadline()
	first := t
	for first != nil && !first.deadline.Equal(deadline) {
		first = timeoutOf(first.Context)
	}
	if first == nil { // a deadline of real time is earlier
		first = t
	}
	if first.deadline.After(now) {
		return false
	}
	t.end(context.DeadlineExceeded, first.cause)
	return true
}

func (t *timeout) end(err, cause error) {
	t.lock.Lock()
	defer t.lock.Unlock()
	if t.err != nil {
		return
	}
	t.err = err
	t.cancel(cause)
	close(t.done)
	t.clock.lock.Lock()
	defer t.clock.lock.Unlock()
	delete(t.clock.timeouts, t)
}

func (t *timeout) Deadline() (time.Time, bool) {
	if outer, ok := t.Context.Deadline(); ok && outer.Before(t.deadline) {
		return outer, true
	}
	return t.deadline, true
}

func (t *timeout) Done() <-chan struct{} { return t.done }
func (t *timeout) Err() error {
	t.lock.Lock()
	defer t.lock.Unlock()
	return t.err
}
