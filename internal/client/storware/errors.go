package storware

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// LoginError is a login that opened no session.
type LoginError = session.LoginError

var (
	// ErrNoLogin is a call that needs a session on a client without a login.
	ErrNoLogin = session.ErrNoLogin
	// ErrNoCookie is a login answered with success but without a cookie that
	// could be sent back.
	ErrNoCookie = errors.New("the server accepted the login but set no cookie for the API")
	// ErrClosed is a request after the logout.
	ErrClosed = session.ErrClosed
)

// decodeError finds the message in the body of a status of 400 or more, in the
// two places known ("Errors"). No error code is documented.
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

// isRefused reports whether the server decided against a login, or gave a session
// that is lost.
func isRefused(err error) bool {
	return errors.Is(err, ErrNoCookie) || rest.IsRefused(err)
}

// isExpired reports whether a request needs a new session.
func isExpired(err error) bool { return rest.Status(err) == http.StatusUnauthorized }

// isDenied reports whether the API answers, though not to everybody. A page is not the
// API's.
func isDenied(err error) bool {
	var status *rest.StatusError
	return errors.As(err, &status) && !status.HTML &&
		(status.Status == http.StatusUnauthorized || status.Status == http.StatusForbidden)
}
