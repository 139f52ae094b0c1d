package vcda

import (
	"cmp"
	"context"
	"net/http"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// Login is a login type ("Login", POST /sessions). Each type has its own file.
type Login interface {
	session.Login
	// logIn returns the token of a session. Each call makes a new nonce, which is
	// valid for one login only.
	logIn(ctx context.Context, c *Client) (token string, err error)
}

// requestLogin sends one login. The secrets do not show in errors.
func (c *Client) requestLogin(ctx context.Context, body any, secrets ...string) (token string, err error) {
	response, err := c.send(ctx, "", rest.Request{Method: http.MethodPost, Path: "/sessions", Body: body, Secrets: secrets, Login: true})
	if err != nil {
		return "", err
	}
	if token = response.Header.Get(tokenHeader); token == "" {
		return "", cmp.Or(response.HTMLError(), ErrNoToken)
	}
	return token, nil
}
