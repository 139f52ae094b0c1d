package rest

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// Call names a request in an error.
type Call struct {
	Method, Path, OperationID string
}

func (c Call) String() string { return c.Method + " " + c.Path }

func (c Call) call() Call { return c }

// OperationOf returns the operation ID of the request that failed with err, or "".
// It may be another operation's, where several wait for one request.
func OperationOf(err error) string {
	var failed interface{ call() Call }
	if errors.As(err, &failed) {
		return failed.call().OperationID
	}
	return ""
}

// StatusError is a response with a status of 400 or more.
type StatusError struct {
	Call
	Status int

	// Code and Msg are the API's own where FromAPI is set. Else Msg holds the
	// beginning of the body: something in front of the API has responded.
	Code, Msg string
	FromAPI   bool
	HTML      bool // the body is a page

	Header   http.Header
	Received time.Time // Retry-After may be a date
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

// IsTransient reports whether the same request may succeed a little later.
func (e *StatusError) IsTransient() bool {
	return e.Status >= 500 || e.Status == http.StatusTooManyRequests
}

// RetryAfter returns how long the server asks to wait before the next request, and
// whether it asks at all.
func (e *StatusError) RetryAfter() (wait time.Duration, asked bool) {
	text := e.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, math.MaxInt64/uint64(time.Second))) * time.Second, true
	}
	if date, err := http.ParseTime(text); err == nil {
		return max(date.Sub(e.Received), 0), true
	}
	return 0, false
}

// ConnectionError is a request without a complete response. Unwrap gives the
// context's error when the caller gave up.
type ConnectionError struct {
	Call
	Host string
	Err  error
	Sent bool // the request may have reached the server

	raw error // as net/http returned it
}

func (e *ConnectionError) Error() string { return fmt.Sprintf("%s: %s: %v", e.Call, e.Host, e.Err) }
func (e *ConnectionError) Unwrap() error { return e.Err }

// ProxyError is a proxy that refuses to connect to the server, by its own status.
type ProxyError struct {
	Host   string // of the proxy
	Status int
}

func (e *ProxyError) Error() string {
	return fmt.Sprintf("the proxy %s refuses to connect: %d %s", e.Host, e.Status, http.StatusText(e.Status))
}

// ResponseError is a response that does not have the documented form.
type ResponseError struct {
	Call
	Status int
	Reason string
	Empty  bool // there is no body
	HTML   bool // it is a page: something in front of the API has responded
	JSON   bool // it is JSON
	Err    error
}

func (e *ResponseError) Error() string {
	return fmt.Sprintf("%s: the response (status %d) can't be used: %s", e.Call, e.Status, e.Reason)
}
func (e *ResponseError) Unwrap() error { return e.Err }

// IsRefused reports whether the server decided against a request, rather than
// failed to decide.
func IsRefused(err error) bool {
	status := Status(err)
	return status >= 400 && status < 500 && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout
}

// Status returns the HTTP status of a *StatusError, or 0.
func Status(err error) int {
	var e *StatusError
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}
