package session

import (
	"errors"
	"fmt"
)

// Login is a login type of a system, with its fields.
type Login interface {
	// Kind returns the name of the type in the provider block.
	Kind() string
	// Traits returns what the type does differently from others.
	Traits() Traits
}

// Traits are how a login type behaves; nothing is secret.
type Traits struct {
	User       string // user name, empty where the login has none
	ByPassword bool   // its password may have expired
	SingleUse  bool   // it opens one session only
	External   bool   // it is an existing session: never renewed, never logged out
	Hint       string // further causes of a refusal, as whole sentences
}

var (
	// ErrClosed is a call after Close.
	ErrClosed = errors.New("the session has been closed")
	// ErrNoLogin is a call that needs a session on a client without a login.
	ErrNoLogin = errors.New("no login is configured")
	// ErrExternalLogin is the error of another session that is requested from an
	// existing session.
	ErrExternalLogin = errors.New("the login is the token of an existing session, which can't open another one")
	// ErrExternalExpired is an external session that the server does not accept.
	ErrExternalExpired = errors.New("the given session is not, or no longer, accepted")
	// ErrLoginUsed is the error of a second session that is requested from a login
	// for one use.
	ErrLoginUsed = errors.New("the session of a login that serves once has ended, and the login can't be used again")
)

// LoginError is a login that opened no session. Refused reports that it must not
// be repeated, because accounts lock.
type LoginError struct {
	Kind    string // of the login
	Traits  Traits // of the login
	Host    string
	Refused bool
	Err     error
}

func (e *LoginError) Error() string {
	return fmt.Sprintf("log in to %s with %s: %v", e.Host, e.Kind, e.Err)
}

func (e *LoginError) Unwrap() error { return e.Err }
