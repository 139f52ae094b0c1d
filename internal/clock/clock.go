// Package clock tells the time and waits, so that tests can do both at once.
package clock

import (
	"context"
	"time"
)

// Clock tells the time and waits; tests replace it.
type Clock interface {
	Now() time.Time
	// Sleep waits for d, or less when ctx ends: then it returns the context's
	// error.
	Sleep(ctx context.Context, d time.Duration) error
}

// System is the real time.
type System struct{}

// Now is the current time.
func (System) Now() time.Time { return time.Now() }

// Sleep waits for d or until ctx ends.
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
