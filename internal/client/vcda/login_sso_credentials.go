package vcda

import (
	"context"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// SSOCredentials logs in as a vCenter Single Sign-On user. Principal is
// optional.
type SSOCredentials struct {
	Username, Password, Principal string
}

// Kind returns the name of the type in the provider block.
func (SSOCredentials) Kind() string { return "sso_credentials" }

// Traits returns how the type behaves.
func (l SSOCredentials) Traits() session.Traits {
	return session.Traits{User: l.Username, ByPassword: true}
}

func (l SSOCredentials) logIn(ctx context.Context, c *Client) (string, error) {
	return c.requestLogin(ctx, struct {
		Type      string `json:"type"`
		Username  string `json:"username"`
		Password  string `json:"password"`
		Principal string `json:"principal,omitempty"`
	}{"ssoCredentials", l.Username, l.Password, l.Principal}, l.Password)
}
