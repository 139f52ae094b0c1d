package rest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
)

var (
	errTooLarge    = fmt.Errorf("the answer is larger than %d MiB", maxAnswer>>20)
	errLongElement = fmt.Errorf("an element of the list is larger than %d MiB", maxElement>>20)
)

// ErrTimeout is a request that took longer than its own timeout.
var ErrTimeout = errors.New("the request timeout was up")

// tooLarge is the error of an answer that is too large, nil for another one.
func tooLarge(err error) error {
	for _, large := range []error{errTooLarge, errLongElement} {
		if errors.Is(err, large) {
			return large
		}
	}
	return nil
}

// finishKey marks the context of a request that must not be abandoned.
type finishKey struct{}

// attempt is one try of a request: it waits for a free slot, bounds the time
// and the size of the whole answer, and logs.
type attempt struct {
	next    http.RoundTripper
	slots   chan struct{} // nil: no limit
	timeout time.Duration
	log     func(context.Context, Event)
}

func (a *attempt) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if a.slots != nil {
		select {
		case a.slots <- struct{}{}:
			defer func() { <-a.slots }()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err // it ended while both were ready: nothing has begun
	}
	start := time.Now()
	resp, err := a.send(req)
	err = redactError(err, secretsOf(ctx))
	if a.log != nil {
		event := Event{Method: req.Method, Path: req.URL.EscapedPath(), OperationID: OperationID(ctx), Duration: time.Since(start), Err: err}
		if resp != nil {
			event.Status = resp.StatusCode
		}
		a.log(ctx, event)
	}
	return resp, err
}

// send reads the answer to its end, so that a broken body counts as a failed
// try and may be repeated.
func (a *attempt) send(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if ctx.Value(finishKey{}) != nil {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, a.timeout, ErrTimeout)
	defer cancel()
	resp, err := a.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, cause(ctx, err)
	}
	defer resp.Body.Close()
	text := &measured{from: resp.Body, left: maxAnswer}
	body := take(ctx, resp, text)
	if text.err != nil {
		return nil, cause(ctx, text.err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// take reads an answer to its end: into where the request wants it, else into
// memory.
func take(ctx context.Context, resp *http.Response, text *measured) []byte {
	if s, _ := ctx.Value(streamKey{}).(*stream); s.takes(resp) {
		s.read(text)
		return nil
	}
	body, _ := io.ReadAll(text) // text keeps the error
	return body
}

// cause says why the context ended, where that is what ended the request.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// retryRead decides whether a read is worth another try.
func retryRead(ctx context.Context, resp *http.Response, err error) (bool, error) {
	var trust *tlsutil.TrustError
	if errors.As(err, &trust) || errors.Is(err, errTooLarge) || errors.Is(err, errLongElement) {
		return false, nil
	}
	if resp != nil && resp.StatusCode >= 500 && !passing(resp.StatusCode) {
		return false, nil
	}
	return retryablehttp.DefaultRetryPolicy(ctx, resp, err)
}

// longestWait is the longest time a server may ask a read to wait before the
// next try; what is to wait longer fails with the server's answer.
const longestWait = time.Minute

// retryInTime is retryRead for a server that may ask for too much patience.
func retryInTime(ctx context.Context, resp *http.Response, err error) (bool, error) {
	again, err := retryRead(ctx, resp, err)
	if again && resp != nil && retryablehttp.DefaultBackoff(retryWaitMin, retryWaitMax, 0, resp) > longestWait {
		return false, nil
	}
	return again, err
}

// lastTry hands on how the last try of a read ended. An answer that came when the
// context had ended is dropped: http.Client would do so with a line on stderr.
func lastTry(resp *http.Response, err error, _ int) (*http.Response, error) {
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// passing tells the statuses of an overloaded or restarting server.
func passing(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// wroteMark notices whether a request went on the wire at all.
type wroteMark struct{ wrote atomic.Bool }

func (m *wroteMark) watch(req *http.Request) *http.Request {
	trace := &httptrace.ClientTrace{WroteHeaders: func() { m.wrote.Store(true) }}
	return req.WithContext(httptrace.WithClientTrace(req.Context(), trace))
}
