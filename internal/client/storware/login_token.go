package storware

import "github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"

// Token logs in with a token somebody else issued, likely a connected identity
// provider (POST /session/login-with-token).
type Token struct {
	Token string
}

// Kind names the login type.
func (Token) Kind() string { return "token" }

func (l Token) request() rest.Request {
	return loginRequest("/session/login-with-token", struct {
		Token string `json:"token"`
	}{l.Token}, l.Token)
}
