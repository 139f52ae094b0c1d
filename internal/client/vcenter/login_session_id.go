package vcenter

import (
	"context"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// SessionID uses an external session by its id. The session is never renewed and
// never logged out.
type SessionID struct {
	SessionID string
}

// Kind returns the name of the type in the provider block.
func (SessionID) Kind() string { return "session_id" }

// Traits returns how the type behaves.
func (SessionID) Traits() session.Traits { return session.Traits{External: true} }

func (l SessionID) logIn(_ context.Context, a *api) (opened, error) { //nolint:unparam // the other types can fail
	return opened{api: a, id: l.SessionID}, nil
}
