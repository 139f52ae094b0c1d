package vcda

import (
	"context"
	"errors"
	"net/http"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// PasswordExpiry says when the root password of an appliance expires.
type PasswordExpiry struct {
	Expired bool  `json:"rootPasswordExpired"`
	Seconds int64 `json:"secondsUntilExpiration"`
}

// PasswordExpiry reads the expiry of the root password ("Check Root Password
// Expiration", GET /config/root-password-expired). An appliance may be older than
// the version asked for: where its path is unknown, that of the others is tried.
// *AbsentCallError where it has neither.
func (c *Client) PasswordExpiry(ctx context.Context) (PasswordExpiry, error) {
	var expiry PasswordExpiry
	var err error
	for _, path := range c.setupCalls().expiry {
		err = unproven(c.fetch(ctx, rest.Request{Method: http.MethodGet, Path: path}, &expiry))
		if absent := (*AbsentCallError)(nil); !errors.As(err, &absent) {
			break
		}
	}
	return expiry, err
}

const rootPasswordPath = "/config/root-password"

// ChangeRootPassword changes the root password ("Change Root Password",
// POST /config/root-password). It is sent once; proven reports whether the new
// password is in force, and is asked when the response got lost. The session goes
// on.
func (c *Client) ChangeRootPassword(ctx context.Context, current, wanted string, proven func(context.Context) (bool, error)) error {
	body := struct {
		RootPassword string `json:"rootPassword"`
	}{wanted}
	return c.writeOnce(ctx, rest.Request{
		Method: http.MethodPost, Path: rootPasswordPath, Body: body,
		Header: http.Header{"Config-Secret": {current}}, Secrets: []string{current, wanted},
	}, nil, proven)
}
