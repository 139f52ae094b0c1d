package storware

import (
	"context"
	"errors"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
)

// Status says how far a request gets.
type Status struct {
	Reachable     bool  // the API answers without a session
	Authenticated bool  // a session is accepted
	Reason        error // why one of the two is false
}

// Status asks for the connection status (GET /session), first without a session
// and then, when the API is there, with one. An error means that the question
// has no response: the certificate is not trusted, or ctx has ended.
func (c *Client) Status(ctx context.Context) (Status, error) {
	response, err := c.http.Do(ctx, get("/session"))
	if err == nil {
		err = response.HTMLError()
	}
	if err != nil && !isDenied(err) {
		return Status{Reason: err}, unanswered(ctx, err)
	}
	err = c.prove(ctx, err == nil)
	return Status{Reachable: true, Authenticated: err == nil, Reason: err}, unanswered(ctx, err)
}

// prove makes a request that needs a session. GET /session is none when it
// answers anybody; the reference leaves that open.
func (c *Client) prove(ctx context.Context, answersAnybody bool) error {
	if answersAnybody {
		_, err := c.Session(ctx)
		return err
	}
	_, err := c.do(ctx, get("/session"))
	return err
}

// unanswered is err where it says nothing about the server.
func unanswered(ctx context.Context, err error) error {
	_, untrusted := errors.AsType[*tlsutil.TrustError](err)
	if err != nil && (untrusted || ctx.Err() != nil || errors.Is(err, ErrClosed)) {
		return err
	}
	return nil
}
