package vcenter

import (
	"context"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// Credentials logs in with user name and password.
type Credentials struct {
	Username, Password string
}

// Kind returns the name of the type in the provider block.
func (Credentials) Kind() string { return "credentials" }

// Traits returns how the type behaves.
func (l Credentials) Traits() session.Traits {
	return session.Traits{User: l.Username, ByPassword: true}
}

func (l Credentials) logIn(ctx context.Context, a *api) (opened, error) {
	return a.logIn(ctx, l.Username, l.Password)
}
