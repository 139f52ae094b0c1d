package vcda

import (
	"context"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// VCDAPIToken logs in with a Cloud Director API token of an organization, given by
// its short name. Only API 4.7 has it.
type VCDAPIToken struct {
	APIToken, Org string
}

// Kind returns the name of the type in the provider block.
func (VCDAPIToken) Kind() string { return "vcd_api_token" }

// Traits returns how the type behaves.
func (VCDAPIToken) Traits() session.Traits {
	return session.Traits{Hint: "A login with an API token needs an appliance of version 4.7."}
}

func (l VCDAPIToken) logIn(ctx context.Context, c *Client) (string, error) {
	return c.requestLogin(ctx, struct {
		Type     string `json:"type"`
		APIToken string `json:"apiToken"`
		Org      string `json:"org"`
	}{"vcdApiToken", l.APIToken, l.Org}, l.APIToken)
}
