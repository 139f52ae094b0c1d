package storware

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// LoginError is a failed login.
type LoginError = session.LoginError

var (
	// ErrNoLogin is the error of a call that needs a session, on a client without a
	// login.
	ErrNoLogin = session.ErrNoLogin
	// ErrNoCookie is the error of a successful login that set no cookie for the
	// API.
	ErrNoCookie = errors.New("the server accepted the login but set no cookie for the API")
	// ErrClosed is the error of a call after Logout.
	ErrClosed = session.ErrClosed
)

// decodeError returns the message of an error body, which is nested or at the top
// level. The API documents no error codes.
func decodeError(body []byte) (code, msg string) {
	var nested struct {
		Error struct {
			Message string `json:"message"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &nested) == nil && nested.Error.Message != "" {
		return "", nested.Error.Message
	}
	var top struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &top) != nil {
		return "", ""
	}
	return "", top.Message
}

// isRefused reports whether the server refused a login, or accepted it without a
// usable session.
func isRefused(err error) bool {
	return errors.Is(err, ErrNoCookie) || rest.IsRefused(err)
}

// isExpired reports whether a request needs a new session.
func isExpired(err error) bool { return rest.Status(err) == http.StatusUnauthorized }

// isDenied reports whether the API has refused a request without a session or
// permission. A page does not come from the API.
func isDenied(err error) bool {
	var status *rest.StatusError
	return errors.As(err, &status) && !status.HTML &&
		(status.Status == http.StatusUnauthorized || status.Status == http.StatusForbidden)
}
