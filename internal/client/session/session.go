// Package session keeps the sessions a client opens: one that its requests
// share, and any number handed out. It knows no system.
package session

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// ErrClosed is the use of a client after its logout.
var ErrClosed = errors.New("the session has been closed")

// Login opens one session on a server.
type Login[S any] func(context.Context) (*S, error)

// Sessions are the sessions of one client. Logins are sent one at a time, and
// none after a refused one, because accounts lock. It is safe for concurrent
// use.
type Sessions[S any] struct {
	login   Login[S]
	refusal func(error) bool
	turn    chan struct{} // holds one: whose login it is

	lock    sync.Mutex
	shared  *opening[S]
	live    map[*S]struct{} // to be logged out
	refused error
	closed  bool
}

// opening is a login, with its outcome once done is closed.
type opening[S any] struct {
	done    chan struct{}
	session *S
	err     error
}

// New prepares sessions; login opens the shared one, refusal tells the errors
// after which no login may follow.
func New[S any](login Login[S], refusal func(error) bool) *Sessions[S] {
	return &Sessions[S]{login: login, refusal: refusal, turn: make(chan struct{}, 1), live: map[*S]struct{}{}}
}

// Share returns the shared session unless it is the stale one, which it
// replaces. However many callers there are at once, one login is sent.
func (s *Sessions[S]) Share(ctx context.Context, stale *S) (*S, error) {
	if stale != nil {
		s.Forget(stale)
	}
	s.lock.Lock()
	if s.shared == nil || s.shared.useless(stale) {
		s.shared = s.begin(ctx, s.login)
	}
	o := s.shared
	s.lock.Unlock()
	return o.wait(ctx)
}

// Open opens a session to hand out.
func (s *Sessions[S]) Open(ctx context.Context, login Login[S]) (*S, error) {
	return s.begin(ctx, login).wait(ctx)
}

// begin starts a login, which outlives a caller that gives up: its session must
// not get lost. The request timeout bounds it.
func (s *Sessions[S]) begin(ctx context.Context, login Login[S]) *opening[S] {
	o := &opening[S]{done: make(chan struct{})}
	go func() {
		defer close(o.done)
		o.session, o.err = s.open(context.WithoutCancel(ctx), login)
	}()
	return o
}

// open waits for its turn, so that an earlier refusal is known, and logs in.
func (s *Sessions[S]) open(ctx context.Context, login Login[S]) (*S, error) {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	if err := s.final(); err != nil {
		return nil, err
	}
	opened, err := login(ctx)
	s.lock.Lock()
	defer s.lock.Unlock()
	if err != nil {
		if s.refusal(err) {
			s.refused = err
		}
		return nil, err
	}
	s.live[opened] = struct{}{}
	return opened, nil
}

// final is the reason why no login will be sent any more, if there is one.
func (s *Sessions[S]) final() error {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.closed {
		return ErrClosed
	}
	return s.refused
}

// Forget takes a session from those to be logged out, and tells whether it was
// one.
func (s *Sessions[S]) Forget(which *S) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	_, live := s.live[which]
	delete(s.live, which)
	return live
}

// Close stops further logins and returns the sessions to log out, after a login
// that is on its way. When ctx ends before that one does, the error says that
// its session may be left.
func (s *Sessions[S]) Close(ctx context.Context) (live []*S, err error) {
	s.lock.Lock()
	s.closed = true
	s.lock.Unlock()
	select {
	case s.turn <- struct{}{}: // no login is on its way any more
		<-s.turn
	case <-ctx.Done():
		err = fmt.Errorf("a login is still on its way: %w", context.Cause(ctx))
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	s.shared = nil
	live = slices.Collect(maps.Keys(s.live))
	clear(s.live)
	return live, err
}

// wait returns the session once it is open.
func (o *opening[S]) wait(ctx context.Context) (*S, error) {
	select {
	case <-o.done:
		return o.session, o.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// useless tells that the login has failed, or brought the stale session.
func (o *opening[S]) useless(stale *S) bool {
	select {
	case <-o.done:
		return o.err != nil || o.session == stale
	default:
		return false
	}
}
