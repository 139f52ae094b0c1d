// Package appliance lets lro perform writes on a VCDA appliance.
package appliance

import (
	"context"
	"errors"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
)

// System returns the lro.System of an appliance. log may be nil.
func System(client *vcda.Client, log func(ctx context.Context, message string, fields map[string]any)) lro.System[vcda.Task] {
	return lro.System[vcda.Task]{
		Clock: client.Clock(), Wait: client.WaitForResult,
		Response: response, End: End, Transient: vcda.IsTransient, RetryAfter: vcda.RetryAfter,
		Log: log,
	}
}

// responses maps the outcomes of a request.
var responses = map[rest.Outcome]lro.Response{
	rest.Performed: lro.Performed, rest.Declined: lro.Declined, rest.Refused: lro.Refused, rest.Unknown: lro.Unknown,
}

func response(err error) lro.Response { return responses[vcda.OutcomeOf(err)] }

// End returns how a wait for a task ended. A task is gone too if the appliance
// refuses its id.
func End(err error) lro.End {
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
