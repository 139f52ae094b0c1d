package storware

import (
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// Token logs in with a token of another system, such as a connected identity
// provider (POST /session/login-with-token).
type Token struct {
	Token string
}

// Kind returns the name of the type in the provider block.
func (Token) Kind() string { return "token" }

// Traits returns how the type behaves.
func (Token) Traits() session.Traits { return session.Traits{} }

func (l Token) request() rest.Request {
	return loginRequest("/session/login-with-token", struct {
		Token string `json:"token"`
	}{l.Token}, l.Token)
}
