package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
)

// Call names a request in an error.
type Call struct {
	Method, Path, OperationID string
}

func (c Call) String() string { return c.Method + " " + c.Path }

func (c Call) call() Call { return c }

// OperationOf is the operation id of the request that failed with err, or "". It
// may be another operation's, where several wait for one request.
func OperationOf(err error) string {
	var failed interface{ call() Call }
	if errors.As(err, &failed) {
		return failed.call().OperationID
	}
	return ""
}

// StatusError is an answer with a status of 400 or more. Code and Msg are the
// server's own; without them Msg holds the beginning of the body.
type StatusError struct {
	Call
	Status    int
	Code, Msg string
	Header    http.Header
}

func (e *StatusError) Error() string {
	text := fmt.Sprintf("%s: status %d", e.Call, e.Status)
	if e.Code != "" {
		text += " " + e.Code
	}
	if e.Msg != "" {
		text += ": " + e.Msg
	}
	return text
}

// Passing tells that the same request may well succeed a little later.
func (e *StatusError) Passing() bool { return e.Status >= 500 || passing(e.Status) }

// ConnectionError is a request without a complete answer. Unwrap gives the
// context's error when the caller gave up.
type ConnectionError struct {
	Call
	Host string
	Err  error
	Sent bool // the request may have reached the server
}

func (e *ConnectionError) Error() string { return fmt.Sprintf("%s: %s: %v", e.Call, e.Host, e.Err) }
func (e *ConnectionError) Unwrap() error { return e.Err }

// ResponseError is an answer that breaks the documented form.
type ResponseError struct {
	Call
	Status int
	Reason string
	Empty  bool // there is no body
	Err    error
}

func (e *ResponseError) Error() string {
	return fmt.Sprintf("%s: the answer (status %d) can't be used: %s", e.Call, e.Status, e.Reason)
}
func (e *ResponseError) Unwrap() error { return e.Err }

// IsRefused tells an answer by which the server decided against a request, from
// one by which it could not decide.
func IsRefused(err error) bool {
	status := Status(err)
	return status >= 400 && status < 500 && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout
}

// Status is the HTTP status of a *StatusError, or 0.
func Status(err error) int {
	var e *StatusError
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

// connectionError sorts what an HTTP client returns. A trust error stands for
// itself; the URL that net/http adds is dropped, since it may hold a query.
func connectionError(call Call, req *http.Request, err error, wrote *wroteMark) error {
	var trust *tlsutil.TrustError
	if errors.As(err, &trust) {
		return trust
	}
	if large := tooLarge(err); large != nil {
		return &ResponseError{Call: call, Status: http.StatusOK, Reason: large.Error(), Err: err}
	}
	var wrapped *url.Error
	for errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if ctxErr := context.Cause(req.Context()); ctxErr != nil && errors.Is(err, req.Context().Err()) {
		err = ctxErr
	}
	return &ConnectionError{Call: call, Host: req.URL.Host, Err: redactError(err, secretsOf(req.Context())), Sent: wrote.wrote.Load()}
}
