// Package vcenter is a client of the sessions of a vCenter ("SessionManager" of
// the VI JSON API): login, clone tickets, cloned sessions. It knows nothing of
// Terraform.
package vcenter

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
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
	sessions *session.Sessions[grant]
	release  string // pinned, or ""

	asking chan struct{} // holds one: who looks for the API
	api    *api

	clonesLock sync.Mutex
	clones     map[string]*Clone // not yet logged out, by session id
	closed     bool
}

// New prepares a client; it contacts nobody.
func New(o Options) (*Client, error) {
	o.Transport.DecodeError = decodeFault
	o.Transport.Jar = nil // a cookie would tie clones to the session they come from
	layer, err := rest.New(o.Transport)
	if err != nil {
		return nil, err
	}
	c := &Client{
		http:    layer,
		login:   o.Login,
		release: o.Release,
		asking:  make(chan struct{}, 1),
		clones:  map[string]*Clone{},
	}
	c.sessions = session.New(c.open, final)
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

// Logout ends the clones that are still open and the session if one was opened,
// waiting for a login still on its way. A session that came from outside is left
// alone. Afterwards the client is closed.
func (c *Client) Logout(ctx context.Context) error {
	defer c.http.Close()
	clonesErr := c.logoutClones(ctx)
	live, left := c.sessions.Close(ctx)
	if _, foreign := c.login.(SessionID); foreign {
		return clonesErr
	}
	problems := []error{clonesErr, left}
	for _, g := range live {
		problems = append(problems, c.api.end(ctx, g.id))
	}
	return errors.Join(problems...)
}

// open opens a session on the server.
func (c *Client) open(ctx context.Context) (*grant, error) {
	a, err := c.discover(ctx)
	if err != nil {
		return nil, err
	}
	id, err := c.login.open(ctx, a)
	if err != nil {
		return nil, c.loginError(c.login, err)
	}
	return &grant{id: id}, nil
}

func (c *Client) loginError(l Login, err error) error {
	return &LoginError{Kind: l.Kind(), Host: c.http.BaseURL().Host, Refused: refusedLogin(err), Err: err}
}

// within makes a call within the session. When a session that used to work has
// expired it logs in once more and repeats the call, which the server had not
// begun.
func (c *Client) within(ctx context.Context, call func(*api, string) error) error {
	if c.login == nil {
		return ErrNoLogin
	}
	a, err := c.discover(ctx)
	if err != nil {
		return err
	}
	g, err := c.sessions.Share(ctx, nil)
	if err != nil {
		return err
	}
	err = g.note(call(a, g.id))
	if !NotAuthenticated(err) {
		return err
	}
	if final := c.login.final(); final != nil {
		return &LoginError{Kind: c.login.Kind(), Host: c.http.BaseURL().Host, Refused: true, Err: fmt.Errorf("%w: %w", final, err)}
	}
	if !g.worked.Load() {
		return err
	}
	if g, err = c.sessions.Share(ctx, g); err != nil {
		return err
	}
	return g.note(call(a, g.id))
}
