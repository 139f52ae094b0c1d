package rest

import (
	"context"
	"errors"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// ErrTimeout is the error of a request that took longer than the request timeout.
var ErrTimeout = errors.New("the request timed out")

// timeout limits the time of one try. A request with Finish ignores the end of the
// context once it has begun.
func timeout(c clock.Clock, d time.Duration, next handler) handler {
	return func(ctx context.Context, r *request) (*Response, error) {
		if ctx.Err() != nil {
			return nil, r.notSent(context.Cause(ctx))
		}
		if r.Finish {
			ctx = context.WithoutCancel(ctx)
		}
		if r.NoTimeout {
			return next(ctx, r)
		}
		ctx, cancel := c.WithTimeout(ctx, d, ErrTimeout)
		defer cancel()
		return next(ctx, r)
	}
}
