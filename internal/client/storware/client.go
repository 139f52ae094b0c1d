// Package storware is a client of the session API of Storware Backup & Recovery
// (formerly vProtect). It knows nothing of Terraform.
package storware

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/session"
)

// defaultPath is where the API is when the URL doesn't say ("Base URL").
const defaultPath = "/api"

// Options configures a Client. Transport is required; a Jar in it is not used,
// since every session has its own. Without Login the client can do no more than
// say whether the API is reachable.
type Options struct {
	Transport rest.Options
	Login     Login
}

// Client talks to one server. Its requests share a session, opened on first
// use; Open gives others. It is safe for concurrent use.
type Client struct {
	options  rest.Options
	login    Login
	visitor  *rest.Client // sends no cookie
	sessions *session.Sessions[Session]
	opened   sync.Map // sessions of Open not yet logged out, by id
}

// New prepares a client; it contacts nobody.
func New(o Options) (*Client, error) {
	base := *o.Transport.BaseURL
	if strings.Trim(base.Path, "/") == "" {
		base.Path, base.RawPath = defaultPath, ""
	}
	o.Transport.BaseURL = &base
	o.Transport.DecodeError = decodeError
	o.Transport.Jar = nil
	visitor, err := rest.New(o.Transport)
	if err != nil {
		return nil, err
	}
	c := &Client{options: o.Transport, login: o.Login, visitor: visitor}
	c.sessions = session.New(c.logIn, final)
	return c, nil
}

// URL is the base address of the API.
func (c *Client) URL() string { return c.visitor.BaseURL().String() }

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

// Open logs in anew for a session apart from the client's own. When ctx ends
// first, Client.Logout ends the session.
func (c *Client) Open(ctx context.Context) (*Session, error) {
	s, err := c.sessions.Open(ctx, c.logIn)
	if err != nil {
		return nil, err
	}
	c.opened.Store(s.ID, s)
	return s, nil
}

// Opened finds a session of Open that nobody logged out.
func (c *Client) Opened(id string) (s *Session, ok bool) {
	found, _ := c.opened.Load(id)
	s, ok = found.(*Session)
	return s, ok
}

// Logout ends every session the client opened, those of Open included, waiting
// for a login still on its way. Afterwards the client is closed.
func (c *Client) Logout(ctx context.Context) error {
	defer c.visitor.Close()
	live, left := c.sessions.Close(ctx)
	problems := make([]error, len(live))
	var running sync.WaitGroup
	for i, s := range live {
		running.Go(func() { problems[i] = s.end(ctx) })
	}
	running.Wait()
	return errors.Join(append(problems, left)...)
}

// do sends a request within the shared session. When a session that used to
// work has expired it logs in once more and repeats the request, which the
// server had not begun.
func (c *Client) do(ctx context.Context, r rest.Request) (*rest.Response, error) {
	s, err := c.sessions.Share(ctx, nil)
	if err != nil {
		return nil, err
	}
	answer, err := s.send(ctx, r)
	if !expired(err) || !s.worked.Load() {
		return answer, err
	}
	s.http.Close()
	if s, err = c.sessions.Share(ctx, s); err != nil {
		return nil, err
	}
	return s.send(ctx, r)
}

// fetch reads a path within the shared session and decodes the answer into v.
func (c *Client) fetch(ctx context.Context, path string, v any) error {
	answer, err := c.do(ctx, get(path))
	if err != nil {
		return err
	}
	return answer.JSON(v)
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
