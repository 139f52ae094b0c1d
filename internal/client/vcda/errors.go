package vcda

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// Codes of the reference that the client tells apart.
const (
	CodeNotAuthenticated     = "NotAuthenticated"
	CodeRemoteAuthentication = "RemoteAuthenticationFailure"
	CodeSiteNotFound         = "SiteNotFound"
	CodeCertificateMismatch  = "CertificateMismatch"
	CodeBadRequest           = "BadRequest"
	CodeBadUserInput         = "BadUserInput"
)

// APIError is the error object of a response, of a task or of a site's state.
type APIError struct {
	Code string `json:"code"`
	Msg  string `json:"msg"`
}

func (e *APIError) Error() string {
	if e.Code == "" || e.Msg == "" {
		return e.Code + e.Msg
	}
	return e.Code + ": " + e.Msg
}

// decodeError finds code and message in the body of a status of 400 or more.
// Bodies of a proxy have neither. The stack trace is never shown.
func decodeError(body []byte) (code, msg string) {
	var e struct {
		APIError
		Stacktrace json.RawMessage `json:"stacktrace"`
	}
	var wrongType *json.UnmarshalTypeError // of one field; the others are there
	if err := json.Unmarshal(body, &e); err != nil && !errors.As(err, &wrongType) {
		return "", ""
	}
	if e.Code == "" && e.Msg == "" && e.Stacktrace != nil {
		return "", "the appliance gives no reason"
	}
	return e.Code, e.Msg
}

// LoginError is a login that opened no session.
type LoginError = session.LoginError

var (
	// ErrNoToken is a login answered with success but without a token.
	ErrNoToken = errors.New("the response has no session token in its X-VCAV-Auth header")
	// ErrClosed is a request after the logout.
	ErrClosed = session.ErrClosed
	// ErrExternalLogin is the error of a detached session that is requested from a
	// client with only a token.
	ErrExternalLogin = session.ErrExternalLogin
	// ErrTokenExpired is an external token that the appliance does not accept.
	ErrTokenExpired = session.ErrExternalExpired
	// ErrUnknownService is an appliance whose service type is neither Manager nor
	// Cloud.
	ErrUnknownService = errors.New("the appliance is neither a Manager nor a Cloud service")
)

// isRefused reports whether the appliance decided against a login, or against an
// extension that belongs to it, or gave a session that is lost.
func isRefused(err error) bool {
	var extension *ExtensionError
	if errors.As(err, &extension) {
		return extension.Refused
	}
	return errors.Is(err, ErrNoToken) || rest.IsRefused(err)
}

// isExpired reports whether a 401 means a missing or expired token, and not one of
// its other meanings ("Telling 401s apart").
func isExpired(err error) bool {
	var e *rest.StatusError
	if !errors.As(err, &e) || e.Status != http.StatusUnauthorized || e.Code == CodeRemoteAuthentication {
		return false
	}
	if e.Path == rootPasswordPath {
		return isTokenAsked(e) // a wrong current password is refused alike
	}
	// Without a code an extension may have been refused by the remote site: its
	// secret must not be sent twice.
	return isTokenAsked(e) || e.Code == CodeNotAuthenticated || e.Code == "" && e.Path != extendPath
}

// isTokenAsked reports whether the appliance explicitly asks for a token.
func isTokenAsked(err error) bool {
	var e *rest.StatusError
	return errors.As(err, &e) && strings.Contains(strings.Join(e.Header.Values("WWW-Authenticate"), ","), "Authentication Token Required")
}

// IsNotSent reports whether an error came before the request itself was sent: of the
// login it needed, or of an extension that belongs to the login.
func IsNotSent(err error) bool {
	var login *LoginError
	var extension *ExtensionError
	return errors.As(err, &login) || errors.As(err, &extension)
}

// status is the HTTP status of the response to the request itself, or 0.
func status(err error) int {
	if IsNotSent(err) {
		return 0
	}
	return rest.Status(err)
}

// apiStatus is status, or 0 where a page responds: that says nothing of the object.
func apiStatus(err error) int {
	var e *rest.StatusError
	if errors.As(err, &e) && e.HTML {
		return 0
	}
	return status(err)
}

// OutcomeOf returns the outcome of a request. What failed before it, such as the
// login it needed, means that nothing was sent.
func OutcomeOf(err error) rest.Outcome {
	if IsNotSent(err) {
		return rest.Refused
	}
	return rest.OutcomeOf(err)
}

// IsOutcomeUnknown reports whether a request that starts a task may have been
// performed all the same: its response got lost, or a server error came in its place.
func IsOutcomeUnknown(err error) bool {
	return OutcomeOf(err) == rest.Unknown
}

// IsInvalidResponse reports whether a response is of no use: not of the documented
// form, or a server error. The same read may succeed at once.
func IsInvalidResponse(err error) bool {
	var response *rest.ResponseError
	return !IsNotSent(err) && (errors.As(err, &response) || status(err) >= http.StatusInternalServerError)
}

// IsRetryLater reports whether the appliance declined a request for now.
func IsRetryLater(err error) bool {
	return status(err) != 0 && OutcomeOf(err) == rest.Declined
}

// IsEmptyBody reports whether a response of success had no body.
func IsEmptyBody(err error) bool {
	var response *rest.ResponseError
	return errors.As(err, &response) && response.Empty
}

// longestRetryAfter bounds RetryAfter: an operation would only wait for its timeout.
const longestRetryAfter = time.Minute

// RetryAfter is how long the appliance asks to wait before the request is sent
// again, a minute at most; 0 where it doesn't say.
func RetryAfter(err error) time.Duration {
	var e *rest.StatusError
	if !errors.As(err, &e) {
		return 0
	}
	wait, _ := e.RetryAfter()
	return min(wait, longestRetryAfter)
}

// IsTransient reports whether the same request may succeed a little later.
func IsTransient(err error) bool {
	var login *LoginError
	if errors.As(err, &login) {
		return !login.Refused
	}
	var status *rest.StatusError
	if errors.As(err, &status) {
		return status.IsTransient() || status.HTML
	}
	var connection *rest.ConnectionError
	var response *rest.ResponseError
	return errors.As(err, &connection) || errors.As(err, &response)
}

// IsBadRequest reports whether the appliance does not understand a request.
func IsBadRequest(err error) bool { return apiStatus(err) == http.StatusBadRequest }

// IsNotFoundOrForbidden reports whether the appliance shows nothing of what was
// asked for: it is forbidden or not there.
func IsNotFoundOrForbidden(err error) bool {
	answered := apiStatus(err)
	return answered == http.StatusNotFound || answered == http.StatusForbidden
}

// IsHidden is IsNotFoundOrForbidden, also of a call that the appliance lacks.
func IsHidden(err error) bool {
	var absent *AbsentCallError
	return IsNotFoundOrForbidden(err) || errors.As(err, &absent)
}

// IsNotFound reports whether a response or a task error says that the site does not
// exist.
func IsNotFound(err error) bool {
	if apiStatus(err) == http.StatusNotFound {
		return true
	}
	var e *APIError
	return errors.As(err, &e) && e.Code == CodeSiteNotFound
}
