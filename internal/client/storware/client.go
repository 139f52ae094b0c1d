// Package storware is a client of the session API of Storware Backup & Recovery
// (formerly vProtect). It knows nothing of Terraform.
package storware

import (
	"context"
	"net/http"
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// defaultPath is where the API is when the URL doesn't say ("Base URL").
const defaultPath = "/api"

// Options configures a Client. Transport is required. Without Login the client can
// do no more than say whether the API is reachable.
type Options struct {
	Transport rest.Options
	Login     Login
}

// Client talks to one server. Its requests share a session, opened on first
// use; Open gives others. It is safe for concurrent use.
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

// URL is the base address of the API.
func (c *Client) URL() string { return c.http.BaseURL().String() }

// Session asks whose session the client has (GET /session/user).
func (c *Client) Session(ctx context.Context) (SessionInfo, error) {
	var info SessionInfo
	err := c.fetch(ctx, "/session/user", &info)
	return info, err
}

// User asks for the account behind the session (GET /session/user/details).
func (c *Client) User(ctx context.Context) (UserDetails, error) {
	var details UserDetails
	err := c.fetch(ctx, "/session/user/details", &details)
	return details, err
}

// Logout ends every session the client opened, those of Open included.
// Afterwards the client is closed.
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

// post is a POST whose body may be nil; the API documents the content type of
// an empty body too.
func post(path string, body any) rest.Request {
	header := http.Header{"Accept": {acceptJSON}, "Content-Type": {"application/json"}}
	return rest.Request{Method: http.MethodPost, Path: path, Header: header, Body: body}
}
