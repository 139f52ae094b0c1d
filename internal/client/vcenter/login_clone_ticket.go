package vcenter

import "context"

// CloneTicket logs in as a clone of another session. The ticket serves once.
type CloneTicket struct {
	Ticket string
}

// Kind names the login type.
func (CloneTicket) Kind() string { return "clone_ticket" }

func (l CloneTicket) open(ctx context.Context, a *api) (string, error) {
	id, _, err := a.cloneSession(ctx, l.Ticket)
	return id, err
}

func (CloneTicket) final() error { return ErrTicketSpent }
