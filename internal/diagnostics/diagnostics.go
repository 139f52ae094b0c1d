package diagnostics

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
)

// Unable is the error diagnostic for err: what failed, why, and what to do. The
// action reads on from "Unable to", such as "pair with the site site-b".
func Unable(ctx context.Context, action string, err error) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Unable to "+action, Explain(ctx, err))
}

// Warning is Unable for what need not stop anybody.
func Warning(ctx context.Context, action string, err error) diag.Diagnostic {
	return diag.NewWarningDiagnostic("Unable to "+action, Explain(ctx, err))
}

// UnableAt is Unable for an error that one attribute is at fault for.
func UnableAt(ctx context.Context, at path.Path, action string, err error) diag.Diagnostic {
	return diag.WithPath(at, Unable(ctx, action, err))
}

// Explain words an error for people: why, what to do, the operation id.
func Explain(ctx context.Context, err error) string {
	why, advice := explain(err)
	return Compose(ctx, err, why, advice)
}

// Compose is Explain for an error that the caller words.
func Compose(ctx context.Context, err error, why, advice string) string {
	parts := []string{why}
	if advice != "" {
		parts = append(parts, advice)
	}
	if id := cmp.Or(rest.OperationOf(err), rest.OperationID(ctx)); id != "" {
		parts = append(parts, "Operation id: "+id)
	}
	return strings.Join(parts, "\n\n")
}

// explain decides by the type of an error, outermost meaning first.
func explain(err error) (why, advice string) {
	var (
		trust      *tlsutil.TrustError
		extension  *vcda.ExtensionError
		login      *vcda.LoginError
		wait       *vcda.WaitError
		task       *vcda.TaskError
		connection *rest.ConnectionError
		status     *rest.StatusError
		answer     *rest.ResponseError
		handshake  *tlsutil.HandshakeError
	)
	switch {
	case errors.As(err, &trust):
		return explainTrust(trust, "appliance", "the provider block")
	case errors.As(err, &wait):
		return explainWait(wait)
	case errors.Is(err, vcda.ErrTokenExpired) && errors.As(err, &login):
		return explainLogin(login) // noticed by an extension, perhaps
	case errors.As(err, &extension):
		return explainExtension(extension)
	case errors.As(err, &login):
		return explainLogin(login)
	case errors.As(err, &task):
		return Sentence(task.Error()), adviseOnTask(task)
	case errors.As(err, &connection):
		return explainConnection(connection, "the provider block")
	case errors.As(err, &status):
		return explainStatus(status)
	case errors.As(err, &answer):
		return Sentence(answer.Error()), "Check that the url in the provider block is the base address of the appliance, and that no proxy or load balancer answers in its place. " + unknownForm
	case errors.As(err, &handshake) && !errors.Is(err, context.Canceled):
		return Sentence(handshake.Error()), "Check the address, name resolution, firewalls, and the proxy variables (HTTPS_PROXY, NO_PROXY) of this machine."
	case errors.Is(err, vcda.ErrNoLogin):
		return Sentence(err.Error()), "Configure another type of login, or use the given token itself."
	case errors.Is(err, vcda.ErrUnknownService):
		return Sentence(err.Error()), `Check the url in the provider block. If it is right, set service to "manager" or "cloud".`
	case errors.Is(err, context.Canceled):
		return "The operation was interrupted.", ""
	case errors.Is(err, context.DeadlineExceeded):
		return "The time for this operation was up.", moreTime
	}
	return Sentence(err.Error()), ""
}

const moreTime = "Give it more time in the attribute timeouts."

// unknownForm is what else may be the matter with an answer.
const unknownForm = "If neither is the matter, the provider does not know this form of answer: please report it."

// adviseOnTask helps where the appliance says nothing.
func adviseOnTask(e *vcda.TaskError) string {
	if e.Err != nil {
		return "" // in the appliance's own words
	}
	return "Look for the task and the operation id in the logs of the appliance."
}

// explainTrust tells about the certificate of a system whose settings stand at
// the place.
func explainTrust(e *tlsutil.TrustError, system, place string) (why, advice string) {
	seen := fmt.Sprintf("%v.\n\n  subject:    %s\n  valid from: %s\n  valid to:   %s\n  thumbprint: %s",
		e.Err, e.Subject, e.NotBefore.UTC().Format(time.RFC3339), e.NotAfter.UTC().Format(time.RFC3339), e.Thumbprint)
	why = fmt.Sprintf("The certificate of %s is not trusted: ", e.Host)
	switch e.Expected {
	case "":
		return why + seen, fmt.Sprintf("If this is the right %s, trust its certificate in %s with ca_certificate, or with\n\n  thumbprint = %q", system, place, e.Thumbprint)
	case e.Thumbprint:
		return why + seen, fmt.Sprintf("The thumbprint is the configured one, but the certificate can't be used. Renew it on the %s.", system)
	}
	return why + "it is not the one whose thumbprint is configured, and " + seen + "\n  configured: " + e.Expected,
		fmt.Sprintf("If the %s has a new certificate, compare the thumbprint with the one that whoever runs it tells you. Then trust it in %s with ca_certificate, or with\n\n  thumbprint = %q", system, place, e.Thumbprint)
}

func explainWait(e *vcda.WaitError) (why, advice string) {
	why = fmt.Sprintf("The task %s was %s at %d %% when the wait for it ended.", e.Task.ID, e.Task.State, e.Task.Progress)
	if e.Task.State == "" {
		why = fmt.Sprintf("The task %s was not seen before the wait for it ended.", e.Task.ID)
	}
	reason, advice := explain(e.Err)
	why += " " + reason
	if e.Last != nil {
		last, _ := explain(e.Last)
		why += "\n\nThe last answer about the task: " + last
	}
	return why, advice
}

func explainLogin(e *vcda.LoginError) (why, advice string) {
	if !e.Refused {
		why, advice = explain(e.Err)
		return fmt.Sprintf("The login to %s did not succeed. %s", e.Host, why), advice
	}
	why = fmt.Sprintf("%s refused the login of type %s. %s", e.Host, e.Kind, Sentence(e.Err.Error()))
	switch {
	case rest.Status(e.Err) == http.StatusNotAcceptable:
		return explain(e.Err) // no login of any type would do
	case errors.Is(e.Err, vcda.ErrTokenExpired):
		return why, "A session ends after 30 minutes without a request, and 24 hours after its login. Obtain a new token, or let the provider log in by itself."
	case e.Kind == vcda.SSOToken{}.Kind():
		return why, "Check the token and the fields beside it. A wrong clock on this machine is a likely cause too, and a nonce serves one login only. The login is not tried again, since accounts lock."
	case e.Kind == vcda.VCDAPIToken{}.Kind() && rest.Status(e.Err) == http.StatusBadRequest:
		return why, "A login with an API token needs an appliance of version 4.7."
	}
	check := fmt.Sprintf("Check the fields of login.%s in the provider block, or their environment variables", e.Kind)
	if byPassword(e.Kind) {
		check = fmt.Sprintf("Check username and password in login.%s of the provider block, or VCDA_USERNAME and VCDA_PASSWORD, and whether the password has expired", e.Kind)
	}
	return why, check + ". The login is not tried again, since accounts lock."
}

// byPassword tells the types of login whose password may have expired.
func byPassword(kind string) bool {
	return slices.Contains([]string{vcda.LocalUser{}.Kind(), vcda.SSOCredentials{}.Kind(), vcda.VCDCredentials{}.Kind()}, kind)
}

func explainExtension(e *vcda.ExtensionError) (why, advice string) {
	cause, advice := explain(e.Err)
	if vcda.IsNotSent(e.Err) {
		return cause, advice // the session itself is the matter
	}
	why = fmt.Sprintf("The session was not extended to the site %s. %s", e.Site, cause)
	if e.Index >= 0 {
		why = fmt.Sprintf("The session was not extended to the site %s, as session_extensions[%d] of the provider block asks for. %s", e.Site, e.Index, cause)
	}
	switch {
	case errors.Is(e.Err, vcda.ErrCloudOnly):
		return why, "A Manager service needs no extension: remove it."
	case e.UnknownSite():
		return why, "Check the name, and pair with the site first: the appliance extends to sites it is paired with."
	case errors.Is(e.Err, vcda.ErrNotExtended):
		return why, "Check that what authenticates there belongs to a user of that site, and that the site is up. The extension is not tried again as it is, since accounts lock."
	case rest.Status(e.Err) == http.StatusBadRequest:
		return why, "Extending with an API token needs an appliance of version 4.7; extending with a cookie, one of version 4.2 or older."
	case rest.Status(e.Err) == http.StatusUnauthorized:
		return why, "Check the credentials for the remote site. A password works there for local users of Cloud Director only. The extension is not tried again as it is, since accounts lock."
	}
	return why, advice
}

func explainConnection(e *rest.ConnectionError, place string) (why, advice string) {
	switch {
	case errors.Is(e.Err, context.Canceled):
		return "The operation was interrupted.", ""
	case errors.Is(e.Err, context.DeadlineExceeded):
		return fmt.Sprintf("The time for this operation was up during %s to %s.", e.Call, e.Host), moreTime
	}
	advice = fmt.Sprintf("Check the url in %s, name resolution, firewalls, and the proxy variables (HTTPS_PROXY, NO_PROXY) of this machine.", place)
	if errors.Is(e.Err, rest.ErrTimeout) {
		advice += " If the answer is only slow to come, raise request_timeout."
	}
	return Sentence(fmt.Sprintf("%s got no complete answer from %s: %v", e.Call, e.Host, e.Err)), advice
}

func explainStatus(e *rest.StatusError) (why, advice string) {
	why = Sentence(fmt.Sprintf("The appliance answered %s", strings.TrimPrefix(e.Error(), e.String()+": "))) + " Request: " + e.String()
	switch {
	case e.Code == vcda.CodeRemoteAuthentication:
		return why, "The remote site needs or refuses authentication: extend the session to it with credentials that are valid there."
	case e.Status == http.StatusUnauthorized:
		return why, "The session is not accepted. Check that nothing else ends the sessions of this user."
	case e.Status == http.StatusForbidden:
		return why, "The user of the login lacks a role for this. Pairing needs an administrator."
	case e.Status == http.StatusNotAcceptable:
		return why, "The appliance does not know the API version asked for. Set api_version in the provider block to one it has."
	case e.Status == http.StatusTooManyRequests, e.Status == http.StatusServiceUnavailable:
		return why, "The appliance is busy. Try again later, or lower max_concurrent_requests in the provider block."
	case e.Status >= http.StatusInternalServerError:
		return why, "Try again. If it stays, the operation id finds the request in the logs of the appliance."
	}
	return why, ""
}

// Sentence gives a text a capital at its start and a stop at its end.
func Sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	text = strings.ToUpper(text[:1]) + text[1:]
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, "…") {
		return text
	}
	return text + "."
}
