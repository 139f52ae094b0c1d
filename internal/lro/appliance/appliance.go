// Package appliance lets lro perform writes on a VCDA appliance.
package appliance

import (
	"context"
	"errors"
	"net/http"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
)

// System is the appliance of a client. Log may be nil.
func System(client *vcda.Client, log func(ctx context.Context, message string, fields map[string]any)) lro.System[vcda.Task] {
	return lro.System[vcda.Task]{
		Clock: client.Clock(), Wait: client.WaitForResult,
		Answer: answer, End: end, Transient: vcda.IsTransient, RetryAfter: vcda.RetryAfter,
		Log: log,
	}
}

func answer(err error) lro.Answer {
	switch {
	case err == nil:
		return lro.Performed
	case declined(err):
		return lro.Declined
	case vcda.IsOutcomeUnknown(err):
		return lro.Unknown
	}
	return lro.Refused
}

// declined reports whether nothing was performed and the same request may be
// accepted later. A 503 without an error of the API is a proxy's, which may have
// passed the request on.
func declined(err error) bool {
	var status *rest.StatusError
	var connection *rest.ConnectionError
	switch {
	case vcda.IsNotSent(err):
		return false
	case errors.As(err, &status):
		switch status.Status {
		case http.StatusConflict, http.StatusLocked, http.StatusTooManyRequests:
			return true
		case http.StatusServiceUnavailable:
			return status.Code != ""
		}
		return false
	case errors.As(err, &connection):
		return !connection.Sent && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
	}
	return false
}

func end(err error) lro.End {
	var failed *vcda.TaskError
	switch {
	case err == nil:
		return lro.Succeeded
	case errors.As(err, &failed):
		return lro.Failed
	case vcda.IsTaskForgotten(err):
		return lro.Gone
	case vcda.IsTaskGone(err):
		return lro.Hidden
	}
	return lro.Open
}
