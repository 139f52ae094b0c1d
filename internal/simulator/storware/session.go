package storware

import (
	"crypto/rand"
	"net/http"
	"slices"
	"time"
)

// session is one login. Its two cookies belong together: the server requires both, as behind a load balancer.
type session struct {
	account         Account
	endpointsTokens *EndpointsTokens
	route           string
	opened          time.Time
	lastUsed        time.Time
}

const defaultRefusal = "Incorrect login or password"

// login is POST /session/login.
func (c *call) login() (reply, *problem) {
	var body struct {
		Login    string `json:"login"`
		Password string `json:"password"`
	}
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	i := slices.IndexFunc(c.server.accounts.Users, func(u User) bool {
		return u.Name == body.Login && u.Password == body.Password
	})
	if i < 0 {
		return c.wrongLogin()
	}
	return c.open(c.server.accounts.Users[i].Account)
}

// loginWithToken is POST /session/login-with-token.
func (c *call) loginWithToken() (reply, *problem) {
	var body struct {
		Token string `json:"token"`
	}
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	i := slices.IndexFunc(c.server.accounts.Users, func(u User) bool { return u.Token == body.Token })
	if i < 0 {
		return c.wrongLogin()
	}
	return c.open(c.server.accounts.Users[i].Account)
}

// loginNode is POST /session/node/login.
func (c *call) loginNode() (reply, *problem) {
	var body struct {
		Login    string `json:"login"`
		Password string `json:"password"`
		Version  string `json:"version"`
	}
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	i := slices.IndexFunc(c.server.accounts.Nodes, func(n Node) bool {
		return n.Name == body.Login && n.Password == body.Password
	})
	if i < 0 {
		return c.wrongLogin()
	}
	return c.open(c.server.accounts.Nodes[i].Account)
}

// wrongLogin is the response to every wrong secret.
func (c *call) wrongLogin() (reply, *problem) {
	c.server.counters.failedLogins++
	status, text := c.server.switches.RefusalStatus, c.server.switches.RefusalText
	if status == 0 {
		status = http.StatusUnauthorized
	}
	if text == "" {
		text = defaultRefusal
	}
	return reply{}, &problem{status: status, text: text}
}

// open makes a session and its cookies.
func (c *call) open(account Account) (reply, *problem) {
	if account.Inactive {
		c.server.counters.failedLogins++
		return reply{}, refuse(http.StatusForbidden, "User %s is not active", account.Name)
	}
	now := c.server.options.Now()
	c.session = &session{account: account, endpointsTokens: account.EndpointsTokens, route: rand.Text(), opened: now, lastUsed: now}
	value := rand.Text()
	c.server.sessions[value] = c.session
	c.server.counters.logins++
	out := reply{status: http.StatusCreated, body: c.session.info(c.server.switches)}
	if !c.server.switches.CookielessLogin {
		out.header = c.server.setCookies(value, c.session.route)
	}
	return out, nil
}

// setCookies sets the pair, and a third cookie that is not for the API.
func (s *Server) setCookies(session, route string) http.Header {
	return http.Header{"Set-Cookie": {
		setCookie(s.cookies.session, session, basePath),
		setCookie(s.cookies.route, route, "/"),
		setCookie(s.cookies.console, "wide", "/console"),
	}}
}

// setCookie sets a cookie, or removes it if the value is empty.
func setCookie(name, value, path string) string {
	maxAge := 0
	if value == "" {
		maxAge = -1
	}
	c := http.Cookie{Name: name, Value: value, Path: path, MaxAge: maxAge, HttpOnly: true, Secure: true, SameSite: http.SameSiteStrictMode}
	return c.String()
}

// findSession returns the session the cookies carry and resets its idle time.
func (s *Server) findSession(cookies []*http.Cookie) *session {
	values := map[string]string{}
	for _, c := range cookies {
		values[c.Name] = c.Value
	}
	found := s.sessions[values[s.cookies.session]]
	if found == nil || found.route != values[s.cookies.route] || !s.isLive(found) {
		return nil
	}
	found.lastUsed = s.options.Now()
	return found
}

func (s *Server) isLive(x *session) bool {
	return s.options.Now().Sub(x.lastUsed) < s.options.SessionTimeout
}

// unauthenticated also removes the cookie, as application servers do.
func (c *call) unauthenticated() *problem {
	p := refuse(http.StatusUnauthorized, "Session expired or missing")
	p.header = http.Header{"Set-Cookie": {setCookie(c.server.cookies.session, "", basePath)}}
	return p
}

// status is GET /session. Whether it needs a session is not documented.
func (c *call) status() (reply, *problem) {
	if c.session == nil && c.server.switches.StatusNeedsSession {
		return reply{}, c.unauthenticated()
	}
	return reply{status: http.StatusNoContent}, nil
}

// logout is POST /session/logout.
func (c *call) logout() (reply, *problem) {
	for value, s := range c.server.sessions {
		if s == c.session {
			delete(c.server.sessions, value)
		}
	}
	c.server.counters.logouts++
	return reply{status: http.StatusCreated}, nil
}

// refreshEndpointsTokens is POST /session/refresh-endpoints-tokens. The
// simulator gives new tokens to this session only.
func (c *call) refreshEndpointsTokens() (reply, *problem) {
	if old := c.session.endpointsTokens; old != nil {
		fresh := *old
		fresh.ServerManagerToken = old.ServerManagerToken + "-" + rand.Text()
		fresh.OrganizationAdminToken = old.OrganizationAdminToken + "-" + rand.Text()
		c.session.endpointsTokens = &fresh
	}
	return reply{status: http.StatusCreated, body: c.session.info(c.server.switches)}, nil
}

// sessionInfo is GET /session/user.
func (c *call) sessionInfo() (reply, *problem) {
	return reply{status: http.StatusOK, body: c.session.info(c.server.switches)}, nil
}

// userDetails is GET /session/user/details.
func (c *call) userDetails() (reply, *problem) {
	return reply{status: http.StatusOK, body: c.session.details(c.server.switches)}, nil
}

// ExpireSessions ends every session, as after an idle timeout.
func (s *Server) ExpireSessions() {
	s.do(func() { clear(s.sessions) })
}
