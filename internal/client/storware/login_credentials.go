package storware

import (
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// Credentials logs in as a user (POST /session/login).
type Credentials struct {
	Username, Password string
}

// Kind returns the name of the type in the provider block.
func (Credentials) Kind() string { return "credentials" }

// Traits returns how the type behaves.
func (l Credentials) Traits() session.Traits {
	return session.Traits{User: l.Username, ByPassword: true}
}

func (l Credentials) request() rest.Request {
	return loginRequest("/session/login", struct {
		Login    string `json:"login"`
		Password string `json:"password"`
	}{l.Username, l.Password}, l.Password)
}
