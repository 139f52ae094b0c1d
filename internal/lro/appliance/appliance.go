// Package appliance lets lro perform writes on a VCDA appliance.
package appliance

import (
	"context"
	"errors"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
)

// System is the appliance of a client. Log may be nil.
func System(client *vcda.Client, log func(ctx context.Context, message string, fields map[string]any)) lro.System[vcda.Task] {
	return lro.System[vcda.Task]{
		Clock: client.Clock(), Wait: client.WaitForResult,
		Answer: answer, End: End, Transient: vcda.IsTransient, RetryAfter: vcda.RetryAfter,
		Log: log,
	}
}

// answers are what the outcomes of a request mean to lro.
var answers = map[rest.Outcome]lro.Answer{
	rest.Performed: lro.Performed, rest.Declined: lro.Declined, rest.Refused: lro.Refused, rest.Unknown: lro.Unknown,
}

func answer(err error) lro.Answer { return answers[vcda.OutcomeOf(err)] }

// End reports how a wait for a task ended. A task that the appliance refuses to
// look up, as one with an id of another form, is unknown to it.
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
