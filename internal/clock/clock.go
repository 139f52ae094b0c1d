// Package clock tells the time, waits and limits how long something may take.
// Everything in the provider takes its time from a Clock, so that tests decide
// when two seconds have passed (see clocktest).
package clock

import (
	"context"
	"time"
)

// Clock is a source of time.
type Clock interface {
	// Now returns the current time.
	Now() time.Time

	// Sleep waits for d, or until ctx ends: then it returns the cause.
	Sleep(ctx context.Context, d time.Duration) error

	// WithTimeout returns a context that ends after d with
	// context.DeadlineExceeded. Its cause is the given one, or
	// context.DeadlineExceeded if that is nil.
	WithTimeout(ctx context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc)
}

// System is the time of the machine.
type System struct{}

// Now returns the current time.
func (System) Now() time.Time { return time.Now() }

// Sleep waits for d, or until ctx ends: then it returns the cause.
func (System) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// WithTimeout returns a context that ends after d.
func (System) WithTimeout(ctx context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc) {
	if cause == nil {
		cause = context.DeadlineExceeded
	}
	return context.WithTimeoutCause(ctx, d, cause)
}
