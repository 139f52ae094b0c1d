package vcda

import (
	"context"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// SessionToken uses an external session by its token. The session is never renewed
// and never logged out.
type SessionToken struct {
	Token string
}

// Kind returns the name of the type in the provider block.
func (SessionToken) Kind() string { return "session_token" }

// Traits returns how the type behaves.
func (SessionToken) Traits() session.Traits { return session.Traits{External: true} }

func (l SessionToken) logIn(context.Context, *Client) (string, error) {
	return l.Token, nil
}
