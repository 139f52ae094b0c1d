package vcenter

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// fallbackRelease is the first release of the VI JSON API. A vCenter that has the
// API but not hello supports it.
const fallbackRelease = "8.0.1.0"

// releases are the releases that the client supports, newest first.
var releases = []string{"9.0.0.0", "8.0.3.0", "8.0.2.0", fallbackRelease}

// discover finds the release and the session manager, once.
func (c *Client) discover(ctx context.Context) (*api, error) {
	return c.api.Get(ctx, c.findAPI)
}

func (c *Client) findAPI(ctx context.Context) (*api, error) {
	release, err := c.chooseRelease(ctx)
	if err != nil {
		return nil, err
	}
	a := &api{http: c.http, root: "/sdk/vim25/" + url.PathEscape(release)}
	if a.manager, err = a.sessionManager(ctx); err != nil {
		if rest.Status(err) == http.StatusNotFound {
			return nil, &UnsupportedError{Host: c.http.BaseURL().Host, Release: release, Err: err}
		}
		return nil, err
	}
	return a, nil
}

// chooseRelease returns the pinned release, or negotiates one by hello (POST
// /api/vcenter/system?action=hello).
func (c *Client) chooseRelease(ctx context.Context) (string, error) {
	if c.release != "" {
		return c.release, nil
	}
	response, err := c.http.Do(ctx, rest.Request{
		Method: http.MethodPost, Path: "/api/vcenter/system", Query: url.Values{"action": {"hello"}}, RetryBusy: true,
		Body: struct {
			APIReleases []string `json:"api_releases"`
		}{releases},
	})
	var refused *rest.StatusError
	if errors.As(err, &refused) {
		return fallbackRelease, nil // 8.0.1 has no hello
	}
	if err != nil {
		return "", err
	}
	var agreed struct {
		APIRelease string `json:"api_release"`
	}
	if err := response.JSON(&agreed); err != nil {
		return "", err
	}
	if agreed.APIRelease == "" {
		return "", fmt.Errorf("%w: asked %s for one of %q", ErrNoRelease, c.http.BaseURL().Host, releases)
	}
	return agreed.APIRelease, nil
}
