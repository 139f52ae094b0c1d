package appliance

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
)

func status(status int, code string) error { return &rest.StatusError{Status: status, Code: code} }

func TestAnswer(t *testing.T) {
	t.Parallel()
	reset := errors.New("connection reset")
	for name, test := range map[string]struct {
		err  error
		want lro.Answer
	}{
		"success":                      {nil, lro.Performed},
		"conflict":                     {status(http.StatusConflict, "Busy"), lro.Declined},
		"locked":                       {status(http.StatusLocked, ""), lro.Declined},
		"too many requests":            {status(http.StatusTooManyRequests, ""), lro.Declined},
		"unavailable, from the API":    {status(http.StatusServiceUnavailable, "Busy"), lro.Declined},
		"unavailable, from a proxy":    {status(http.StatusServiceUnavailable, ""), lro.Unknown},
		"bad gateway":                  {status(http.StatusBadGateway, ""), lro.Unknown},
		"server error":                 {status(http.StatusInternalServerError, "GeneralServerFailure"), lro.Unknown},
		"bad request":                  {status(http.StatusBadRequest, "BadRequest"), lro.Refused},
		"forbidden":                    {status(http.StatusForbidden, "Forbidden"), lro.Refused},
		"not sent":                     {&rest.ConnectionError{Err: errors.New("connection refused")}, lro.Declined},
		"not sent, as the caller left": {&rest.ConnectionError{Err: context.Canceled}, lro.Refused},
		"sent, no answer":              {&rest.ConnectionError{Err: reset, Sent: true}, lro.Unknown},
		"unreadable answer":            {&rest.ResponseError{Status: 200, Reason: "it is not valid JSON"}, lro.Unknown},
		"login declined":               {&vcda.LoginError{Err: status(http.StatusServiceUnavailable, "Busy")}, lro.Refused},
	} {
		if got := answer(test.err); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}

func TestEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		want lro.End
	}{
		"success":     {nil, lro.Succeeded},
		"failed":      {&vcda.TaskError{}, lro.Failed},
		"not found":   {&vcda.WaitError{Err: status(http.StatusNotFound, "")}, lro.Gone},
		"forbidden":   {&vcda.WaitError{Err: status(http.StatusForbidden, "")}, lro.Hidden},
		"interrupted": {&vcda.WaitError{Err: context.Canceled}, lro.Open},
		"no login":    {&vcda.WaitError{Err: &vcda.LoginError{Refused: true, Err: status(http.StatusUnauthorized, "")}}, lro.Open},
	} {
		if got := end(test.err); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}
