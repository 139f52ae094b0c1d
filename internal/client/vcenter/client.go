// Package vcenter is a client of the VI JSON API of a vCenter: login, clone
// tickets, cloned sessions, and the configuration of virtual machines.
package vcenter

import (
	"context"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/coalesce"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// Options configures a Client. Transport is required. Without Login only Clone
// works. An empty Release is negotiated with vCenter; "8.0.2.0" is an example.
type Options struct {
	Transport rest.Options
	Login     Login
	Release   string
}

// Client talks to one vCenter. Its requests share one session, which the first
// request opens. Clone opens further sessions. It is safe for concurrent use.
type Client struct {
	http     *rest.Client
	login    Login
	sessions *session.Sessions[opened]
	release  string // pinned, or ""

	api coalesce.Value[*api]
}

// New prepares a client; it contacts nothing.
func New(o Options) (*Client, error) {
	if o.Transport.Clock == nil {
		o.Transport.Clock = clock.System{}
	}
	o.Transport.DecodeError = decodeFault
	layer, err := rest.New(o.Transport)
	if err != nil {
		return nil, err
	}
	c := &Client{
		http:    layer,
		login:   o.Login,
		release: o.Release,
	}
	c.sessions = session.New(c.server(o))
	return c, nil
}

// URL returns the base address of the vCenter.
func (c *Client) URL() string { return c.http.BaseURL().String() }

// Session reads the client's session (currentSession).
func (c *Client) Session(ctx context.Context) (*UserSession, error) {
	var session *UserSession
	err := c.withSession(ctx, func(a *api, id string) (err error) {
		session, err = a.currentSession(ctx, id)
		return err
	})
	return session, err
}

// AcquireCloneTicket returns a ticket for one clone of the session. A ticket is as
// secret as a password, and becomes invalid when the session ends.
func (c *Client) AcquireCloneTicket(ctx context.Context) (string, error) {
	var ticket string
	err := c.withSession(ctx, func(a *api, id string) (err error) {
		ticket, err = a.acquireCloneTicket(ctx, id)
		return err
	})
	return ticket, err
}

// Logout ends the open clones and the session, and closes the client. It does not
// end an external session.
func (c *Client) Logout(ctx context.Context) error {
	defer c.http.Close()
	return c.sessions.Close(ctx)
}
