// Package storware is a client of the session API of Storware Backup & Recovery
// (formerly vProtect).
package storware

import (
	"context"
	"net/http"
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// defaultPath is the path of the API, for a URL without a path.
const defaultPath = "/api"

// Options configures a Client. Transport is required. Without Login only Status
// works.
type Options struct {
	Transport rest.Options
	Login     Login
}

// Client talks to one server. Its requests share one session, which the first
// request opens. Open opens further sessions. It is safe for concurrent use.
type Client struct {
	http     *rest.Client
	sessions *session.Sessions[cookies]
}

// New prepares a client; it contacts nothing.
func New(o Options) (*Client, error) {
	base := *o.Transport.BaseURL
	if strings.Trim(base.Path, "/") == "" {
		base.Path, base.RawPath = defaultPath, ""
	}
	if o.Transport.Clock == nil {
		o.Transport.Clock = clock.System{}
	}
	o.Transport.BaseURL = &base
	o.Transport.DecodeError = decodeError
	layer, err := rest.New(o.Transport)
	if err != nil {
		return nil, err
	}
	c := &Client{http: layer}
	c.sessions = session.New(c.server(o))
	return c, nil
}

// URL returns the base address of the API.
func (c *Client) URL() string { return c.http.BaseURL().String() }

// Session reads the user of the client's session (GET /session/user).
func (c *Client) Session(ctx context.Context) (SessionInfo, error) {
	var info SessionInfo
	err := c.fetch(ctx, "/session/user", &info)
	return info, err
}

// User reads the account of the session's user (GET /session/user/details).
func (c *Client) User(ctx context.Context) (UserDetails, error) {
	var details UserDetails
	err := c.fetch(ctx, "/session/user/details", &details)
	return details, err
}

// Logout ends every session that the client opened, those of Open included, and
// closes the client.
func (c *Client) Logout(ctx context.Context) error {
	defer c.http.Close()
	return c.sessions.Close(ctx)
}

// do sends a request within the shared session.
func (c *Client) do(ctx context.Context, r rest.Request) (response *rest.Response, err error) {
	err = c.sessions.Do(ctx, func(jar cookies) (err error) {
		response, err = c.send(ctx, jar, r)
		return err
	})
	return response, err
}

// fetch reads a path within the shared session and decodes the response into v.
func (c *Client) fetch(ctx context.Context, path string, v any) error {
	response, err := c.do(ctx, get(path))
	if err != nil {
		return err
	}
	return response.JSON(v)
}

// acceptJSON is the Accept header of every call.
const acceptJSON = "application/json"

func get(path string) rest.Request {
	return rest.Request{Method: http.MethodGet, Path: path, Header: http.Header{"Accept": {acceptJSON}}}
}

// post returns a POST, whose body may be nil. The API documents the content type of
// an empty body too.
func post(path string, body any) rest.Request {
	header := http.Header{"Accept": {acceptJSON}, "Content-Type": {"application/json"}}
	return rest.Request{Method: http.MethodPost, Path: path, Header: header, Body: body}
}
