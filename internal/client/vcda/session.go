package vcda

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// SessionDetails says who a session belongs to ("Get Session"). The Manager
// service leaves AuthenticatedSites empty.
type SessionDetails struct {
	User               string              `json:"user"`
	Roles              []string            `json:"roles"`
	AuthenticatedSites []AuthenticatedSite `json:"authenticatedSites"`
}

// AuthenticatedSite is a site the session may act on.
type AuthenticatedSite struct {
	Site string `json:"site"`
	Org  string `json:"org"`
}

// At is the entry of a site among those the session may act on.
func (d SessionDetails) At(site string) (AuthenticatedSite, bool) {
	for _, s := range d.AuthenticatedSites {
		if s.Site == site {
			return s, true
		}
	}
	return AuthenticatedSite{}, false
}

var sessionRequest = rest.Request{Method: http.MethodGet, Path: "/sessions"}

// Session asks whose session this is (GET /sessions).
func (c *Client) Session(ctx context.Context) (SessionDetails, error) {
	var details SessionDetails
	err := c.fetch(ctx, sessionRequest, &details)
	return details, err
}

// Users are the names by which a task may know who started it: that of the
// session, which is asked for once since every login is of the same user, and
// that of the login, should the session show another form. Of neither task nor
// session is it published which form they show.
func (c *Client) Users(ctx context.Context) ([]string, error) {
	user, err := c.user.get(ctx, func(ctx context.Context) (string, error) {
		details, err := c.Session(ctx)
		return details.User, err
	})
	names := []string{user, userName(c.login)}
	return slices.DeleteFunc(names, func(name string) bool { return name == "" }), err
}

// userName is the user's name in a login that has one.
func userName(l Login) string {
	switch l := l.(type) {
	case LocalUser:
		return l.Username
	case SSOCredentials:
		return l.Username
	case VCDCredentials:
		return l.Username
	}
	return ""
}

// grant is one session on the server.
type grant struct {
	token  string
	opened time.Time
	worked atomic.Bool // the server has accepted this token
}

// note keeps in mind that the server accepted the token: it does so before it
// answers anything but a 401. A server error may come from in front of it.
func (g *grant) note(err error) {
	if status := rest.Status(err); err == nil || rest.IsRefused(err) && status != http.StatusUnauthorized {
		g.worked.Store(true)
	}
}

// freshLogin is for how long a token that is refused counts as one that never
// worked, if nothing says otherwise.
const freshLogin = time.Minute

// renewable tells whether a token that is refused now is worth a new login. One
// that is refused from the start is not, since the next one would be too; but a
// restart of the service may end the first one before its first use.
func (c *Client) renewable(g *grant, refused error) bool {
	return g.worked.Load() || c.clock.Now().Sub(g.opened) > freshLogin ||
		tokenAsked(refused) && (c.forgiven.CompareAndSwap(nil, g) || c.forgiven.Load() == g)
}

// foreign tells that the session's token came from outside.
func (c *Client) foreign() bool {
	_, given := c.login.(SessionToken)
	return given
}

// open begins the session the client's requests share: a login, and the
// extensions again. Without all of them there is no session.
func (c *Client) open(ctx context.Context) (*grant, error) {
	if token, given := c.login.(SessionToken); given {
		g := &grant{token: token.Token}
		if err := c.extendAll(ctx, g); expired(err) {
			return nil, c.tokenExpired(err)
		} else if err != nil {
			return nil, err
		}
		return g, nil
	}
	g, err := c.logIn(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.extendAll(ctx, g); err != nil {
		return nil, errors.Join(err, c.logOut(ctx, g))
	}
	return g, nil
}

// logIn sends one login ("Login", POST /sessions).
func (c *Client) logIn(ctx context.Context) (*grant, error) {
	g, err := c.requestLogin(ctx)
	if err != nil {
		return nil, &LoginError{Kind: c.login.Kind(), Host: c.http.BaseURL().Host, Refused: refusedLogin(err), Err: err}
	}
	return g, nil
}

func (c *Client) requestLogin(ctx context.Context) (*grant, error) {
	request, err := loginRequest(c.login, c.clock.Now())
	if err != nil {
		return nil, err
	}
	answer, err := c.send(ctx, nil, request)
	if err != nil {
		return nil, err
	}
	token := answer.Header.Get(tokenHeader)
	if token == "" {
		return nil, ErrNoToken
	}
	return &grant{token: token, opened: c.clock.Now()}, nil
}

// logOut ends a session on the server ("Logout", DELETE /sessions). One that
// has expired is gone already. It asks once more after an error that passes:
// nobody else would.
func (c *Client) logOut(ctx context.Context, g *grant) error {
	logout := rest.Request{Method: http.MethodDelete, Path: "/sessions"}
	_, err := c.send(ctx, g, logout)
	if IsTransient(err) && ctx.Err() == nil {
		_, err = c.send(ctx, g, logout)
	}
	if expired(err) {
		return nil
	}
	return err
}

// Logout ends every session the client opened, after a login still on its way.
// A token the client did not obtain itself is left alone. Afterwards the client
// is closed.
func (c *Client) Logout(ctx context.Context) error {
	defer c.http.Close()
	live, left := c.sessions.Close(ctx)
	var ends errgroup.Group
	for _, g := range live {
		if c.foreign() {
			ends.Go(func() error { return c.shrinkAll(ctx, g) })
		} else {
			ends.Go(func() error { return c.logOut(ctx, g) })
		}
	}
	return errors.Join(left, ends.Wait())
}

// DetachedSession is a session apart from the one the client's requests share, for
// somebody else to use. It is never renewed by a login.
type DetachedSession struct {
	ID     string // by which the client finds it again; no secret
	client *Client
	grant  *grant
}

// OpenSession logs in anew. It fails with ErrNoLogin for a client whose login is
// the token of an existing session.
func (c *Client) OpenSession(ctx context.Context) (*DetachedSession, error) {
	if c.foreign() {
		return nil, ErrNoLogin
	}
	g, err := c.sessions.Open(ctx, c.logIn)
	if err != nil {
		return nil, err
	}
	own := &DetachedSession{ID: rand.Text(), client: c, grant: g}
	c.own.Store(own.ID, own)
	return own, nil
}

// OwnSession finds a session that OpenSession opened and nobody logged out.
func (c *Client) OwnSession(id string) (own *DetachedSession, ok bool) {
	found, _ := c.own.Load(id)
	own, ok = found.(*DetachedSession)
	return own, ok
}

// Token is the session's token, a secret.
func (s *DetachedSession) Token() string { return s.grant.token }

// Details asks whose session this is, which also keeps it from idling out.
func (s *DetachedSession) Details(ctx context.Context) (SessionDetails, error) {
	var details SessionDetails
	answer, err := s.client.send(ctx, s.grant, sessionRequest)
	if err == nil {
		err = answer.JSON(&details)
	}
	return details, err
}

// Logout ends the session, once. After an error the client's own Logout tries
// again.
func (s *DetachedSession) Logout(ctx context.Context) error {
	if _, open := s.client.own.LoadAndDelete(s.ID); !open {
		return nil
	}
	if err := s.client.logOut(ctx, s.grant); err != nil {
		return err
	}
	s.client.sessions.Forget(s.grant)
	return nil
}
