package vcenter

import "context"

// Login is one way to come by a session. Each type has a file of its own.
type Login interface {
	// Kind is the name users know the login type by.
	Kind() string
	// open obtains a session and returns its id.
	open(ctx context.Context, a *api) (string, error)
	// final says why open can't be repeated once its session has ended, or nil.
	final() error
}
