// Package vcenter is a client of the sessions of a vCenter ("SessionManager" of
// the VI JSON API): login, clone tickets, cloned sessions. It knows nothing of
// Terraform.
package vcenter

import (
	"context"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/coalesce"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// Options configures a Client. Transport is required. Without Login the client
// can do no more than Clone. Release, such as "8.0.2.0", is negotiated with
// vCenter when empty.
type Options struct {
	Transport rest.Options
	Login     Login
	Release   string
}

// Client talks to one vCenter with one session, opened on first use, and with
// the clones it made. It is safe for concurrent use.
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

// URL is the base address of the vCenter.
func (c *Client) URL() string { return c.http.BaseURL().String() }

// Session asks whose session this is (currentSession).
func (c *Client) Session(ctx context.Context) (*UserSession, error) {
	var session *UserSession
	err := c.within(ctx, func(a *api, id string) (err error) {
		session, err = a.currentSession(ctx, id)
		return err
	})
	return session, err
}

// AcquireCloneTicket asks for a ticket for one clone of the session. It is as
// secret as a password, and worthless once the session has ended.
func (c *Client) AcquireCloneTicket(ctx context.Context) (string, error) {
	var ticket string
	err := c.within(ctx, func(a *api, id string) (err error) {
		ticket, err = a.acquireCloneTicket(ctx, id)
		return err
	})
	return ticket, err
}

// Logout ends the clones that are still open and the session if one was opened. An
// external session is left alone. Afterwards the client is closed.
func (c *Client) Logout(ctx context.Context) error {
	defer c.http.Close()
	return c.sessions.Close(ctx)
}
