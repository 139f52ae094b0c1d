package rest

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// Pauses between tries; Retry-After of a 429 or 503 replaces them.
const (
	retryWaitMin = 250 * time.Millisecond
	retryWaitMax = 8 * time.Second
)

// longestWait is the longest pause that a server may ask for. A response that asks
// for more is final.
const longestWait = time.Minute

// retry repeats a failed request, at most retries times, where that is safe and may
// help.
func retry(c clock.Clock, retries int, next handler) handler {
	return func(ctx context.Context, r *request) (*Response, error) {
		for try := 0; ; try++ {
			resp, err := next(ctx, r)
			if err == nil || try == retries || !r.canRetry(ctx, err) {
				return resp, err
			}
			wait := pause(err, try)
			if wait > longestWait {
				return nil, err
			}
			if err := c.Sleep(ctx, wait); err != nil {
				return nil, r.notSent(err)
			}
		}
	}
}

// canRetry reports whether sending the request again is safe and may help.
func (r *request) canRetry(ctx context.Context, err error) bool {
	var lost *ConnectionError
	if errors.As(err, &lost) {
		if OutcomeOf(err) == Refused {
			return false
		}
		again, _ := retryablehttp.DefaultRetryPolicy(ctx, nil, lost.raw)
		return again && (r.isRead() || r.isDeclined(err))
	}
	switch Status(err) {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable:
		return r.isRead() || r.isDeclined(err)
	case http.StatusGatewayTimeout:
		return r.isRead()
	}
	return false
}

// isDeclined reports whether a request that may be sent again has not been performed.
func (r *request) isDeclined(err error) bool {
	return (r.RetryBusy || r.Login) && r.outcome(err) == Declined
}

// pause returns the time before the next try.
func pause(err error, try int) time.Duration {
	var e *StatusError
	if errors.As(err, &e) && (e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable) {
		if wait, asked := e.RetryAfter(); asked {
			return wait
		}
	}
	return retryablehttp.DefaultBackoff(retryWaitMin, retryWaitMax, try, nil)
}
