package vcda

import (
	"errors"
	"time"
)

// SessionToken is no login but a token somebody else obtained: it is used as it
// is, never renewed and never logged out.
type SessionToken struct {
	Token string
}

// Kind names the login type.
func (SessionToken) Kind() string { return "session_token" }

func (SessionToken) request(time.Time) (any, error) {
	return nil, errors.New("a session token can't log in")
}

func (l SessionToken) secrets() []string { return []string{l.Token} }
