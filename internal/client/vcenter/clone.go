package vcenter

import "context"

// Clone is a detached session with the identity of the one its ticket came from
// and a life of its own: it stays when that one ends.
type Clone struct {
	ID        string // by which FindClone finds it; no secret
	SessionID string
	Session   UserSession // as CloneSession returned it
	client    *Client
	api       *api
}

// Clone opens a clone. It needs no session of the client, only the ticket, which
// serves once. A clone that is still open when the client logs out is logged out
// with it.
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

// FindClone finds a clone by its ID. ErrNoSession when the client did not open it,
// or has logged it out.
func (c *Client) FindClone(id string) (*Clone, error) {
	session, ok := c.sessions.Find(id)
	if !ok {
		return nil, ErrNoSession
	}
	return c.clone(id, session), nil
}

// Renew keeps the clone from idling out. NotAuthenticated reports that it has.
func (c *Clone) Renew(ctx context.Context) error { return c.api.currentTime(ctx, c.SessionID) }

// Logout ends the clone; one that has ended is no error. After an error the
// client's own Logout tries again.
func (c *Clone) Logout(ctx context.Context) error { return c.client.sessions.End(ctx, c.ID) }
