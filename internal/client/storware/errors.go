package storware

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// LoginError is a login that opened no session. Refused tells that it must not
// be repeated: another try would do no better, and accounts may lock.
type LoginError struct {
	Kind    string // the login type
	Host    string
	Refused bool
	Err     error
}

func (e *LoginError) Error() string {
	text := fmt.Sprintf("log in to %s with %s: %v", e.Host, e.Kind, e.Err)
	if rest.Status(e.Err) == http.StatusBadRequest {
		text += " (the server says so of a malformed login and of wrong credentials alike)"
	}
	return text
}
func (e *LoginError) Unwrap() error { return e.Err }

var (
	// ErrNoLogin is a call that needs a session on a client without a login.
	ErrNoLogin = errors.New("no login is configured")
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

// refusedLogin tells a login the server decided against, or whose session is
// lost, from one it could not decide on.
func refusedLogin(err error) bool {
	return errors.Is(err, ErrNoCookie) || rest.IsRefused(err)
}

// final tells the error of a login that must not be repeated.
func final(err error) bool {
	var login *LoginError
	return errors.As(err, &login) && login.Refused
}

// expired tells a request that needs a new session.
func expired(err error) bool { return rest.Status(err) == http.StatusUnauthorized }

// denied tells an API that answers, though not to everybody.
func denied(err error) bool { return expired(err) || rest.Status(err) == http.StatusForbidden }
