package storware

import (
	"cmp"
	"context"
	"net/url"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// server describes the sessions of a Storware server.
func (c *Client) server(o Options) session.Server[cookies] {
	server := session.Server[cookies]{
		Host: c.http.BaseURL().Host, Clock: o.Transport.Clock,
		LogIn:     func(ctx context.Context) (cookies, error) { return c.logIn(ctx, o.Login) },
		LogOut:    c.logOut,
		IsRefused: isRefused,
		IsExpired: isExpired,
	}
	if o.Login != nil {
		server.Login = o.Login
	}
	return server
}

// logIn sends one login and keeps its cookies. The body of the response is not
// needed: Info can read it.
func (c *Client) logIn(ctx context.Context, login Login) (cookies, error) {
	jar, err := newCookies()
	if err != nil {
		return cookies{}, err
	}
	response, err := c.send(ctx, jar, login.request())
	if err != nil {
		return cookies{}, err
	}
	if jar.header(c.sessionAddress()) == "" {
		return cookies{}, cmp.Or(response.HTMLError(), ErrNoCookie)
	}
	return jar, nil
}

// sessionAddress returns an address to which the cookies of a session are sent.
func (c *Client) sessionAddress() *url.URL { return c.http.BaseURL().JoinPath("/session/user") }

// logOut ends a session on the server (POST /session/logout).
func (c *Client) logOut(ctx context.Context, jar cookies) error {
	r := post("/session/logout", nil)
	r.NoLimit = true
	_, err := c.send(ctx, jar, r)
	return err
}

// Session is a detached session with its own cookies. It is never renewed: once it
// has expired, its calls fail with status 401.
type Session struct {
	ID     string // for Client.FindSession; not secret
	client *Client
	jar    cookies
}

// Open logs in again and returns a detached session. If ctx ends before the login,
// Client.Logout ends the session.
func (c *Client) Open(ctx context.Context) (*Session, error) {
	id, jar, err := c.sessions.Open(ctx)
	if err != nil {
		return nil, err
	}
	return &Session{ID: id, client: c, jar: jar}, nil
}

// FindSession returns a session of Open that has not been logged out.
func (c *Client) FindSession(id string) (s *Session, ok bool) {
	jar, ok := c.sessions.Find(id)
	if !ok {
		return nil, false
	}
	return &Session{ID: id, client: c, jar: jar}, true
}

// Cookie returns the value of the Cookie header that carries the session.
func (s *Session) Cookie() string { return s.jar.header(s.client.sessionAddress()) }

// Info reads the user of the session (GET /session/user). The request also keeps
// the session alive.
func (s *Session) Info(ctx context.Context) (SessionInfoWithTokens, error) {
	return s.info(ctx, get("/session/user"))
}

// RefreshEndpointsTokens requests new Endpoints tokens (POST
// /session/refresh-endpoints-tokens). The API does not document whether the
// previous ones stay valid.
func (s *Session) RefreshEndpointsTokens(ctx context.Context) (SessionInfoWithTokens, error) {
	r := post("/session/refresh-endpoints-tokens", nil)
	r.RetryBusy = true
	return s.info(ctx, r)
}

func (s *Session) info(ctx context.Context, r rest.Request) (SessionInfoWithTokens, error) {
	var info SessionInfoWithTokens
	response, err := s.client.send(ctx, s.jar, r)
	if err != nil {
		return info, err
	}
	err = response.JSON(&info)
	return info, err
}

// Logout ends the session. It is no error if the session has ended before. After an
// error Client.Logout tries again.
func (s *Session) Logout(ctx context.Context) error { return s.client.sessions.End(ctx, s.ID) }
