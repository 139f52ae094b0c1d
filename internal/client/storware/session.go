package storware

import (
	"context"
	"net/http"
	"sync/atomic"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// shortestSecret is the length from which on a cookie's value is taken for a
// secret; replacing every "en" in an error text helps nobody.
const shortestSecret = 8

// Session is one login on the server with cookies of its own. It is never
// renewed: once it has expired its calls fail with status 401.
type Session struct {
	ID     string // made up here, for Client.Opened; no secret
	http   *rest.Client
	jar    http.CookieJar
	owner  *Client
	worked atomic.Bool // a request of this session was accepted
}

// Cookie is the value of the Cookie header that carries the session.
func (s *Session) Cookie() string {
	carrier := http.Request{Header: http.Header{}}
	for _, c := range s.cookies() {
		carrier.AddCookie(c)
	}
	return carrier.Header.Get("Cookie")
}

// Info asks whose session this is (GET /session/user); as a request it also
// keeps the session alive.
func (s *Session) Info(ctx context.Context) (SessionInfoWithTokens, error) {
	return s.info(ctx, get("/session/user"))
}

// RefreshEndpointsTokens asks for new Endpoints tokens (POST
// /session/refresh-endpoints-tokens). Whether others lose theirs is not
// documented.
func (s *Session) RefreshEndpointsTokens(ctx context.Context) (SessionInfoWithTokens, error) {
	return s.info(ctx, post("/session/refresh-endpoints-tokens", nil))
}

// Logout ends the session, once.
func (s *Session) Logout(ctx context.Context) error {
	s.owner.opened.Delete(s.ID)
	if !s.owner.sessions.Forget(s) {
		return nil
	}
	return s.end(ctx)
}

// end logs out (POST /session/logout).
func (s *Session) end(ctx context.Context) error {
	defer s.http.Close()
	_, err := s.send(ctx, post("/session/logout", nil))
	if expired(err) {
		return nil
	}
	return err
}

func (s *Session) info(ctx context.Context, r rest.Request) (SessionInfoWithTokens, error) {
	var info SessionInfoWithTokens
	answer, err := s.send(ctx, r)
	if err != nil {
		return info, err
	}
	err = answer.JSON(&info)
	return info, err
}

// send sends one request within the session.
func (s *Session) send(ctx context.Context, r rest.Request) (*rest.Response, error) {
	for _, c := range s.cookies() {
		if len(c.Value) >= shortestSecret {
			r.Secrets = append(r.Secrets, c.Value)
		}
	}
	answer, err := s.http.Do(ctx, r)
	if err == nil {
		s.worked.Store(true)
	}
	return answer, err
}

// cookies are those the jar sends to the API, whatever their names.
func (s *Session) cookies() []*http.Cookie {
	return s.jar.Cookies(s.http.BaseURL().JoinPath("/session/user"))
}
