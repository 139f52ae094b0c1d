package session

import (
	"errors"
	"fmt"
)

// Login is a login type of a system, with its fields.
type Login interface {
	// Kind returns the name of the type in the provider block.
	Kind() string
	// Traits returns how the type behaves.
	Traits() Traits
}

// Traits describe how a login type behaves. They hold no secrets.
type Traits struct {
	User       string // user name, or empty
	ByPassword bool   // its password may have expired
	SingleUse  bool   // it can open one session only
	External   bool   // it is an existing session: never renewed, never logged out
	Hint       string // further causes of a refusal, as whole sentences
}

var (
	// ErrClosed is the error of a call after Close.
	ErrClosed = errors.New("the session has been closed")
	// ErrNoLogin is the error of a call that needs a session, on a client without a
	// login.
	ErrNoLogin = errors.New("no login is configured")
	// ErrExternalLogin is the error of Open on a client whose login is an existing
	// session.
	ErrExternalLogin = errors.New("the login is the token of an existing session, which can't open another one")
	// ErrExternalExpired is the error of an external session that the server does
	// not accept.
	ErrExternalExpired = errors.New("the given session is invalid or has expired")
	// ErrLoginUsed is the error of a second session from a single-use login.
	ErrLoginUsed = errors.New("the session has ended, and its single-use login can't be used again")
)

// LoginError is a failed login. A refused login must not be repeated, because
// accounts lock.
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
