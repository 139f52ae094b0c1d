package simulator

import (
	"net/http"
	"time"
)

// session is one login. Its extensions end with it.
type session struct {
	account    Account
	created    time.Time
	lastUsed   time.Time
	extensions []extension
}

// extension is the login of a session at a remote site.
type extension struct {
	site    string
	account Account
}

// sessionDetails is C4SessionDetails or OnpremSessionDetails, which differ
// only in authenticatedSites: the Manager's is null.
type sessionDetails struct {
	User               string              `json:"user"`
	Roles              []string            `json:"roles"`
	AuthenticatedSites []authenticatedSite `json:"authenticatedSites"`
}

type authenticatedSite struct {
	Site string `json:"site"`
	Org  string `json:"org"`
}

// authenticate finds the session of a call and resets its idle time.
func (c *call) authenticate() *problem {
	s := c.appliance.sessions[c.header.Get(tokenHeader)]
	if s == nil || !c.appliance.isLive(s) {
		p := refuse(http.StatusUnauthorized, "NotAuthenticated", "Authentication required.")
		p.header = http.Header{"Www-Authenticate": {"Authentication Token Required"}}
		return p
	}
	s.lastUsed = c.appliance.fixture.now()
	c.session, c.account = s, s.account
	return nil
}

func (a *Appliance) isLive(s *session) bool {
	now := a.fixture.now()
	return now.Sub(s.lastUsed) < a.options.IdleTimeout && now.Sub(s.created) < a.options.MaxAge
}

func (a *Appliance) liveSessions() int {
	n := 0
	for _, s := range a.sessions {
		if a.isLive(s) {
			n++
		}
	}
	return n
}

// login is POST /sessions.
func (c *call) login() (reply, *problem) {
	account, err := c.checkLogin()
	if err == nil && c.appliance.host.adminsRefused && account.isAdmin() {
		return reply{}, wrongLogin()
	}
	if err != nil {
		c.appliance.counters.failedLogins++
		return reply{}, err
	}
	now := c.appliance.fixture.now()
	token := randomID()
	c.session = &session{account: *account, created: now, lastUsed: now}
	c.appliance.sessions[token] = c.session
	c.appliance.counters.logins++
	out := c.details()
	out.header = http.Header{http.CanonicalHeaderKey(tokenHeader): {token}}
	return out, nil
}

// whoAmI is GET /sessions.
func (c *call) whoAmI() (reply, *problem) { return c.details(), nil }

// logout is DELETE /sessions.
func (c *call) logout() (reply, *problem) {
	delete(c.appliance.sessions, c.header.Get(tokenHeader))
	c.appliance.counters.logouts++
	return reply{status: http.StatusNoContent}, nil
}

func (c *call) details() reply {
	details := sessionDetails{User: c.session.account.User, Roles: c.session.account.Roles}
	if c.appliance.service == Cloud {
		details.AuthenticatedSites = []authenticatedSite{{Site: c.appliance.site, Org: c.session.account.Org}}
		for _, x := range c.session.extensions {
			details.AuthenticatedSites = append(details.AuthenticatedSites, authenticatedSite{Site: x.site, Org: x.account.Org})
		}
	}
	return reply{status: http.StatusOK, body: details, plain: true}
}

// ExpireSessions ends every session, as after an idle timeout.
func (a *Appliance) ExpireSessions() {
	a.fixture.do(func() { clear(a.sessions) })
}

// DropExtensions removes the extensions of every session.
func (a *Appliance) DropExtensions() {
	a.fixture.do(func() {
		for _, s := range a.sessions {
			s.extensions = nil
		}
	})
}
