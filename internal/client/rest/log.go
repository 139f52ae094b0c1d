package rest

import (
	"context"
	"errors"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// Event describes one try of a request for the log, without body, headers and
// query.
type Event struct {
	Method, Path, OperationID string
	Status                    int // 0: no response
	Duration                  time.Duration
	Err                       error
}

// logTries reports each try.
func logTries(c clock.Clock, log func(context.Context, Event), next handler) handler {
	if log == nil {
		return next
	}
	return func(ctx context.Context, r *request) (*Response, error) {
		start := c.Now()
		resp, err := next(ctx, r)
		event := Event{Method: r.Method, Path: r.url.EscapedPath(), OperationID: r.operationID, Duration: c.Now().Sub(start), Err: err}
		var invalid *ResponseError
		switch {
		case err == nil:
			event.Status = resp.Status
		case errors.As(err, &invalid):
			event.Status = invalid.Status
		}
		log(ctx, event)
		return resp, err
	}
}
