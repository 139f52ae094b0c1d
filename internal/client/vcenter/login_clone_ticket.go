package vcenter

import (
	"context"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// CloneTicket logs in as a clone of another session. The ticket can be used once.
type CloneTicket struct {
	Ticket string
}

// Kind returns the name of the type in the provider block.
func (CloneTicket) Kind() string { return "clone_ticket" }

// Traits returns how the type behaves.
func (CloneTicket) Traits() session.Traits { return session.Traits{SingleUse: true} }

func (l CloneTicket) logIn(ctx context.Context, a *api) (opened, error) {
	return a.cloneSession(ctx, l.Ticket)
}
