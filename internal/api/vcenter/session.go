package vcenter

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

// grant is one session on the server.
type grant struct {
	id     string
	worked atomic.Bool // a call with this session was accepted
}

// note keeps in mind whether a call was accepted.
func (g *grant) note(err error) error {
	if err == nil {
		g.worked.Store(true)
	}
	return err
}

// session holds the client's one grant and makes sure that however many calls
// need a login at once, one is sent.
type session struct {
	open func(context.Context) (*grant, error)

	lock    sync.Mutex
	grant   *grant
	refused error
	opening *opening
	closed  bool
}

// opening is a login on its way, with its outcome once done is closed.
type opening struct {
	done  chan struct{}
	grant *grant
	err   error
}

func newSession(open func(context.Context) (*grant, error)) *session {
	return &session{open: open}
}

// get returns a grant other than the stale one, logging in when there is none.
// A refused login is final: it is returned to everybody and never repeated.
func (s *session) get(ctx context.Context, stale *grant) (*grant, error) {
	o, g, err := s.state(ctx, stale)
	if o == nil {
		return g, err
	}
	select {
	case <-o.done:
		return o.grant, o.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// state returns the grant or the final error there is, else the login under
// way, which it starts where needed.
func (s *session) state(ctx context.Context, stale *grant) (*opening, *grant, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	switch {
	case s.closed:
		return nil, nil, ErrClosed
	case s.refused != nil:
		return nil, nil, s.refused
	case s.grant != nil && s.grant != stale:
		return nil, s.grant, nil
	}
	if s.opening == nil {
		s.opening = &opening{done: make(chan struct{})}
		// The login outlives a caller that gives up: its session must not get lost.
		// The request timeout bounds it.
		go s.finish(context.WithoutCancel(ctx), s.opening)
	}
	return s.opening, nil, nil
}

func (s *session) finish(ctx context.Context, o *opening) {
	o.grant, o.err = s.open(ctx)
	s.lock.Lock()
	defer s.lock.Unlock()
	var login *LoginError
	if errors.As(o.err, &login) && login.Refused {
		s.refused = o.err
	}
	s.grant = o.grant
	s.opening = nil
	close(o.done)
}

// close stops further logins and returns the grant to end, if any.
func (s *session) close(ctx context.Context) *grant {
	s.lock.Lock()
	s.closed = true
	g, o := s.grant, s.opening
	s.grant = nil
	s.lock.Unlock()
	if o == nil {
		return g
	}
	select {
	case <-o.done:
		return o.grant
	case <-ctx.Done():
		return nil
	}
}
