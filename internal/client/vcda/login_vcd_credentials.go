package vcda

import (
	"context"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// VCDCredentials logs in as a Cloud Director user, written user@org.
type VCDCredentials struct {
	Username, Password string
}

// Kind returns the name of the type in the provider block.
func (VCDCredentials) Kind() string { return "vcd_credentials" }

// Traits returns how the type behaves.
func (l VCDCredentials) Traits() session.Traits {
	return session.Traits{User: l.Username, ByPassword: true}
}

func (l VCDCredentials) logIn(ctx context.Context, c *Client) (string, error) {
	return c.requestLogin(ctx, struct {
		Type        string `json:"type"`
		VCDUser     string `json:"vcdUser"`
		VCDPassword string `json:"vcdPassword"`
	}{"vcdCredentials", l.Username, l.Password}, l.Password)
}
