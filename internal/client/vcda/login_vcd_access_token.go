package vcda

import (
	"context"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// VCDAccessToken logs in with a Cloud Director access token (JWT). Context is only
// for a token of another Cloud Director than the appliance's.
type VCDAccessToken struct {
	AccessToken, Context string
}

// Kind returns the name of the type in the provider block.
func (VCDAccessToken) Kind() string { return "vcd_access_token" }

// Traits returns how the type behaves.
func (VCDAccessToken) Traits() session.Traits { return session.Traits{} }

func (l VCDAccessToken) logIn(ctx context.Context, c *Client) (string, error) {
	return c.requestLogin(ctx, struct {
		Type           string `json:"type"`
		VCDAccessToken string `json:"vcdAccessToken"`
		Context        string `json:"context,omitempty"`
	}{"vcdAccessToken", l.AccessToken, l.Context}, l.AccessToken)
}
