package storware

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
)

// sessions are those a client opens: one that its requests share, and any
// number handed out. Logins are sent one at a time, and none after a refused
// one.
type sessions struct {
	logIn func(context.Context) (*Session, error)
	turn  chan struct{} // holds one: whose login it is

	lock    sync.Mutex
	shared  *opening
	live    map[*Session]struct{} // to be logged out
	refused error
	closed  bool
}

// opening is a login, with its outcome once done is closed.
type opening struct {
	done    chan struct{}
	session *Session
	err     error
}

func newSessions(logIn func(context.Context) (*Session, error)) *sessions {
	return &sessions{logIn: logIn, turn: make(chan struct{}, 1), live: map[*Session]struct{}{}}
}

// share returns the shared session unless it is the stale one, which it
// replaces. However many callers there are at once, one login is sent.
func (s *sessions) share(ctx context.Context, stale *Session) (*Session, error) {
	if stale != nil && s.forget(stale) {
		stale.http.Close()
	}
	s.lock.Lock()
	if s.shared == nil || s.shared.useless(stale) {
		s.shared = s.begin(ctx)
	}
	o := s.shared
	s.lock.Unlock()
	return o.wait(ctx)
}

// begin starts a login, which outlives a caller that gives up: its session must
// not get lost. The request timeout bounds it.
func (s *sessions) begin(ctx context.Context) *opening {
	o := &opening{done: make(chan struct{})}
	go func() {
		defer close(o.done)
		o.session, o.err = s.open(context.WithoutCancel(ctx))
	}()
	return o
}

// open waits for its turn, so that an earlier refusal is known, and logs in.
func (s *sessions) open(ctx context.Context) (*Session, error) {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	if err := s.final(); err != nil {
		return nil, err
	}
	opened, err := s.logIn(ctx)
	s.lock.Lock()
	defer s.lock.Unlock()
	if err == nil {
		s.live[opened] = struct{}{}
	}
	if refusal, ok := errors.AsType[*LoginError](err); ok && refusal.Refused {
		s.refused = err
	}
	return opened, err
}

// final is the reason why no login will be sent any more, if there is one.
func (s *sessions) final() error {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.closed {
		return ErrClosed
	}
	return s.refused
}

// forget takes a session from those to be logged out, and tells whether it was
// one.
func (s *sessions) forget(which *Session) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	_, live := s.live[which]
	delete(s.live, which)
	return live
}

// close stops further logins and returns the sessions to end.
func (s *sessions) close(ctx context.Context) []*Session {
	s.lock.Lock()
	s.closed = true
	s.shared = nil
	s.lock.Unlock()
	select {
	case s.turn <- struct{}{}: // no login is on its way any more
		<-s.turn
	case <-ctx.Done():
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	ended := slices.Collect(maps.Keys(s.live))
	clear(s.live)
	return ended
}

// wait returns the session once it is open.
func (o *opening) wait(ctx context.Context) (*Session, error) {
	select {
	case <-o.done:
		return o.session, o.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// useless tells that the login has failed, or brought the stale session.
func (o *opening) useless(stale *Session) bool {
	select {
	case <-o.done:
		return o.err != nil || o.session == stale
	default:
		return false
	}
}
