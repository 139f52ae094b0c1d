package vcenter

import "context"

// Credentials logs in with user name and password.
type Credentials struct {
	Username, Password string
}

// Kind names the login type.
func (Credentials) Kind() string { return "credentials" }

func (l Credentials) open(ctx context.Context, a *api) (string, error) {
	return a.logIn(ctx, l.Username, l.Password)
}

func (Credentials) final() error { return nil }
