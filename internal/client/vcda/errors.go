package vcda

import (
	"encoding/json"
	"errors"
	"fmt"
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

// APIError is the error object of an answer, of a task or of a site's state.
type APIError struct {
	Code string `json:"code"`
	Msg  string `json:"msg"`
}

func (e *APIError) Error() string {
	if e.Msg == "" {
		return e.Code
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

// LoginError is a login the appliance did not grant. Refused tells that it
// must not be repeated, because accounts lock.
type LoginError struct {
	Kind    string // the login type
	Host    string
	Refused bool
	Err     error
}

func (e *LoginError) Error() string {
	return fmt.Sprintf("log in to %s with %s: %v", e.Host, e.Kind, e.Err)
}
func (e *LoginError) Unwrap() error { return e.Err }

var (
	// ErrNoToken is a login answered with success but without a token.
	ErrNoToken = errors.New("the answer has no session token in its X-VCAV-Auth header")
	// ErrClosed is a request after the logout.
	ErrClosed = session.ErrClosed
	// ErrNoLogin is a session of its own asked of a client that has only a token.
	ErrNoLogin = errors.New("the login is the token of an existing session, which can't open another one")
	// ErrTokenExpired is a 401 on a session token that the client did not obtain
	// itself and so can't renew.
	ErrTokenExpired = errors.New("the given session token is not, or no longer, accepted")
	// ErrUnknownService is an appliance whose service type is neither Manager nor
	// Cloud.
	ErrUnknownService = errors.New("the appliance is neither a Manager nor a Cloud service")
)

// refusedLogin tells a login the server decided against, or whose session is
// lost, from one it could not decide on.
func refusedLogin(err error) bool { return errors.Is(err, ErrNoToken) || rest.IsRefused(err) }

// final tells an error after which no login may be sent: the login itself was
// refused, or an extension that belongs to it.
func final(err error) bool {
	var login *LoginError
	if errors.As(err, &login) {
		return login.Refused
	}
	var extension *ExtensionError
	return errors.As(err, &extension) && extension.Refused
}

// expired tells a missing or expired token from the other kinds of 401
// ("Telling 401s apart").
func expired(err error) bool {
	var e *rest.StatusError
	if !errors.As(err, &e) || e.Status != http.StatusUnauthorized || e.Code == CodeRemoteAuthentication {
		return false
	}
	if e.Path == rootPasswordPath {
		return tokenAsked(e) // a wrong current password is refused alike
	}
	// Without a code an extension may have been refused by the remote site: its
	// secret must not be sent twice.
	return tokenAsked(e) || e.Code == CodeNotAuthenticated || e.Code == "" && e.Path != extendPath
}

// tokenAsked tells that the server asks for a token, in so many words.
func tokenAsked(err error) bool {
	var e *rest.StatusError
	return errors.As(err, &e) && strings.Contains(strings.Join(e.Header.Values("WWW-Authenticate"), ","), "Authentication Token Required")
}

// IsNotSent tells an error that came before the request itself was sent: of the
// login it needed, or of an extension that belongs to the login.
func IsNotSent(err error) bool {
	var login *LoginError
	var extension *ExtensionError
	return errors.As(err, &login) || errors.As(err, &extension)
}

// status is the HTTP status of the answer to the request itself, or 0.
func status(err error) int {
	if IsNotSent(err) {
		return 0
	}
	return rest.Status(err)
}

// OutcomeOf returns the outcome of a request. What failed before it, such as the
// login it needed, means that nothing was sent.
func OutcomeOf(err error) rest.Outcome {
	if IsNotSent(err) {
		return rest.Refused
	}
	return rest.OutcomeOf(err)
}

// IsOutcomeUnknown tells an error after which a request that starts a task may have
// been performed all the same: its answer got lost, or a server error came in
// its place.
func IsOutcomeUnknown(err error) bool {
	return OutcomeOf(err) == rest.Unknown
}

// IsInvalidResponse tells an answer that does not serve: not of the documented form, or a
// server error. The same read may well succeed at once.
func IsInvalidResponse(err error) bool {
	var answer *rest.ResponseError
	return !IsNotSent(err) && (errors.As(err, &answer) || status(err) >= http.StatusInternalServerError)
}

// IsRetryLater tells an answer by which the appliance declined a request for now.
func IsRetryLater(err error) bool {
	return status(err) != 0 && OutcomeOf(err) == rest.Declined
}

// IsConflict tells an answer that is Busy or final: the reference leaves open which
// status a refusal has.
func IsConflict(err error) bool { return status(err) == http.StatusConflict }

// IsEmptyBody tells an answer of success without a body.
func IsEmptyBody(err error) bool {
	var answer *rest.ResponseError
	return errors.As(err, &answer) && answer.Empty
}

// RetryAfter is how long the appliance asks to wait before the request is sent
// again; 0 where it doesn't say.
func RetryAfter(err error) time.Duration {
	var e *rest.StatusError
	if !errors.As(err, &e) {
		return 0
	}
	wait, _ := e.RetryAfter()
	return wait
}

// IsNotFoundOrForbidden tells an answer by which the appliance shows nothing of what was asked
// for, be it forbidden or not there.
func IsNotFoundOrForbidden(err error) bool {
	answered := status(err)
	return answered == http.StatusNotFound || answered == http.StatusForbidden
}

// IsNotFound tells an answer or a task error saying that the site does not exist.
func IsNotFound(err error) bool {
	if status(err) == http.StatusNotFound {
		return true
	}
	var e *APIError
	return errors.As(err, &e) && e.Code == CodeSiteNotFound
}
