package lro

import (
	"context"
	"errors"
	"time"
)

// How long the list of objects may take to show the effect of a task.
const (
	graceAfterTask         = 10 * time.Second // the end of the task was read
	graceAfterLostResponse = 10 * time.Second // no task was found
	graceAfterGoneTask     = 30 * time.Second // the system may have restarted
	graceForHiddenTask     = 24 * time.Hour   // it may still run; the caller's context ends the wait
)

// The pauses between two reads, and before a declined request is sent again.
const (
	firstPause = 250 * time.Millisecond
	lastPause  = 5 * time.Second
)

// readUntil reads the object until it is as expected or the grace period is over,
// and reports whether it is as expected.
func (e engine[T, S]) readUntil(ctx context.Context, out *Outcome[T, S], grace time.Duration, expected func(S) bool) (bool, error) {
	return e.until(ctx, grace, func() (bool, error) {
		state, err := e.write.Read(ctx, out.Task)
		if err != nil {
			return false, err
		}
		out.State = state
		return expected(state), nil
	})
}

// until calls check, with growing pauses, until it returns true or the limit is
// over. A transient error within the limit does not end it.
func (e engine[T, S]) until(ctx context.Context, limit time.Duration, check func() (bool, error)) (bool, error) {
	start := e.Clock.Now()
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		done, err := check()
		if done || err != nil && !e.Transient(err) {
			return done, err
		}
		left := limit - e.Clock.Now().Sub(start)
		if left <= 0 {
			return false, err
		}
		if ended := e.Clock.Sleep(ctx, min(pause, left)); ended != nil {
			return false, errors.Join(ended, err)
		}
	}
}
