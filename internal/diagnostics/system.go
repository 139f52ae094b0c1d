package diagnostics

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
)

// System describes a system for messages: its name and its settings.
type System struct {
	name      string // such as "appliance"
	article   string // of the name
	object    string // of the provider block that holds its settings, "" for the block itself
	variables string // prefix of its variables
	forbidden string // the cause of a 403

	// specific explains the errors that only this system has. ok is false for
	// others.
	specific func(s System, err error) (d Detail, ok bool)
}

// FromError explains an error of the system.
func (s System) FromError(ctx context.Context, err error) Detail {
	d := s.detail(err)
	d.OperationID = cmp.Or(rest.OperationOf(err), rest.OperationID(ctx))
	return d
}

// Unable returns the error diagnostic for err. The action follows "Unable to".
func (s System) Unable(ctx context.Context, action string, err error) diag.Diagnostic {
	return s.FromError(ctx, err).Unable(action)
}

// Warning is Unable for a problem that does not stop the operation.
func (s System) Warning(ctx context.Context, action string, err error) diag.Diagnostic {
	return s.FromError(ctx, err).Warning(action)
}

// block returns the place of the system's settings.
func (s System) block() string {
	if s.object == "" {
		return "the provider block"
	}
	return "the object " + s.object + " of the provider block"
}

// setting returns the names of an attribute of the system and its variable.
func (s System) setting(name string) string {
	variable := s.variables + strings.ToUpper(name)
	if s.object != "" {
		name = s.object + "." + name
	}
	return fmt.Sprintf("%s in the provider block (%s)", name, variable)
}

// detail explains an error by its type, the outermost one first.
func (s System) detail(err error) Detail {
	var trust *tlsutil.TrustError
	if errors.As(err, &trust) {
		var login *session.LoginError
		if errors.As(err, &login) && isReported(login) {
			return reportedLoginDetail(login)
		}
		return s.trustDetail(trust)
	}
	if d, ok := s.specific(s, err); ok {
		return d
	}
	var (
		connection *rest.ConnectionError
		status     *rest.StatusError
		response   *rest.ResponseError
		handshake  *tlsutil.HandshakeError
	)
	switch {
	case errors.Is(err, session.ErrClosed):
		return Detail{Why: "The session has been closed.", Advice: "Run again, with a new session."}
	case errors.As(err, &connection):
		return s.connectionDetail(connection)
	case errors.As(err, &status):
		return s.statusDetail(status)
	case errors.As(err, &response):
		return s.responseDetail(response)
	case errors.As(err, &handshake) && !errors.Is(err, context.Canceled):
		return Detail{Why: Sentence(handshake.Error()), Advice: "Check the address, name resolution, firewalls, and the proxy variables (HTTPS_PROXY, NO_PROXY) of this machine."}
	case errors.Is(err, context.Canceled):
		return Detail{Why: "The operation was interrupted."}
	case errors.Is(err, context.DeadlineExceeded):
		return Detail{Why: "The operation timed out.", Advice: moreTime}
	}
	return Detail{Why: Sentence(err.Error())}
}

const moreTime = "Allow more time in the attribute timeouts."

// trustDetail shows the certificate, with the thumbprint ready to paste.
func (s System) trustDetail(e *tlsutil.TrustError) Detail {
	why := fmt.Sprintf("The certificate of %s is not trusted: ", e.Host)
	pin := fmt.Sprintf("with\n\n  thumbprint = %q", e.Thumbprint)
	var unreadable *tlsutil.UnreadableError
	switch {
	case errors.As(e, &unreadable):
		return Detail{Why: why + unreadable.Error() + certificate(e), Advice: s.unreadableAdvice(unreadable)}
	case e.Expected != "":
		return Detail{
			Why:    why + fmt.Sprintf("it is not the one whose thumbprint is configured, and %v", e.Err) + certificate(e) + "\n  configured: " + e.Expected,
			Advice: fmt.Sprintf("If the %s has a new certificate, compare the thumbprint with the one that its administrator gives you. Then trust its certificate in %s with ca_certificate, or %s", s.name, s.block(), pin),
		}
	case e.IsExpired():
		return Detail{
			Why:    why + "it has expired" + certificate(e),
			Advice: fmt.Sprintf("Renew it on the %s, or pin it in %s %s", s.name, s.block(), pin),
		}
	case e.IsNotYetValid():
		return Detail{
			Why:    why + fmt.Sprintf("it is valid from %s; this machine's clock says %s", dateTime(e.NotBefore), dateTime(e.Now)) + certificate(e),
			Advice: fmt.Sprintf("Compare both, and correct the clock that is wrong. To use the certificate before that time, pin it in %s %s", s.block(), pin),
		}
	}
	if errors.As(e, new(x509.HostnameError)) {
		return Detail{
			Why:    why + e.Err.Error() + certificate(e),
			Advice: fmt.Sprintf("Set %s to a name that the certificate has. If this is the right %s, pin it in %s %s", s.setting("url"), s.name, s.block(), pin),
		}
	}
	return Detail{
		Why:    why + e.Err.Error() + certificate(e),
		Advice: fmt.Sprintf("If this is the right %s, trust its certificate in %s with ca_certificate, or %s", s.name, s.block(), pin),
	}
}

// certificate returns the fields of a certificate, for the end of a sentence.
func certificate(e *tlsutil.TrustError) string {
	return fmt.Sprintf(".\n\n  subject:    %s\n  issuer:     %s\n  valid from: %s\n  valid to:   %s\n  thumbprint: %s",
		e.Subject, e.Issuer, dateTime(e.NotBefore), dateTime(e.NotAfter), e.Thumbprint)
}

func dateTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// unreadableAdvice includes the workaround if there is one.
func (s System) unreadableAdvice(e *tlsutil.UnreadableError) string {
	advice := fmt.Sprintf("Renew it on the %s: trusting or pinning it is not enough.", s.name)
	if e.NegativeSerial {
		advice += " Until then, run Terraform with the environment variable GODEBUG=x509negativeserial=1."
	}
	return advice
}

// OutdatedPin returns the warning about a pinned certificate that is used although
// it has expired or is not valid yet.
func (s System) OutdatedPin(e *tlsutil.TrustError) diag.Diagnostic {
	why := fmt.Sprintf("it has expired on %s", dateTime(e.NotAfter))
	advice := fmt.Sprintf("Renew it on the %s, and update the thumbprint in %s and in the pairings of its peers.", s.name, s.block())
	if e.IsNotYetValid() {
		why = fmt.Sprintf("it is valid from %s only; this machine's clock says %s", dateTime(e.NotBefore), dateTime(e.Now))
		advice = "Compare both, and correct the clock that is wrong."
	}
	return diag.NewWarningDiagnostic("The pinned certificate of "+e.Host+" is out of date", Detail{
		Why:    fmt.Sprintf("The certificate of the %s is used, since its thumbprint is the configured one, but %s", s.name, why) + certificate(e),
		Advice: advice,
	}.String())
}

// connectionDetail explains a request without a complete response.
func (s System) connectionDetail(e *rest.ConnectionError) Detail {
	switch {
	case errors.Is(e.Err, context.Canceled):
		return Detail{Why: "The operation was interrupted."}
	case errors.Is(e.Err, context.DeadlineExceeded):
		return Detail{Why: fmt.Sprintf("The operation timed out during %s to %s.", e.Call, e.Host), Advice: moreTime}
	}
	var proxy *rest.ProxyError
	if errors.As(e.Err, &proxy) {
		return Detail{
			Why:    Sentence(fmt.Sprintf("%s to %s was not sent: %v", e.Call, e.Host, proxy)),
			Advice: s.proxyAdvice(proxy, e.Host),
		}
	}
	advice := fmt.Sprintf("Check %s, name resolution, firewalls, and the proxy variables (HTTPS_PROXY, NO_PROXY) of this machine.", s.setting("url"))
	if errors.Is(e.Err, rest.ErrTimeout) {
		advice += " If the response is only slow, raise request_timeout."
	}
	return Detail{Why: Sentence(fmt.Sprintf("%s got no complete response from %s: %v", e.Call, e.Host, e.Err)), Advice: advice}
}

// proxyAdvice is for a proxy that does not connect to a host.
func (s System) proxyAdvice(e *rest.ProxyError, host string) string {
	if e.Status >= http.StatusInternalServerError {
		return fmt.Sprintf("The proxy %s can't reach %s: check %s, or add the host to NO_PROXY.", e.Host, host, s.setting("url"))
	}
	return fmt.Sprintf("Ask the administrator of the proxy %s to allow connections to %s, correct the user in HTTPS_PROXY, or add the host to NO_PROXY.", e.Host, host)
}

// isNotAPI reports whether something else than the API of a system has responded,
// such as a proxy, a firewall or another product. An error of the API may have no
// body, unless the status means that the call does not exist.
func isNotAPI(err error) bool {
	var (
		response *rest.ResponseError
		status   *rest.StatusError
	)
	if errors.As(err, &response) && response.HTML {
		return true
	}
	if !errors.As(err, &status) || status.FromAPI {
		return false
	}
	switch status.Status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusUnsupportedMediaType, http.StatusNotImplemented:
		return true
	}
	return status.Msg != "" // a body that is not from the API
}

// notAPIAdvice is for a response that does not come from the API.
func (s System) notAPIAdvice() string {
	return fmt.Sprintf("This is not the API of %s %s, or a proxy or firewall answers in its place: check %s.", s.article, s.name, s.setting("url"))
}

// responseDetail explains a response that can't be used. JSON is most likely from the
// API, anything else from another server.
func (s System) responseDetail(e *rest.ResponseError) Detail {
	isRedirect := e.Status >= http.StatusMultipleChoices
	advice := s.notAPIAdvice()
	switch {
	case e.JSON:
		advice = fmt.Sprintf("The provider does not know this form of response: please report it, with the version of the %s. If another product answers at the address, correct %s.", s.name, s.setting("url"))
	case !e.HTML && !isRedirect:
		advice += " If it is the right address, please report it."
	}
	return Detail{Why: Sentence(e.Error()), Advice: advice}
}

func (s System) statusDetail(e *rest.StatusError) Detail {
	d := Detail{Why: Sentence(fmt.Sprintf("The %s answered %s", s.name, strings.TrimPrefix(e.Error(), e.String()+": "))) + " Request: " + e.String()}
	switch {
	case isNotAPI(e):
		d.Why = Sentence(fmt.Sprintf("The answer to %s was %s", e.Call, strings.TrimPrefix(e.Error(), e.String()+": ")))
		d.Advice = s.notAPIAdvice()
		if e.IsTransient() {
			d.Advice += fmt.Sprintf(" If the %s is only restarting, try again later.", s.name)
		}
	case e.Status == http.StatusUnauthorized:
		d.Advice = "The session is not accepted. Check that nothing else ends the sessions of this user, and run again."
	case e.Status == http.StatusBadRequest && e.Msg != "":
		d.Advice = fmt.Sprintf("Correct the problem that the %s names.", s.name)
	case e.Status == http.StatusForbidden:
		d.Advice = s.forbidden
	case e.Status == http.StatusNotFound:
		d.Advice = "Check that the object exists, and that the user of the login may see it."
	case e.Status == http.StatusTooManyRequests, e.Status == http.StatusServiceUnavailable:
		d.Advice = fmt.Sprintf("The %s is busy. Try again later, or lower max_concurrent_requests in the provider block.", s.name)
	case e.Status >= http.StatusInternalServerError:
		d.Advice = fmt.Sprintf("Try again. If the problem persists, search the logs of the %s for the operation ID.", s.name)
	}
	return d
}
