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

// Error codes that the client distinguishes.
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

// decodeError returns the code and the message of an error body. The body of a
// proxy has neither. The stack trace is never shown.
func decodeError(body []byte) (code, msg string) {
	var e struct {
		APIError
		Stacktrace json.RawMessage `json:"stacktrace"`
	}
	var wrongType *json.UnmarshalTypeError // only this field is not decoded
	if err := json.Unmarshal(body, &e); err != nil && !errors.As(err, &wrongType) {
		return "", ""
	}
	if e.Code == "" && e.Msg == "" && e.Stacktrace != nil {
		return "", "the appliance gives no reason"
	}
	return e.Code, e.Msg
}

// LoginError is a failed login.
type LoginError = session.LoginError

var (
	// ErrNoToken is the error of a successful login without a token.
	ErrNoToken = errors.New("the response has no session token in its X-VCAV-Auth header")
	// ErrClosed is the error of a call after Logout.
	ErrClosed = session.ErrClosed
	// ErrExternalLogin is the error of OpenSession on a client whose login is an
	// external token.
	ErrExternalLogin = session.ErrExternalLogin
	// ErrTokenExpired is the error of an external token that the appliance does not
	// accept.
	ErrTokenExpired = session.ErrExternalExpired
	// ErrUnknownService is the error of an appliance whose service type is neither
	// Manager nor Cloud.
	ErrUnknownService = errors.New("the appliance is neither a Manager nor a Cloud service")
)

// isRefused reports whether the appliance refused a login or an extension that
// belongs to it, or accepted the login without a token.
func isRefused(err error) bool {
	var extension *ExtensionError
	if errors.As(err, &extension) {
		return extension.Refused
	}
	return errors.Is(err, ErrNoToken) || rest.IsRefused(err)
}

// isExpired reports whether an error is a 401 for a missing or expired token. Other
// errors have the status 401 too.
func isExpired(err error) bool {
	var e *rest.StatusError
	if !errors.As(err, &e) || e.Status != http.StatusUnauthorized || e.Code == CodeRemoteAuthentication {
		return false
	}
	if e.Path == rootPasswordPath {
		return isTokenAsked(e) // a wrong current password is a 401 too
	}
	// A 401 without a code may be the refusal of an extension by the remote site:
	// its secret must not be sent twice.
	return isTokenAsked(e) || e.Code == CodeNotAuthenticated || e.Code == "" && e.Path != extendPath
}

// isTokenAsked reports whether the appliance explicitly asks for a token.
func isTokenAsked(err error) bool {
	var e *rest.StatusError
	return errors.As(err, &e) && strings.Contains(strings.Join(e.Header.Values("WWW-Authenticate"), ","), "Authentication Token Required")
}

// IsNotSent reports whether the request itself was not sent, because its login or
// an extension of the session failed.
func IsNotSent(err error) bool {
	var login *LoginError
	var extension *ExtensionError
	return errors.As(err, &login) || errors.As(err, &extension)
}

// status returns the HTTP status of the response to the request itself, or 0.
func status(err error) int {
	if IsNotSent(err) {
		return 0
	}
	return rest.Status(err)
}

// apiStatus is status, or 0 for a page, which says nothing about the object.
func apiStatus(err error) int {
	var e *rest.StatusError
	if errors.As(err, &e) && e.HTML {
		return 0
	}
	return status(err)
}

// OutcomeOf returns the outcome of a request. A request whose login failed was not
// sent.
func OutcomeOf(err error) rest.Outcome {
	if IsNotSent(err) {
		return rest.Refused
	}
	return rest.OutcomeOf(err)
}

// IsOutcomeUnknown reports whether a failed request may have been performed: its
// response was lost, or is a server error.
func IsOutcomeUnknown(err error) bool {
	return OutcomeOf(err) == rest.Unknown
}

// IsInvalidResponse reports whether a response is a server error or does not have
// the documented form. The same read may succeed at once.
func IsInvalidResponse(err error) bool {
	var response *rest.ResponseError
	return !IsNotSent(err) && (errors.As(err, &response) || status(err) >= http.StatusInternalServerError)
}

// IsRetryLater reports whether the appliance declined a request for now.
func IsRetryLater(err error) bool {
	return status(err) != 0 && OutcomeOf(err) == rest.Declined
}

// IsEmptyBody reports whether a successful response had no body.
func IsEmptyBody(err error) bool {
	var response *rest.ResponseError
	return errors.As(err, &response) && response.Empty
}

// longestRetryAfter limits RetryAfter, since a longer pause would only end in the
// timeout of the operation.
const longestRetryAfter = time.Minute

// RetryAfter returns the pause that the appliance asks for before the next try, at
// most a minute; 0 if it asks for none.
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

// IsNotFoundOrForbidden reports whether the object does not exist, or the user may
// not see it.
func IsNotFoundOrForbidden(err error) bool {
	code := apiStatus(err)
	return code == http.StatusNotFound || code == http.StatusForbidden
}

// IsHidden is IsNotFoundOrForbidden, and true for a call that the appliance does
// not have.
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
