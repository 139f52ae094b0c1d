package vcda

import (
	"context"
	"net/http"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// SessionDetails are the user and the sites of a session ("Get Session"). The
// Manager service leaves AuthenticatedSites empty.
type SessionDetails struct {
	User               string              `json:"user"`
	Roles              []string            `json:"roles"`
	AuthenticatedSites []AuthenticatedSite `json:"authenticatedSites"`
}

// AuthenticatedSite is a site at which the session may act.
type AuthenticatedSite struct {
	Site string `json:"site"`
	Org  string `json:"org"`
}

// At returns the entry of a site at which the session may act.
func (d SessionDetails) At(site string) (AuthenticatedSite, bool) {
	for _, s := range d.AuthenticatedSites {
		if values.SiteName(s.Site) == values.SiteName(site) {
			return s, true
		}
	}
	return AuthenticatedSite{}, false
}

var sessionRequest = rest.Request{Method: http.MethodGet, Path: "/sessions"}

// Session reads the client's session (GET /sessions).
func (c *Client) Session(ctx context.Context) (SessionDetails, error) {
	var details SessionDetails
	err := c.fetch(ctx, sessionRequest, &details)
	return details, err
}

// IsSingleUse reports whether the login can be used only once. A call that can do
// without a session should then not log in.
func (c *Client) IsSingleUse() bool { return c.login.Traits().SingleUse }

// HasSession reports whether a session is open, so that a call needs no login.
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
	return response.HTMLError() // from a firewall: the appliance has not received the request
}

// Logout ends every session that the client opened, and closes the client. It does
// not end an external session.
func (c *Client) Logout(ctx context.Context) error {
	defer c.http.Close()
	return c.sessions.Close(ctx)
}

// DetachedSession is a session that the client's requests do not use. It is never
// renewed.
type DetachedSession struct {
	ID     string // for FindSession; not secret
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

// FindSession returns a session of OpenSession that has not been logged out.
func (c *Client) FindSession(id string) (s *DetachedSession, ok bool) {
	token, ok := c.sessions.Find(id)
	return &DetachedSession{ID: id, token: token, client: c}, ok
}

// Token returns the session's token, which is secret.
func (s *DetachedSession) Token() string { return s.token }

// Details reads the session. The request also keeps the session alive.
func (s *DetachedSession) Details(ctx context.Context) (SessionDetails, error) {
	var details SessionDetails
	response, err := s.client.send(ctx, s.token, sessionRequest)
	if err == nil {
		err = response.JSON(&details)
	}
	return details, err
}

// Logout ends the session. It is no error if the session has ended before. After an
// error Client.Logout tries again.
func (s *DetachedSession) Logout(ctx context.Context) error {
	return s.client.sessions.End(ctx, s.ID)
}
