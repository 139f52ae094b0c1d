package diagnostics_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
)

const canonical = "SHA-256:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB"

// The message about each kind of error.
func TestUnable_namesCauseAndRemedy(t *testing.T) {
	t.Parallel()
	call := rest.Call{Method: "GET", Path: "/sites"}
	status := func(code int, apiCode string) error {
		return &rest.StatusError{Call: call, Status: code, Code: apiCode, Msg: "Said so.", FromAPI: true}
	}
	task := vcda.Task{ID: "t-1", State: "RUNNING", Progress: 40}
	for name, c := range map[string]struct {
		err  error
		says []string
	}{
		"remote login":  {status(401, vcda.CodeRemoteAuthentication), []string{"status 401 RemoteAuthenticationFailure: Said so.", "extend the session to it"}},
		"401":           {status(401, "NotAuthenticated"), []string{"The session is not accepted."}},
		"403":           {status(403, "Forbidden"), []string{"The user of the login lacks a role for this."}},
		"406":           {status(406, "BadRequest"), []string{"Set api_version in the provider block"}},
		"429":           {status(429, ""), []string{"status 429: Said so.", "lower max_concurrent_requests"}},
		"503":           {status(503, ""), []string{"lower max_concurrent_requests"}},
		"500":           {status(500, ""), []string{"Try again."}},
		"400":           {status(400, "BadUserInput"), []string{"The appliance answered status 400 BadUserInput: Said so. Request: GET /sites"}},
		"interrupted":   {context.Canceled, []string{"The operation was interrupted."}},
		"too late":      {context.DeadlineExceeded, []string{"The operation timed out.", "Allow more time in the attribute timeouts."}},
		"call cut":      {&rest.ConnectionError{Call: call, Host: "h", Err: context.DeadlineExceeded}, []string{"The operation timed out during GET /sites to h.", "timeouts"}},
		"call stopped":  {&rest.ConnectionError{Call: call, Host: "h", Err: context.Canceled}, []string{"The operation was interrupted."}},
		"no answer":     {&rest.ConnectionError{Call: call, Host: "h", Err: errors.New("connection refused")}, []string{"GET /sites got no complete response from h: connection refused.", "HTTPS_PROXY"}},
		"bad answer":    {&rest.ResponseError{Call: call, Status: 200, Reason: "it is empty"}, []string{"GET /sites: the response (status 200) can't be used: it is empty.\n\nThis is not the API of an appliance", "check url in the provider block (VCDA_URL)"}},
		"other JSON":    {&rest.ResponseError{Call: call, Status: 200, Reason: "it is null", JSON: true}, []string{"it is null.\n\nThe provider does not know this form of response: please report it", "If another product answers at the address, correct url in the provider block (VCDA_URL)"}},
		"wait":          {&vcda.WaitError{Task: task, Err: context.DeadlineExceeded, Last: status(502, "")}, []string{"The task t-1 was RUNNING at 40 % when the wait for it ended. The operation timed out.", "The last response about the task: The appliance answered status 502"}},
		"failed task":   {&vcda.TaskError{Task: task, Err: &vcda.APIError{Code: "X", Msg: "y"}}, []string{"X: y."}},
		"login":         {&vcda.LoginError{Kind: "local_user", Host: "h", Err: status(500, "")}, []string{"The login to h did not succeed. The appliance answered status 500"}},
		"refused":       {&vcda.LoginError{Kind: "local_user", Traits: session.Traits{ByPassword: true}, Host: "h", Refused: true, Err: status(401, "NotAuthenticated")}, []string{"h refused the login of type local_user.", "Check username and password in login.local_user of the provider block, or VCDA_USERNAME and VCDA_PASSWORD"}},
		"refused token": {&vcda.LoginError{Kind: "vcd_access_token", Host: "h", Refused: true, Err: status(401, "NotAuthenticated")}, []string{"Check the fields of login.vcd_access_token in the provider block, or their environment variables. The"}},
		"old version":   {&vcda.LoginError{Kind: "local_user", Host: "h", Refused: true, Err: status(http.StatusNotAcceptable, "")}, []string{"status 406", "Set api_version in the provider block"}},
		"expired": {
			&vcda.LoginError{Kind: "session_token", Host: "h", Refused: true, Err: vcda.ErrTokenExpired},
			[]string{"session is invalid or has expired", "Obtain a new token"},
		},
		"expired certificate": {
			&tlsutil.TrustError{Host: "h", Subject: "CN=x", Issuer: "CN=ca", Thumbprint: canonical, NotAfter: time.Unix(0, 0), Now: time.Unix(60, 0), Err: errors.New("x509")},
			[]string{"The certificate of h is not trusted: it has expired.", "issuer:     CN=ca", "valid to:   1970-01-01T00:00:00Z", `Renew it on the appliance, or pin it in the provider block with

  thumbprint = "` + canonical + `"`},
		},
		"certificate not yet valid": {
			&tlsutil.TrustError{Host: "h", NotBefore: time.Unix(60, 0), NotAfter: time.Unix(90, 0), Err: errors.New("x509")},
			[]string{"it is valid from 1970-01-01T00:01:00Z; this machine's clock says 0001-01-01T00:00:00Z.", "Compare both"},
		},
		"unreadable certificate": {
			&tlsutil.TrustError{Host: "h", Thumbprint: canonical, Expected: canonical, Err: &tlsutil.UnreadableError{NegativeSerial: true, Err: errors.New("x509: negative serial number")}},
			[]string{"it can't be read: x509: negative serial number.", "thumbprint: " + canonical, "GODEBUG=x509negativeserial=1"},
		},
		"unknown certificate": {
			&tlsutil.TrustError{Host: "h", Subject: "CN=x", Thumbprint: canonical, NotAfter: time.Unix(90, 0), Now: time.Unix(60, 0), Err: errors.New("who")},
			[]string{`thumbprint = "` + canonical + `"`},
		},
		"anything else": {errors.New("something else"), []string{"Something else."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := rest.WithOperationID(t.Context(), "op-1")
			d := diagnostics.Unable(ctx, "do it", c.err)
			if d.Summary() != "Unable to do it" {
				t.Errorf("the summary is %q", d.Summary())
			}
			for _, text := range append(c.says, "Operation ID: op-1") {
				if !strings.Contains(d.Detail(), text) {
					t.Errorf("%q is missing in %s", text, d.Detail())
				}
			}
		})
	}
}
