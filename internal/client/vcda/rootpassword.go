package vcda

import (
	"context"
	"errors"
	"net/http"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// PasswordExpiry is the expiry of the root password of an appliance.
type PasswordExpiry struct {
	Expired bool  `json:"rootPasswordExpired"`
	Seconds int64 `json:"secondsUntilExpiration"`
}

// PasswordExpiry reads the expiry of the root password ("Check Root Password
// Expiration", GET /config/root-password-expired). The path depends on the version
// of the appliance: if one is unknown, the other is tried. It fails with
// *AbsentCallError if both are unknown.
func (c *Client) PasswordExpiry(ctx context.Context) (PasswordExpiry, error) {
	var expiry PasswordExpiry
	var err error
	for _, path := range c.setupCalls().expiry {
		err = asAbsentCall(c.fetch(ctx, rest.Request{Method: http.MethodGet, Path: path}, &expiry))
		if absent := (*AbsentCallError)(nil); !errors.As(err, &absent) {
			break
		}
	}
	return expiry, err
}

const rootPasswordPath = "/config/root-password"

// ChangeRootPassword changes the root password ("Change Root Password", POST
// /config/root-password). It is sent once. If the response is lost, isChanged is
// called, which reports whether the new password is in force. The session stays
// open.
func (c *Client) ChangeRootPassword(ctx context.Context, current, wanted string, isChanged func(context.Context) (bool, error)) error {
	body := struct {
		RootPassword string `json:"rootPassword"`
	}{wanted}
	return c.writeOnce(ctx, rest.Request{
		Method: http.MethodPost, Path: rootPasswordPath, Body: body,
		Header: http.Header{"Config-Secret": {current}}, Secrets: []string{current, wanted},
	}, nil, isChanged)
}
