// Package session opens, shares, renews and ends the sessions of a client: one
// that its requests share, and any number of detached ones. It knows no system.
package session

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/sync/singleflight"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// Server is what a system has of its own. S is what a client needs to use a
// session, such as its token.
type Server[S any] struct {
	Host  string
	Login Login // nil where none is configured
	Clock clock.Clock

	LogIn        func(context.Context) (S, error) // sends one login, or returns the external session
	AfterLogin   func(context.Context, S) error   // completes a new shared session; optional
	LogOut       func(context.Context, S) error   // sends one logout
	Leave        func(context.Context, S) error   // for an external session, in place of LogOut; optional
	IsRefused    func(error) bool                 // the server decided against a login
	IsExpired    func(error) bool                 // the server does not know the session, or no longer
	AsksForLogin func(error) bool                 // the server explicitly asks for a new login; optional
}

// Sessions are the sessions of one client. Logins are sent one at a time, and
// none after a refused one, because accounts lock. It is safe for concurrent use.
type Sessions[S any] struct {
	server Server[S]
	login  *login[S]
	logins singleflight.Group
	turn   *semaphore.Weighted // of the login that is being sent

	lock        sync.Mutex
	shared      *session[S]
	open        map[string]*session[S] // the shared and the detached ones, by ID
	reloginUsed *session[S]            // replaced although no request with it was accepted; allowed once a process
	closed      bool
}

// session is one session on the server.
type session[S any] struct {
	id       string // made up here; no secret
	value    S
	external bool
	opened   time.Time
	accepted atomic.Bool // a request with it was answered
}

// login is a login type in use, and the refusal of it.
type login[S any] struct {
	Login
	send    func(context.Context) (S, error)
	refused error       // why it is never sent again, or nil; guarded by the lock
	failed  *LoginError // of the last one that failed; guarded by the lock
	used    bool        // guarded by the turn
}

// New prepares sessions; it contacts nothing.
func New[S any](server Server[S]) *Sessions[S] {
	return &Sessions[S]{
		server: server,
		login:  &login[S]{Login: server.Login, send: server.LogIn},
		turn:   semaphore.NewWeighted(1),
		open:   map[string]*session[S]{},
	}
}

// Do makes a call with the shared session, which the first call opens. Where a
// session that used to work has expired, it logs in once more and repeats the
// call, which the server had not begun.
//
// Errors: those of the call, *LoginError, ErrNoLogin, ErrClosed.
func (s *Sessions[S]) Do(ctx context.Context, call func(S) error) error {
	current, err := s.share(ctx)
	if err != nil {
		return err
	}
	err = current.use(call)
	switch {
	case !s.server.IsExpired(err):
		return err
	case current.external:
		return s.loseExternal(err)
	case !s.isRenewable(current, err):
		return err
	}
	s.drop(current)
	if current, err = s.share(ctx); err != nil {
		return err
	}
	return current.use(call)
}

func (o *session[S]) use(call func(S) error) error {
	err := call(o.value)
	if err == nil {
		o.accepted.Store(true)
	}
	return err
}

// freshLogin is how long after its login a refused session counts as one that
// never worked, unless a request with it was accepted.
const freshLogin = time.Minute

// isRenewable reports whether an expired session is worth a new login. One that is
// refused from the start is not, since the next one would be refused too. But a
// restart of the server may end a session before its first use.
func (s *Sessions[S]) isRenewable(expired *session[S], err error) bool {
	if expired.accepted.Load() || s.server.Clock.Now().Sub(expired.opened) > freshLogin {
		return true
	}
	if s.server.AsksForLogin == nil || !s.server.AsksForLogin(err) {
		return false
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.reloginUsed == nil {
		s.reloginUsed = expired
	}
	return s.reloginUsed == expired
}

// ForgetRefusal allows the login again after a refused one: what was refused has
// changed on the server.
func (s *Sessions[S]) ForgetRefusal() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.login.refused = nil
}

// drop forgets a session that has ended on the server.
func (s *Sessions[S]) drop(expired *session[S]) {
	s.lock.Lock()
	defer s.lock.Unlock()
	delete(s.open, expired.id)
	if s.shared == expired {
		s.shared = nil
		s.logins.Forget(sharedLogin) // the login that opened it may not have returned to all its callers
	}
}

// externalExpired is the final error of an external session that has expired.
func (s *Sessions[S]) externalExpired(err error) error {
	return s.loginError(s.login, true, fmt.Errorf("%w: %w", ErrExternalExpired, err))
}

// loseExternal gives up the external session: every later call fails with the
// error of the call that found it expired.
func (s *Sessions[S]) loseExternal(err error) error {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.login.refused == nil {
		s.login.refused = s.externalExpired(err)
	}
	s.shared = nil
	return s.login.refused
}
