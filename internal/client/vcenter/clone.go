package vcenter

import (
	"context"
	"errors"
	"maps"
	"slices"
)

// Clone is a session with the identity of the one its ticket came from and a
// life of its own: it stays when that one ends.
type Clone struct {
	SessionID string
	Session   UserSession // as CloneSession returned it
	client    *Client
	api       *api
}

// Clone opens a clone. It needs no session of the client, only the ticket,
// which serves once. A clone that is still open when the client logs out is
// logged out with it.
func (c *Client) Clone(ctx context.Context, ticket string) (*Clone, error) {
	a, err := c.discover(ctx)
	if err != nil {
		return nil, err
	}
	// A clone whose caller gives up must not get lost. The request timeout bounds
	// the call.
	ctx = context.WithoutCancel(ctx)
	id, session, err := a.cloneSession(ctx, ticket)
	if err != nil {
		return nil, c.loginError(CloneTicket{Ticket: ticket}, err)
	}
	clone := &Clone{SessionID: id, Session: *session, client: c, api: a}
	if !c.keep(clone) {
		return nil, errors.Join(ErrClosed, a.end(ctx, id))
	}
	return clone, nil
}

// OpenClone finds a clone by its session id. ErrNoSession when the client did
// not open it, or has logged it out.
func (c *Client) OpenClone(sessionID string) (*Clone, error) {
	c.clonesLock.Lock()
	defer c.clonesLock.Unlock()
	if clone, ok := c.clones[sessionID]; ok {
		return clone, nil
	}
	return nil, ErrNoSession
}

// Renew keeps the clone from idling out. NotAuthenticated tells that it has.
func (c *Clone) Renew(ctx context.Context) error { return c.api.currentTime(ctx, c.SessionID) }

// Logout ends the clone; one that has ended already is no error.
func (c *Clone) Logout(ctx context.Context) error {
	if err := c.api.end(ctx, c.SessionID); err != nil {
		return err
	}
	c.client.clonesLock.Lock()
	defer c.client.clonesLock.Unlock()
	delete(c.client.clones, c.SessionID)
	return nil
}

// keep remembers a clone for the logout. It is false once that has begun.
func (c *Client) keep(clone *Clone) bool {
	c.clonesLock.Lock()
	defer c.clonesLock.Unlock()
	if c.closed {
		return false
	}
	c.clones[clone.SessionID] = clone
	return true
}

// logoutClones ends the clones still open and refuses new ones.
func (c *Client) logoutClones(ctx context.Context) error {
	c.clonesLock.Lock()
	c.closed = true
	left := slices.Collect(maps.Values(c.clones))
	c.clonesLock.Unlock()
	var problems []error
	for _, clone := range left {
		problems = append(problems, clone.Logout(ctx))
	}
	return errors.Join(problems...)
}
