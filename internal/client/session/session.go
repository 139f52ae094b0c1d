// Package session opens, shares, renews and ends the sessions of a client: one that
// its requests share, and any number of detached ones.
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

// Server holds what depends on the system. S is what a request needs of a session,
// such as its token.
type Server[S any] struct {
	Host  string
	Login Login // nil where none is configured
	Clock clock.Clock

	LogIn        func(context.Context) (S, error) // sends one login, or returns the external session
	AfterLogin   func(context.Context, S) error   // completes a new shared session; optional
	LogOut       func(context.Context, S) error   // sends one logout
	Leave        func(context.Context, S) error   // for an external session, in place of LogOut; optional
	IsRefused    func(error) bool                 // the server refused the login
	IsExpired    func(error) bool                 // the session has expired, or the server does not know it
	AsksForLogin func(error) bool                 // the server explicitly asks for a new login; optional
}

// Sessions are the sessions of one client. Logins are sent one at a time, and
// none after a refused one, because accounts lock. It is safe for concurrent use.
type Sessions[S any] struct {
	server Server[S]
	login  *login[S]
	logins singleflight.Group
	turn   *semaphore.Weighted // held while a login is sent

	lock        sync.Mutex
	shared      *session[S]
	open        map[string]*session[S] // the shared and the detached ones, by ID
	reloginUsed *session[S]            // the session that was replaced before a request with it was accepted; one per process
	closed      bool
}

// session is one session on the server.
type session[S any] struct {
	id       string // random, not secret
	value    S
	external bool
	opened   time.Time
	accepted atomic.Bool // a request with it has succeeded
}

// login is a login type and the results of its logins.
type login[S any] struct {
	Login
	send    func(context.Context) (S, error)
	refused error       // the error after which it is never sent again; guarded by lock
	failed  *LoginError // the last error; guarded by lock
	used    bool        // it has opened a session; guarded by turn
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

// Do makes a call with the shared session, which the first call opens. If a session
// that was accepted before has expired, Do logs in once more and repeats the call,
// which the server has not performed.
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

// A session that is refused within freshLogin of its login counts as never
// accepted, unless a request with it has succeeded.
const freshLogin = time.Minute

// isRenewable reports whether a new login may replace an expired session. A session
// that was never accepted is not replaced, because the next one would be refused
// too. If the server asks for a login, it is replaced once: the server may have
// restarted before the first use.
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

// ForgetRefusal allows a login after a refused one. Call it when the account has
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

// externalExpired returns the final error of an external session that has expired.
func (s *Sessions[S]) externalExpired(err error) error {
	return s.loginError(s.login, true, fmt.Errorf("%w: %w", ErrExternalExpired, err))
}

// loseExternal drops the expired external session. Every later call fails with the
// same error.
func (s *Sessions[S]) loseExternal(err error) error {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.login.refused == nil {
		s.login.refused = s.externalExpired(err)
	}
	s.shared = nil
	return s.login.refused
}
