package vcda

import (
	"context"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// LocalUser logs in as an operating system user of the appliance, usually root.
type LocalUser struct {
	Username, Password string
}

// Kind returns the name of the type in the provider block.
func (LocalUser) Kind() string { return "local_user" }

// Traits returns how the type behaves.
func (l LocalUser) Traits() session.Traits { return session.Traits{User: l.Username, ByPassword: true} }

func (l LocalUser) logIn(ctx context.Context, c *Client) (string, error) {
	return c.requestLogin(ctx, struct {
		Type          string `json:"type"`
		LocalUser     string `json:"localUser"`
		LocalPassword string `json:"localPassword"`
	}{"localUser", l.Username, l.Password}, l.Password)
}
