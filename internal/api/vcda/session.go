package vcda

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/vcda-dr/terraform-provider-vcda/internal/api/transport"
)

// SessionDetails says who a session belongs to ("Get Session"). The Manager
// service leaves AuthenticatedSites empty.
type SessionDetails struct {
	User               string              `json:"user"`
	Roles              []string            `json:"roles"`
	AuthenticatedSites []AuthenticatedSite `json:"authenticatedSites"`
}

// AuthenticatedSite is a site the session may act on.
type AuthenticatedSite struct {
	Site string `json:"site"`
	Org  string `json:"org"`
}

// Session asks whose session this is (GET /sessions).
func (c *Client) Session(ctx context.Context) (SessionDetails, error) {
	var details SessionDetails
	err := c.fetch(ctx, transport.Request{Method: http.MethodGet, Path: "/sessions"}, &details)
	return details, err
}

// Logout ends the session if one was opened, waiting for a login still on its
// way. A token the client did not obtain itself is left alone. Afterwards the
// client is closed.
func (c *Client) Logout(ctx context.Context) error {
	defer c.http.Close()
	g := c.session.close(ctx)
	if g == nil || c.session.foreign() {
		return nil
	}
	_, err := c.send(ctx, g, transport.Request{Method: http.MethodDelete, Path: "/sessions"})
	if expired(err) {
		return nil
	}
	return err
}

// login opens a session on the server.
func (c *Client) login(ctx context.Context, l Login) (*grant, error) {
	g, err := c.requestLogin(ctx, l)
	if err != nil {
		return nil, &LoginError{Kind: l.Kind(), Host: c.http.BaseURL().Host, Refused: refusedLogin(err), Err: err}
	}
	return g, nil
}

func (c *Client) requestLogin(ctx context.Context, l Login) (*grant, error) {
	request, err := loginRequest(l, c.clock.Now())
	if err != nil {
		return nil, err
	}
	answer, err := c.send(ctx, nil, request)
	if err != nil {
		return nil, err
	}
	token := answer.Header.Get(tokenHeader)
	if token == "" {
		return nil, ErrNoToken
	}
	return &grant{token: token}, nil
}

// grant is one session on the server.
type grant struct {
	token  string
	worked atomic.Bool // a request with this token was accepted
}

// session holds the client's one grant and makes sure that however many
// requests need a login at once, one is sent.
type session struct {
	login Login
	open  func(context.Context, Login) (*grant, error)

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

func newSession(l Login, open func(context.Context, Login) (*grant, error)) *session {
	s := &session{login: l, open: open}
	if token, ok := l.(SessionToken); ok {
		s.grant = &grant{token: token.Token}
	}
	return s
}

// foreign tells that the token came from outside.
func (s *session) foreign() bool {
	_, given := s.login.(SessionToken)
	return given
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
		// The login outlives a caller that gives up: its token must not get lost.
		// The request timeout bounds it.
		go s.finish(context.WithoutCancel(ctx), s.opening)
	}
	return s.opening, nil, nil
}

func (s *session) finish(ctx context.Context, o *opening) {
	o.grant, o.err = s.open(ctx, s.login)
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
