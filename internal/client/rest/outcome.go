package rest

import (
	"context"
	"errors"
	"net/http"
)

// Outcome reports whether the server has performed a request.
type Outcome int

// The outcomes of a request. README.md holds the table.
const (
	Performed Outcome = iota // it is done, or has been accepted
	Declined                 // not performed; it may be sent again later
	Refused                  // not performed; sending it again changes nothing
	Unknown                  // it may have been performed; check before sending it again
)

func (o Outcome) String() string {
	return [...]string{"performed", "declined", "refused", "unknown"}[o]
}

// OutcomeOf returns the outcome of a request that ended with err. Any other error
// means that nothing was sent.
func OutcomeOf(err error) Outcome {
	var (
		status     *StatusError
		connection *ConnectionError
	)
	switch {
	case err == nil:
		return Performed
	case errors.As(err, &status):
		return status.outcome()
	case errors.As(err, &connection):
		return connection.outcome()
	case errors.As(err, new(*ResponseError)):
		return Unknown
	}
	return Refused
}

// outcome is OutcomeOf for this request.
func (r *request) outcome(err error) Outcome {
	if status := Status(err); r.Login && (status == http.StatusBadGateway || status == http.StatusServiceUnavailable) {
		return Declined
	}
	return OutcomeOf(err)
}

func (e *ConnectionError) outcome() Outcome {
	var proxy *ProxyError
	switch {
	case e.Sent:
		return Unknown
	case errors.As(e.Err, &proxy) && proxy.Status < http.StatusInternalServerError:
		return Refused
	case errors.Is(e.Err, context.Canceled), errors.Is(e.Err, context.DeadlineExceeded):
		return Refused // the caller has given up
	}
	return Declined
}

func (e *StatusError) outcome() Outcome {
	switch e.Status {
	case http.StatusConflict, http.StatusLocked, http.StatusTooManyRequests:
		return Declined
	case http.StatusServiceUnavailable:
		if e.FromAPI {
			return Declined
		}
		return Unknown // a proxy that lost the server
	case http.StatusRequestTimeout:
		return Unknown
	}
	if e.Status >= http.StatusInternalServerError {
		return Unknown
	}
	return Refused
}
