package session

import (
	"context"
	"crypto/rand"
	"errors"
)

const sharedLogin = "shared"

// share returns the shared session. However many callers there are at once, one
// login is sent.
func (s *Sessions[S]) share(ctx context.Context) (*session[S], error) {
	if s.server.Login == nil {
		return nil, ErrNoLogin
	}
	if shared := s.current(); shared != nil {
		return shared, nil
	}
	return s.run(ctx, sharedLogin, func(ctx context.Context) (*session[S], error) {
		return s.logIn(ctx, s.login, true)
	})
}

// current returns the shared session, nil where none is open.
func (s *Sessions[S]) current() *session[S] {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.shared
}

// IsOpen reports whether the shared session is open: then a call sends no login.
func (s *Sessions[S]) IsOpen() bool { return s.current() != nil }

// run sends a login, which outlives a caller that gives up: its session must not
// get lost. The request timeout limits it.
func (s *Sessions[S]) run(ctx context.Context, key string, logIn func(context.Context) (*session[S], error)) (*session[S], error) {
	results := s.logins.DoChan(key, func() (any, error) { return logIn(context.WithoutCancel(ctx)) })
	select {
	case result := <-results:
		opened, _ := result.Val.(*session[S])
		return opened, result.Err
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
		return nil, s.latch(by, s.loginFailed(by, s.server.IsRefused(err), err))
	}
	by.used = true
	opened := &session[S]{id: rand.Text(), value: value, external: by.Traits().External, opened: s.server.Clock.Now()}
	if shared {
		if err := s.complete(ctx, opened); err != nil {
			return nil, errors.Join(s.latch(by, err), s.end(ctx, opened))
		}
	}
	s.keep(opened, shared)
	return opened, nil
}

// complete runs AfterLogin for a new shared session.
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

// latch keeps an error after which no login may follow, and returns it.
func (s *Sessions[S]) latch(by *login[S], err error) error {
	var failed *LoginError
	if errors.As(err, &failed) && failed.Refused || failed == nil && s.server.IsRefused(err) {
		s.lock.Lock()
		defer s.lock.Unlock()
		by.refused = err
	}
	return err
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

func (s *Sessions[S]) loginError(by *login[S], refused bool, err error) *LoginError {
	return &LoginError{Kind: by.Kind(), Traits: by.Traits(), Host: s.server.Host, Refused: refused, Err: err}
}

// loginFailed is the error of a login that has failed: that of the one before, if this
// one failed for the same reason. By that a message knows that another one explains it.
func (s *Sessions[S]) loginFailed(by *login[S], refused bool, err error) *LoginError {
	failed := s.loginError(by, refused, err)
	s.lock.Lock()
	defer s.lock.Unlock()
	if last := by.failed; last != nil && last.Refused == refused && last.Error() == failed.Error() {
		return last
	}
	by.failed = failed
	return failed
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
	opened, err := s.run(ctx, rand.Text(), func(ctx context.Context) (*session[S], error) {
		return s.logIn(ctx, by, false)
	})
	if err != nil {
		return "", value, err
	}
	return opened.id, opened.value, nil
}
