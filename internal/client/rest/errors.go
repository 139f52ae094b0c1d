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
// It may be the ID of another operation that shared the request.
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

	// If FromAPI is set, Code and Msg come from the API. Otherwise something in
	// front of the API has responded, and Msg is the beginning of the body.
	Code, Msg string
	FromAPI   bool
	HTML      bool // the body is a page

	Header   http.Header
	Received time.Time // for a Retry-After that is a date
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

// ProxyError is the refusal of a proxy to connect to the server.
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
	HTML   bool // the body is a page of something in front of the API
	JSON   bool // the body is JSON
	Err    error
}

func (e *ResponseError) Error() string {
	return fmt.Sprintf("%s: the response (status %d) can't be used: %s", e.Call, e.Status, e.Reason)
}
func (e *ResponseError) Unwrap() error { return e.Err }

// IsRefused reports whether the server refused a request: a status of 4xx, except
// 408 and 429.
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
