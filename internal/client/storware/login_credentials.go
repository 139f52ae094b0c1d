package storware

import "github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"

// Credentials logs in as a user (POST /session/login).
type Credentials struct {
	Username, Password string
}

// Kind names the login type.
func (Credentials) Kind() string { return "credentials" }

func (l Credentials) request() rest.Request {
	return loginRequest("/session/login", struct {
		Login    string `json:"login"`
		Password string `json:"password"`
	}{l.Username, l.Password}, l.Password)
}
