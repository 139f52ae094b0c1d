package vcda

import (
	"context"
	"net/http"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
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

// At is the entry of a site among those the session may act on.
func (d SessionDetails) At(site string) (AuthenticatedSite, bool) {
	for _, s := range d.AuthenticatedSites {
		if values.SiteName(s.Site) == values.SiteName(site) {
			return s, true
		}
	}
	return AuthenticatedSite{}, false
}

var sessionRequest = rest.Request{Method: http.MethodGet, Path: "/sessions"}

// Session asks whose session this is (GET /sessions).
func (c *Client) Session(ctx context.Context) (SessionDetails, error) {
	var details SessionDetails
	err := c.fetch(ctx, sessionRequest, &details)
	return details, err
}

// SingleUse reports whether the login serves once: then nothing that could do
// without a session should log in.
func (c *Client) SingleUse() bool { return c.login.Traits().SingleUse }

// HasSession reports whether a session is open: then a call sends no login.
func (c *Client) HasSession() bool { return c.sessions.IsOpen() }

// server describes the sessions of an appliance.
func (c *Client) server(login Login) session.Server[string] {
	return session.Server[string]{
		Host: c.http.BaseURL().Host, Login: login, Clock: c.clock,
		LogIn:        func(ctx context.Context) (string, error) { return login.logIn(ctx, c) },
		AfterLogin:   c.extendAll,
		LogOut:       c.logOut,
		Leave:        c.shrinkAll,
		IsRefused:    isRefused,
		IsExpired:    isExpired,
		AsksForLogin: isTokenAsked,
	}
}

// logOut ends a session on the appliance ("Logout", DELETE /sessions).
func (c *Client) logOut(ctx context.Context, token string) error {
	response, err := c.send(ctx, token, rest.Request{Method: http.MethodDelete, Path: "/sessions", NoLimit: true})
	if err != nil {
		return err
	}
	return response.HTMLError() // of a firewall, which has let nothing through
}

// Logout ends every session the client opened. An external token is left alone.
// Afterwards the client is closed.
func (c *Client) Logout(ctx context.Context) error {
	defer c.http.Close()
	return c.sessions.Close(ctx)
}

// DetachedSession is a session apart from the one the client's requests share. It
// is never renewed.
type DetachedSession struct {
	ID     string // by which FindSession finds it; no secret
	token  string
	client *Client
}

// OpenSession logs in again. It fails with ErrExternalLogin for a client whose login is
// an external token.
func (c *Client) OpenSession(ctx context.Context) (*DetachedSession, error) {
	id, token, err := c.sessions.Open(ctx)
	if err != nil {
		return nil, err
	}
	return &DetachedSession{ID: id, token: token, client: c}, nil
}

// FindSession finds a session of OpenSession that has not been logged out.
func (c *Client) FindSession(id string) (own *DetachedSession, ok bool) {
	token, ok := c.sessions.Find(id)
	return &DetachedSession{ID: id, token: token, client: c}, ok
}

// Token is the session's token, a secret.
func (s *DetachedSession) Token() string { return s.token }

// Details asks whose session this is, which also keeps it from idling out.
func (s *DetachedSession) Details(ctx context.Context) (SessionDetails, error) {
	var details SessionDetails
	response, err := s.client.send(ctx, s.token, sessionRequest)
	if err == nil {
		err = response.JSON(&details)
	}
	return details, err
}

// Logout ends the session; one that has ended is no error. After an error the
// client's own Logout tries again.
func (s *DetachedSession) Logout(ctx context.Context) error {
	return s.client.sessions.End(ctx, s.ID)
}
