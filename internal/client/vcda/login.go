package vcda

import (
	"cmp"
	"context"
	"net/http"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// Login is a login type ("Login", POST /sessions). Each type has a file of its
// own.
type Login interface {
	session.Login
	// logIn returns the token of a session. Each call makes a new nonce and whatever
	// else serves one login only.
	logIn(ctx context.Context, c *Client) (token string, err error)
}

// requestLogin sends one login, whose secrets must not show in an error text.
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
