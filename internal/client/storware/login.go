package storware

import (
	"context"
	"crypto/rand"
	"net/http/cookiejar"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// Login is one way to open a session ("Session endpoints"). Each type has a
// file of its own.
type Login interface {
	// Kind is the name users know the login type by.
	Kind() string
	// request is the call that logs in.
	request() rest.Request
}

// loginRequest is a login; secrets must not show in an error text.
func loginRequest(path string, body any, secrets ...string) rest.Request {
	r := post(path, body)
	r.Secrets, r.RetryBusy = secrets, true
	return r
}

// logIn opens a session on the server.
func (c *Client) logIn(ctx context.Context) (*Session, error) {
	if c.login == nil {
		return nil, ErrNoLogin
	}
	s, err := c.newSession()
	if err != nil {
		return nil, err
	}
	if err := s.logIn(ctx, c.login); err != nil {
		s.http.Close()
		return nil, &LoginError{Kind: c.login.Kind(), Host: c.visitor.BaseURL().Host, Refused: refusedLogin(err), Err: err}
	}
	return s, nil
}

// newSession prepares a session with cookies of its own, so that a late answer
// to an earlier session can't touch them.
func (c *Client) newSession() (*Session, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	options := c.options
	options.Jar = jar
	layer, err := rest.New(options)
	if err != nil {
		return nil, err
	}
	return &Session{ID: rand.Text(), http: layer, jar: jar, owner: c}, nil
}

// logIn ignores the body of the answer: the cookies are what counts, and the
// body can be asked for again.
func (s *Session) logIn(ctx context.Context, l Login) error {
	if _, err := s.http.Do(ctx, l.request()); err != nil {
		return err
	}
	if len(s.cookies()) == 0 {
		return ErrNoCookie
	}
	return nil
}
