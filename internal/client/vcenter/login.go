package vcenter

import (
	"context"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// Login is one way to come by a session. Each type has a file of its own.
type Login interface {
	session.Login
	logIn(ctx context.Context, a *api) (opened, error)
}
