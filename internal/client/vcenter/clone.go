package vcenter

import "context"

// Clone is a detached session of the same user as the session that the ticket came
// from. It stays open when that session ends.
type Clone struct {
	ID        string // for FindClone; not secret
	SessionID string
	Session   UserSession // as CloneSession returned it
	client    *Client
	api       *api
}

// Clone opens a clone with a ticket, which can be used once. The client needs no
// session. Client.Logout ends a clone that is still open.
func (c *Client) Clone(ctx context.Context, ticket string) (*Clone, error) {
	if _, err := c.discover(ctx); err != nil {
		return nil, err
	}
	login := CloneTicket{Ticket: ticket}
	id, session, err := c.sessions.OpenWith(ctx, login, func(ctx context.Context) (opened, error) { return c.open(ctx, login) })
	if err != nil {
		return nil, err
	}
	return c.clone(id, session), nil
}

func (c *Client) clone(id string, session opened) *Clone {
	return &Clone{ID: id, SessionID: session.id, Session: session.user, client: c, api: session.api}
}

// FindClone returns a clone by its ID, or ErrNoSession if the client did not open
// it or has logged it out.
func (c *Client) FindClone(id string) (*Clone, error) {
	session, ok := c.sessions.Find(id)
	if !ok {
		return nil, ErrNoSession
	}
	return c.clone(id, session), nil
}

// Renew keeps the clone from expiring. IsNotAuthenticated recognizes the error of
// one that has expired.
func (c *Clone) Renew(ctx context.Context) error { return c.api.currentTime(ctx, c.SessionID) }

// Logout ends the clone. It is no error if the clone has ended before. After an
// error Client.Logout tries again.
func (c *Clone) Logout(ctx context.Context) error { return c.client.sessions.End(ctx, c.ID) }
