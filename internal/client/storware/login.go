package storware

import (
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// Login is one way to open a session ("Session endpoints"). Each type has a
// file of its own.
type Login interface {
	session.Login
	// request is the call that logs in.
	request() rest.Request
}

// loginRequest is a login; secrets must not show in an error text.
func loginRequest(path string, body any, secrets ...string) rest.Request {
	r := post(path, body)
	r.Secrets, r.Login = secrets, true
	return r
}
