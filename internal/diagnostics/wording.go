package diagnostics

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
)

// Wording is how diagnostics speak of a system beside VCDA.
type Wording struct {
	name   string // of what answers
	object string // that configures it
	// own explains the system's own errors; it is silent about others.
	own func(w Wording, err error) (why, advice string)
}

// Unable is the error diagnostic for err, in the words of the system.
func (w Wording) Unable(ctx context.Context, action string, err error) diag.Diagnostic {
	why, advice := w.explain(err)
	return diag.NewErrorDiagnostic("Unable to "+action, Compose(ctx, err, why, advice))
}

// Warning is Unable for what need not stop anybody.
func (w Wording) Warning(ctx context.Context, action string, err error) diag.Diagnostic {
	d := w.Unable(ctx, action, err)
	return diag.NewWarningDiagnostic(d.Summary(), d.Detail())
}

func (w Wording) explain(err error) (why, advice string) {
	var (
		trust      *tlsutil.TrustError
		connection *rest.ConnectionError
		status     *rest.StatusError
		answer     *rest.ResponseError
	)
	if errors.As(err, &trust) {
		return explainTrust(trust, w.name, w.place())
	}
	if why, advice = w.own(w, err); why != "" {
		return why, advice
	}
	switch {
	case errors.As(err, &connection):
		return explainConnection(connection, w.place())
	case errors.As(err, &status):
		return w.explainStatus(status)
	case errors.As(err, &answer):
		return Sentence(answer.Error()), fmt.Sprintf("Check that %s.url in the provider block is the address of the %s, and that no proxy or load balancer answers in its place. ", w.object, w.name) + unknownForm
	case errors.Is(err, context.Canceled):
		return "The operation was interrupted.", ""
	}
	return Sentence(err.Error()), ""
}

// place is where the settings of the system stand.
func (w Wording) place() string { return "the object " + w.object + " of the provider block" }

func (w Wording) explainStatus(e *rest.StatusError) (why, advice string) {
	why = Sentence(fmt.Sprintf("The %s answered %s", w.name, strings.TrimPrefix(e.Error(), e.String()+": "))) + " Request: " + e.String()
	switch {
	case e.Status == http.StatusUnauthorized:
		return why, "The session is not accepted. Check that nothing else ends the sessions of this user, and run again."
	case e.Status == http.StatusForbidden:
		return why, "The user of the login lacks the privilege for this."
	case e.Status == http.StatusNotFound:
		return why, fmt.Sprintf("Check that %s.url in the provider block is the address of the %s.", w.object, w.name)
	case e.IsTransient():
		return why, fmt.Sprintf("Try again. If it stays, look into the logs of the %s.", w.name)
	}
	return why, ""
}

// explainUnanswered words a login that the system did not decide on.
func (w Wording) explainUnanswered(host string, err error) (why, advice string) {
	why, advice = w.explain(err)
	return fmt.Sprintf("The login to %s did not succeed. %s", host, why), advice
}

// checkLogin advises on a refused login of the kind.
func (w Wording) checkLogin(kind string) string {
	return fmt.Sprintf("Check the fields of %s.login.%s in the provider block, or their environment variables. The login is not tried again, since accounts lock.", w.object, kind)
}
