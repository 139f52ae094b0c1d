package storware

import (
	"context"
	"errors"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
)

// Status is the status of the connection.
type Status struct {
	Reachable     bool  // the API responds
	Authenticated bool  // a session is accepted
	Reason        error // why one of the two is false
}

// Status reads the status of the connection (GET /session), first without a session
// and then, if the API responds, with one. It fails if the status stays unknown:
// the certificate is not trusted, ctx has ended, or the client is closed.
func (c *Client) Status(ctx context.Context) (Status, error) {
	response, err := c.http.Do(ctx, get("/session"))
	if err == nil {
		err = response.HTMLError()
	}
	if err != nil && !isDenied(err) {
		return Status{Reason: err}, inconclusive(ctx, err)
	}
	err = c.authenticate(ctx, err == nil)
	return Status{Reachable: true, Authenticated: err == nil, Reason: err}, inconclusive(ctx, err)
}

// authenticate makes a request that needs a session. The API does not document
// whether GET /session needs one.
func (c *Client) authenticate(ctx context.Context, isPublic bool) error {
	if isPublic {
		_, err := c.Session(ctx)
		return err
	}
	_, err := c.do(ctx, get("/session"))
	return err
}

// inconclusive returns err if it says nothing about the server.
func inconclusive(ctx context.Context, err error) error {
	_, untrusted := errors.AsType[*tlsutil.TrustError](err)
	if err != nil && (untrusted || ctx.Err() != nil || errors.Is(err, ErrClosed)) {
		return err
	}
	return nil
}
