// Package session opens, shares, renews and ends the sessions of a client: one
// that its requests share, and any number of detached ones. It knows no system.
package session

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
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
	IsExpired    func(error) bool                 // the server doesn't, or no longer, know the session
	AsksForLogin func(error) bool                 // the server asks for a new login in so many words; optional
}

// Sessions are the sessions of one client. Logins are sent one at a time, and
// none after a refused one, because accounts lock. It is safe for concurrent use.
type Sessions[S any] struct {
	server  Server[S]
	login   *login[S]
	flights singleflight.Group
	turn    *semaphore.Weighted // of the login that is being sent

	lock        sync.Mutex
	shared      *session[S]
	open        map[string]*session[S] // the shared and the detached ones, by ID
	reloginUsed *session[S]            // replaced though it was never accepted; once a process
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

// login is one way to open sessions, with what came of it.
type login[S any] struct {
	Login
	send    func(context.Context) (S, error)
	refused error
	used    bool
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
		return s.externalExpired(err)
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

// freshLogin is for how long a session that is refused counts as one that never
// worked, if nothing shows otherwise.
const freshLogin = time.Minute

// isRenewable reports whether an expired session is worth a new login. One that
// is refused from the start is not, since the next one would be too; but a restart
// of the server may end the first one before its first use.
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

// drop forgets a session that has ended on the server.
func (s *Sessions[S]) drop(expired *session[S]) {
	s.lock.Lock()
	defer s.lock.Unlock()
	delete(s.open, expired.id)
	if s.shared == expired {
		s.shared = nil
		s.flights.Forget(sharedFlight) // the login that opened it may not have returned to all its callers
	}
}

const sharedFlight = "shared"

// share returns the shared session. However many callers there are at once, one
// login is sent.
func (s *Sessions[S]) share(ctx context.Context) (*session[S], error) {
	if s.server.Login == nil {
		return nil, ErrNoLogin
	}
	if shared := s.current(); shared != nil {
		return shared, nil
	}
	return s.fly(ctx, sharedFlight, func(ctx context.Context) (*session[S], error) {
		return s.logIn(ctx, s.login, true)
	})
}

// current returns the shared session, nil where none is open.
func (s *Sessions[S]) current() *session[S] {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.shared
}

// fly runs a login, which outlives a caller that gives up: its session must not
// get lost. The request timeout limits it.
func (s *Sessions[S]) fly(ctx context.Context, key string, logIn func(context.Context) (*session[S], error)) (*session[S], error) {
	flight := s.flights.DoChan(key, func() (any, error) { return logIn(context.WithoutCancel(ctx)) })
	select {
	case landed := <-flight:
		opened, _ := landed.Val.(*session[S])
		return opened, landed.Err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// logIn waits for its turn, so that an earlier login and its refusal are known, and
// sends the login. The session is to be shared or stays detached.
func (s *Sessions[S]) logIn(ctx context.Context, by *login[S], shared bool) (*session[S], error) {
	if err := s.turn.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer s.turn.Release(1)
	if current := s.current(); shared && current != nil {
		return current, nil
	}
	if err := s.whyNoLogin(by); err != nil {
		return nil, err
	}
	value, err := by.send(ctx)
	if err != nil {
		failed := s.loginError(by, s.server.IsRefused(err), err)
		if failed.Refused {
			by.refused = failed
		}
		return nil, failed
	}
	by.used = true
	opened := &session[S]{id: rand.Text(), value: value, external: by.Traits().External, opened: s.server.Clock.Now()}
	if shared {
		if err := s.complete(ctx, opened); err != nil {
			if s.isFinal(err) {
				by.refused = err
			}
			return nil, errors.Join(err, s.end(ctx, opened))
		}
	}
	s.keep(opened, shared)
	return opened, nil
}

// complete does what belongs to the login of a shared session.
func (s *Sessions[S]) complete(ctx context.Context, opened *session[S]) error {
	if s.server.AfterLogin == nil {
		return nil
	}
	err := s.server.AfterLogin(ctx, opened.value)
	if opened.external && s.server.IsExpired(err) {
		return s.externalExpired(err)
	}
	return err
}

func (s *Sessions[S]) keep(opened *session[S], shared bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.open[opened.id] = opened
	if shared {
		s.shared = opened
	}
}

// isFinal reports whether no login may follow an error that came after a login.
func (s *Sessions[S]) isFinal(err error) bool {
	var failed *LoginError
	return errors.As(err, &failed) && failed.Refused || s.server.IsRefused(err)
}

// whyNoLogin returns the reason why no login may be sent any more, or nil.
func (s *Sessions[S]) whyNoLogin(by *login[S]) error {
	s.lock.Lock()
	defer s.lock.Unlock()
	switch {
	case s.closed:
		return ErrClosed
	case by.refused != nil:
		return by.refused
	case by.used && by.Traits().SingleUse:
		return s.loginError(by, true, ErrLoginUsed)
	}
	return nil
}

// externalExpired is the final error of a session that came from outside.
func (s *Sessions[S]) externalExpired(err error) error {
	return s.loginError(s.login, true, fmt.Errorf("%w: %w", ErrExternalExpired, err))
}

func (s *Sessions[S]) loginError(by *login[S], refused bool, err error) *LoginError {
	return &LoginError{Kind: by.Kind(), Traits: by.Traits(), Host: s.server.Host, Refused: refused, Err: err}
}

// Open logs in again, for a detached session: it is never renewed, and ends by End
// or by Close. It returns an ID by which Find and End know the session.
//
// Errors: *LoginError, ErrNoLogin, ErrExternalLogin, ErrClosed.
func (s *Sessions[S]) Open(ctx context.Context) (id string, value S, err error) {
	switch {
	case s.server.Login == nil:
		return "", value, ErrNoLogin
	case s.server.Login.Traits().External:
		return "", value, ErrExternalLogin
	}
	return s.detach(ctx, s.login)
}

// OpenWith is Open with another login than that of the client, which needs none.
func (s *Sessions[S]) OpenWith(ctx context.Context, other Login, send func(context.Context) (S, error)) (id string, value S, err error) {
	return s.detach(ctx, &login[S]{Login: other, send: send})
}

func (s *Sessions[S]) detach(ctx context.Context, by *login[S]) (id string, value S, err error) {
	opened, err := s.fly(ctx, rand.Text(), func(ctx context.Context) (*session[S], error) {
		return s.logIn(ctx, by, false)
	})
	if err != nil {
		return "", value, err
	}
	return opened.id, opened.value, nil
}

// Find returns a detached session that has not been ended.
func (s *Sessions[S]) Find(id string) (value S, ok bool) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if opened, ok := s.open[id]; ok {
		return opened.value, true
	}
	return value, false
}

// End logs out a detached session. One that has ended is no error; one that can't
// be ended stays for Close.
func (s *Sessions[S]) End(ctx context.Context, id string) error {
	s.lock.Lock()
	opened, ok := s.open[id]
	delete(s.open, id)
	s.lock.Unlock()
	if !ok {
		return nil
	}
	err := s.end(ctx, opened)
	if err != nil {
		s.lock.Lock()
		defer s.lock.Unlock()
		s.open[id] = opened
	}
	return err
}

// Close ends every session side by side, then that of a login still on its way,
// and refuses further calls. The errors of all are joined.
func (s *Sessions[S]) Close(ctx context.Context) error {
	s.lock.Lock()
	s.closed = true
	s.lock.Unlock()
	ended := s.endAll(ctx)
	if !s.turn.TryAcquire(1) && s.turn.Acquire(ctx, 1) != nil {
		return errors.Join(ended, fmt.Errorf("the session of a login still on its way may be left: %w", context.Cause(ctx)))
	}
	s.turn.Release(1)
	return errors.Join(ended, s.endAll(ctx))
}

func (s *Sessions[S]) endAll(ctx context.Context) error {
	s.lock.Lock()
	s.shared = nil
	open := slices.Collect(maps.Values(s.open))
	clear(s.open)
	s.lock.Unlock()
	problems := make([]error, len(open))
	var running sync.WaitGroup // not an errgroup, which keeps the first error only
	for i, opened := range open {
		running.Go(func() { problems[i] = s.end(ctx, opened) })
	}
	running.Wait()
	return errors.Join(problems...)
}

// end logs a session out; one that has expired is no error. It tries twice:
// nothing else would end the session.
func (s *Sessions[S]) end(ctx context.Context, opened *session[S]) error {
	logOut := s.server.LogOut
	if opened.external {
		logOut = s.server.Leave
	}
	if logOut == nil {
		return nil
	}
	err := logOut(ctx, opened.value)
	if err != nil && !s.server.IsExpired(err) && ctx.Err() == nil {
		err = logOut(ctx, opened.value)
	}
	if s.server.IsExpired(err) {
		return nil
	}
	return err
}
