package vcenter

import (
	"context"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// opened is a session on the vCenter. Only a clone has a user.
type opened struct {
	api  *api
	id   string
	user UserSession
}

// server describes the sessions of a vCenter.
func (c *Client) server(o Options) session.Server[opened] {
	server := session.Server[opened]{
		Host: c.http.BaseURL().Host, Clock: o.Transport.Clock,
		LogIn:     func(ctx context.Context) (opened, error) { return c.open(ctx, o.Login) },
		LogOut:    func(ctx context.Context, s opened) error { return s.api.logOut(ctx, s.id) },
		IsRefused: isRefused,
		IsExpired: IsNotAuthenticated,
	}
	if o.Login != nil {
		server.Login = o.Login
	}
	return server
}

// open opens a session with a login.
func (c *Client) open(ctx context.Context, login Login) (opened, error) {
	a, err := c.discover(ctx)
	if err != nil {
		return opened{}, err
	}
	return login.logIn(ctx, a)
}

// withSession makes a call with the shared session. It discovers the API before, so
// that an error there does not count as a failed login.
func (c *Client) withSession(ctx context.Context, call func(a *api, id string) error) error {
	if c.login == nil {
		return ErrNoLogin
	}
	if _, err := c.discover(ctx); err != nil {
		return err
	}
	return c.sessions.Do(ctx, func(s opened) error { return call(s.api, s.id) })
}
