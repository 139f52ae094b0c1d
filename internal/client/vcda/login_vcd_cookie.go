package vcda

import (
	"context"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// VCDCookie logs in with the auth cookie of a Cloud Director session. The
// schemas of 4.5 and later no longer list it.
type VCDCookie struct {
	Cookie string
}

// Kind returns the name of the type in the provider block.
func (VCDCookie) Kind() string { return "vcd_cookie" }

// Traits returns how the type behaves.
func (VCDCookie) Traits() session.Traits { return session.Traits{} }

func (l VCDCookie) logIn(ctx context.Context, c *Client) (string, error) {
	return c.requestLogin(ctx, struct {
		Type      string `json:"type"`
		VCDCookie string `json:"vcdCookie"`
	}{"vcdCookie", l.Cookie}, l.Cookie)
}
