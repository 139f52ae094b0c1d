package vcenter

import (
	"context"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// Login is a login type. Each type has its own file.
type Login interface {
	session.Login
	logIn(ctx context.Context, a *api) (opened, error)
}
