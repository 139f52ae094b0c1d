package session

import (
	"context"
	"crypto/rand"
	"errors"
)

const sharedLogin = "shared"

// share returns the shared session. Concurrent callers share one login.
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

// IsOpen reports whether the shared session is open, so that a call needs no login.
func (s *Sessions[S]) IsOpen() bool { return s.current() != nil }

// run sends a login. The login goes on when the caller gives up, so that its
// session can be ended. The request timeout limits it.
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

// logIn sends a login once every earlier one has ended, so that their refusal is
// known. The new session becomes the shared one, or stays detached.
func (s *Sessions[S]) logIn(ctx context.Context, l *login[S], shared bool) (*session[S], error) {
	if err := s.turn.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer s.turn.Release(1)
	if current := s.current(); shared && current != nil {
		return current, nil
	}
	if err := s.checkAllowed(l); err != nil {
		return nil, err
	}
	value, err := l.send(ctx)
	if err != nil {
		return nil, s.latch(l, s.loginFailed(l, s.server.IsRefused(err), err))
	}
	l.used = true
	opened := &session[S]{id: rand.Text(), value: value, external: l.Traits().External, opened: s.server.Clock.Now()}
	if shared {
		if err := s.complete(ctx, opened); err != nil {
			return nil, errors.Join(s.latch(l, err), s.end(ctx, opened))
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

// latch returns err. It keeps a refusal, after which no login is sent.
func (s *Sessions[S]) latch(l *login[S], err error) error {
	var failed *LoginError
	if errors.As(err, &failed) && failed.Refused || failed == nil && s.server.IsRefused(err) {
		s.lock.Lock()
		defer s.lock.Unlock()
		l.refused = err
	}
	return err
}

// checkAllowed returns the reason why a login must not be sent, or nil.
func (s *Sessions[S]) checkAllowed(l *login[S]) error {
	s.lock.Lock()
	defer s.lock.Unlock()
	switch {
	case s.closed:
		return ErrClosed
	case l.refused != nil:
		return l.refused
	case l.used && l.Traits().SingleUse:
		return s.loginError(l, true, ErrLoginUsed)
	}
	return nil
}

func (s *Sessions[S]) loginError(l *login[S], refused bool, err error) *LoginError {
	return &LoginError{Kind: l.Kind(), Traits: l.Traits(), Host: s.server.Host, Refused: refused, Err: err}
}

// loginFailed returns the error of a failed login. If the previous login failed for
// the same reason, it returns the previous error, so that the messages can refer to
// the first one.
func (s *Sessions[S]) loginFailed(l *login[S], refused bool, err error) *LoginError {
	failed := s.loginError(l, refused, err)
	s.lock.Lock()
	defer s.lock.Unlock()
	if last := l.failed; last != nil && last.Refused == refused && last.Error() == failed.Error() {
		return last
	}
	l.failed = failed
	return failed
}

// Open logs in again and returns a detached session, with its ID for Find and End.
// The session is never renewed. End or Close ends it.
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

// OpenWith is Open with another login. The client itself needs no login.
func (s *Sessions[S]) OpenWith(ctx context.Context, other Login, send func(context.Context) (S, error)) (id string, value S, err error) {
	return s.detach(ctx, &login[S]{Login: other, send: send})
}

func (s *Sessions[S]) detach(ctx context.Context, l *login[S]) (id string, value S, err error) {
	opened, err := s.run(ctx, rand.Text(), func(ctx context.Context) (*session[S], error) {
		return s.logIn(ctx, l, false)
	})
	if err != nil {
		return "", value, err
	}
	return opened.id, opened.value, nil
}
