package rest

import (
	"context"

	"golang.org/x/sync/semaphore"
)

// limit lets at most inFlight requests run at once; 0 is no limit. A request with
// NoLimit neither waits nor counts.
func limit(inFlight int, next handler) handler {
	if inFlight == 0 {
		return next
	}
	slots := semaphore.NewWeighted(int64(inFlight))
	return func(ctx context.Context, r *request) (*Response, error) {
		if r.NoLimit {
			return next(ctx, r)
		}
		if slots.Acquire(ctx, 1) != nil {
			return nil, r.notSent(context.Cause(ctx))
		}
		defer slots.Release(1)
		return next(ctx, r)
	}
}
