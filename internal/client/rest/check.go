package rest

import (
	"context"
	"fmt"
	"net/url"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// check turns a response outside 2xx into an error.
func check(c clock.Clock, decode func([]byte) (code, msg string), next handler) handler {
	return func(ctx context.Context, r *request) (*Response, error) {
		resp, err := next(ctx, r)
		switch {
		case err != nil:
			return nil, err
		case resp.isSuccess():
			return resp, nil
		case resp.Status >= 300 && resp.Status < 400:
			return nil, resp.invalid(fmt.Sprintf("it redirects to %s, and redirects are not followed", resp.location()), nil)
		}
		e := &StatusError{Call: resp.Call, Status: resp.Status, Header: resp.Header, HTML: resp.isHTML(), Received: c.Now()}
		if decode != nil {
			e.Code, e.Msg = decode(resp.Body)
		}
		if e.FromAPI = e.Code != "" || e.Msg != ""; !e.FromAPI {
			e.Msg = excerpt(resp.Body, r.Secrets)
		}
		e.Code, e.Msg = redact(e.Code, r.Secrets), redact(e.Msg, r.Secrets)
		return nil, e
	}
}

// location returns the target of a redirect without its query, which may hold a
// token.
func (r *Response) location() string {
	target, err := url.Parse(r.Header.Get("Location"))
	if err != nil || target.Host+target.Path == "" {
		return "nowhere"
	}
	target.User, target.RawQuery, target.ForceQuery, target.Fragment = nil, "", false, ""
	return redact(target.String(), r.secrets)
}
