package vcda

import (
	"context"
	"net/http"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// LocalUser logs in as an operating system user of the appliance, usually root.
// Previous is the password that root had before Password. It is tried once if
// Password is refused.
type LocalUser struct {
	Username, Password, Previous string
}

const rootUser = "root"

// Kind returns the name of the type in the provider block.
func (LocalUser) Kind() string { return "local_user" }

// Traits returns how the type behaves.
func (l LocalUser) Traits() session.Traits { return session.Traits{User: l.Username, ByPassword: true} }

func (l LocalUser) logIn(ctx context.Context, c *Client) (string, error) {
	if l.Username == rootUser {
		if changed := c.rootPassword.Load(); changed != nil {
			l.Password, l.Previous = *changed, ""
		}
	}
	token, err := l.request(ctx, c, l.Password)
	if l.Previous == "" || l.Username != rootUser || rest.Status(err) != http.StatusUnauthorized || c.previousTried.Swap(true) {
		return token, err
	}
	if token, failed := l.request(ctx, c, l.Previous); failed == nil {
		c.rootPassword.Store(&l.Previous) // in force until it is changed
		if c.previousUsed != nil {
			c.previousUsed()
		}
		return token, nil
	}
	return "", err
}

func (l LocalUser) request(ctx context.Context, c *Client, password string) (string, error) {
	return c.requestLogin(ctx, struct {
		Type          string `json:"type"`
		LocalUser     string `json:"localUser"`
		LocalPassword string `json:"localPassword"`
	}{"localUser", l.Username, password}, password)
}

// UseRootPassword sets the new root password after a change. Later logins as root
// use it, also after a refused login. The open session stays valid.
func (c *Client) UseRootPassword(password string) {
	if c.login.Traits().User != rootUser {
		return
	}
	c.rootPassword.Store(&password)
	c.sessions.ForgetRefusal()
}
