// Package clock provides the time, waits and timeouts. The whole provider uses a
// Clock, so that tests can control the time (see clocktest).
package clock

import (
	"context"
	"time"
)

// Clock is a source of time.
type Clock interface {
	// Now returns the current time.
	Now() time.Time

	// Sleep waits for d. If ctx ends before, it returns the cause.
	Sleep(ctx context.Context, d time.Duration) error

	// WithTimeout returns a context that ends after d with
	// context.DeadlineExceeded. A nil cause is context.DeadlineExceeded too.
	WithTimeout(ctx context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc)
}

// System is the time of the machine.
type System struct{}

// Now returns the current time.
func (System) Now() time.Time { return time.Now() }

// Sleep waits for d. If ctx ends before, it returns the cause.
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
