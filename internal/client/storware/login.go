package storware

import (
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// Login is a login type. Each type has its own file.
type Login interface {
	session.Login
	// request returns the request that logs in.
	request() rest.Request
}

// loginRequest returns a login request. The secrets do not show in errors.
func loginRequest(path string, body any, secrets ...string) rest.Request {
	r := post(path, body)
	r.Secrets, r.Login = secrets, true
	return r
}
