package vcda

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/api/transport"
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
// Bodies of a proxy have neither.
func decodeError(body []byte) (code, msg string) {
	var e APIError
	if json.Unmarshal(body, &e) != nil {
		return "", ""
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
	ErrClosed = errors.New("the session has been closed")
	// ErrTokenExpired is a 401 on a session token that the client did not obtain
	// itself and so can't renew.
	ErrTokenExpired = errors.New("the given session token is not, or no longer, accepted")
	// ErrUnknownService is an appliance whose service type is neither Manager nor
	// Cloud.
	ErrUnknownService = errors.New("the appliance is neither a Manager nor a Cloud service")
)

// refusedLogin tells a login the server decided against from one it could not
// decide on.
func refusedLogin(err error) bool {
	status := transport.Status(err)
	return status >= 400 && status < 500 && status != http.StatusTooManyRequests && status != http.StatusRequestTimeout
}

// expired tells a missing or expired token from the other kinds of 401
// ("Telling 401s apart").
func expired(err error) bool {
	var e *transport.StatusError
	if !errors.As(err, &e) || e.Status != http.StatusUnauthorized || e.Code == CodeRemoteAuthentication {
		return false
	}
	asked := strings.Contains(e.Header.Get("WWW-Authenticate"), "Authentication Token Required")
	return asked || e.Code == CodeNotAuthenticated || e.Code == ""
}

// Undecided tells an error after which a request that starts a task may have
// been performed all the same: its answer got lost, or a server error came in
// its place.
func Undecided(err error) bool {
	var connection *transport.ConnectionError
	if errors.As(err, &connection) {
		return connection.Sent
	}
	var answer *transport.AnswerError
	return errors.As(err, &answer) || transport.Status(err) >= http.StatusInternalServerError
}

// Busy tells an answer by which the appliance declined a request for now.
func Busy(err error) bool {
	switch transport.Status(err) {
	case http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return true
	}
	return false
}

// Hidden tells an answer by which the appliance shows nothing of what was asked
// for, be it forbidden or not there.
func Hidden(err error) bool {
	status := transport.Status(err)
	return status == http.StatusNotFound || status == http.StatusForbidden
}

// NotFound tells an answer or a task error saying that the site does not exist.
func NotFound(err error) bool {
	if transport.Status(err) == http.StatusNotFound {
		return true
	}
	var e *APIError
	return errors.As(err, &e) && e.Code == CodeSiteNotFound
}
