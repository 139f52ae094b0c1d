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

// logIn sends one login. It ignores the body of the response: the cookies are what
// counts, and the body can be asked for again.
func (c *Client) logIn(ctx context.Context, by Login) (cookies, error) {
	jar, err := newCookies()
	if err != nil {
		return cookies{}, err
	}
	response, err := c.send(ctx, jar, by.request())
	if err != nil {
		return cookies{}, err
	}
	if jar.header(c.sessionAddress()) == "" {
		return cookies{}, cmp.Or(response.HTMLError(), ErrNoCookie)
	}
	return jar, nil
}

// sessionAddress is where the cookies of a session are sent.
func (c *Client) sessionAddress() *url.URL { return c.http.BaseURL().JoinPath("/session/user") }

// logOut ends a session on the server (POST /session/logout).
func (c *Client) logOut(ctx context.Context, jar cookies) error {
	r := post("/session/logout", nil)
	r.NoLimit = true
	_, err := c.send(ctx, jar, r)
	return err
}

// Session is a detached session with cookies of its own. It is never renewed: once
// it has expired its calls fail with status 401.
type Session struct {
	ID     string // by which Client.FindSession finds it; no secret
	client *Client
	jar    cookies
}

// Open logs in again for a session apart from the client's own. When ctx ends
// first, Client.Logout ends the session.
func (c *Client) Open(ctx context.Context) (*Session, error) {
	id, jar, err := c.sessions.Open(ctx)
	if err != nil {
		return nil, err
	}
	return &Session{ID: id, client: c, jar: jar}, nil
}

// FindSession finds a session of Open that has not been logged out.
func (c *Client) FindSession(id string) (s *Session, ok bool) {
	jar, ok := c.sessions.Find(id)
	if !ok {
		return nil, false
	}
	return &Session{ID: id, client: c, jar: jar}, true
}

// Cookie is the value of the Cookie header that carries the session.
func (s *Session) Cookie() string { return s.jar.header(s.client.sessionAddress()) }

// Info asks whose session this is (GET /session/user); as a request it also
// keeps the session alive.
func (s *Session) Info(ctx context.Context) (SessionInfoWithTokens, error) {
	return s.info(ctx, get("/session/user"))
}

// RefreshEndpointsTokens asks for new Endpoints tokens (POST
// /session/refresh-endpoints-tokens). Whether others lose theirs is not
// documented.
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

// Logout ends the session; one that has ended is no error. After an error the
// client's own Logout tries again.
func (s *Session) Logout(ctx context.Context) error { return s.client.sessions.End(ctx, s.ID) }
