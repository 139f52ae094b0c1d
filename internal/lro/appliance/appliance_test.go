package appliance

import (
	"context"
	"net/http"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
)

func status(status int, code string) error { return &rest.StatusError{Status: status, Code: code} }

// A request whose login failed was not sent.
func TestResponse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		want lro.Response
	}{
		"success":        {nil, lro.Performed},
		"conflict":       {status(http.StatusConflict, "Busy"), lro.Declined},
		"bad gateway":    {status(http.StatusBadGateway, ""), lro.Unknown},
		"bad request":    {status(http.StatusBadRequest, "BadRequest"), lro.Refused},
		"login declined": {&vcda.LoginError{Err: status(http.StatusServiceUnavailable, "Busy")}, lro.Refused},
	} {
		if got := response(test.err); got != test.want {
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
		"bad request": {&vcda.WaitError{Err: status(http.StatusBadRequest, "BadUserInput")}, lro.Gone},
		"forbidden":   {&vcda.WaitError{Err: status(http.StatusForbidden, "")}, lro.Hidden},
		"interrupted": {&vcda.WaitError{Err: context.Canceled}, lro.Open},
		"no login":    {&vcda.WaitError{Err: &vcda.LoginError{Refused: true, Err: status(http.StatusUnauthorized, "")}}, lro.Open},
	} {
		if got := End(test.err); got != test.want {
			t.Errorf("%s: %d, want %d", name, got, test.want)
		}
	}
}
