package simulator

import (
	"net/http"
	"slices"
	"time"
	"unicode"
)

// host is the state that the services of one appliance share: the accounts, and the rule that one write of the set-up
// runs at a time.
type host struct {
	accounts       Accounts
	expiry         time.Time
	expired        bool
	alwaysExpired  bool // every later password is expired too
	former         []string
	expiredAllowed bool // writes are allowed with an expired password
	adminsRefused  bool // as if they came from a public address
	writing        int
}

// passwordLife is how long a new root password stays valid.
const passwordLife = 90 * 24 * time.Hour

func newHost(o ApplianceOptions, now time.Time) *host {
	return &host{accounts: *o.Accounts, expired: o.Fresh, expiry: now.Add(passwordLife)}
}

// blocked reports whether the set-up is refused until the root password is changed.
func (b *host) blocked() bool { return b.expired && !b.expiredAllowed }

// root returns the account of the root user, nil without one.
func (b *host) root() *PasswordAccount {
	for i := range b.accounts.LocalUsers {
		if b.accounts.LocalUsers[i].Username == "root" {
			return &b.accounts.LocalUsers[i]
		}
	}
	return nil
}

// setRootPassword replaces the root password. It copies the slice, because callers of Accounts may hold it.
func (b *host) setRootPassword(password string, now time.Time) {
	b.accounts.LocalUsers = slices.Clone(b.accounts.LocalUsers)
	root := b.root()
	b.former = append(b.former, root.Password)
	root.Password = password
	b.expired = b.alwaysExpired
	b.expiry = now.Add(passwordLife)
}

// beginSetup counts a write of the set-up, and records a violation if another one runs. The function it returns ends
// the write.
func (a *Appliance) beginSetup(r *http.Request) func() {
	found, _, err := a.findRoute(r.Method, r.URL)
	if err != nil || !found.setup && found.path != rootPasswordPath {
		return func() {}
	}
	overlaps := false
	a.fixture.do(func() {
		overlaps = a.host.writing > 0
		a.host.writing++
	})
	if overlaps {
		a.recordViolation(r, violation(http.StatusConflict, "Conflict", "Another write of the set-up runs."))
	}
	return func() { a.fixture.do(func() { a.host.writing-- }) }
}

// booting responds as an appliance that is not up yet, and reports whether it did.
func (a *Appliance) booting(w http.ResponseWriter) bool {
	var up, reset bool
	a.fixture.do(func() {
		age := a.fixture.now().Sub(a.started)
		up, reset = age >= a.options.BootDelay, age < a.options.BootDelay/2
	})
	switch {
	case up:
		return false
	case reset:
		resetConnection(w)
	default:
		response{status: http.StatusBadGateway, header: http.Header{"Content-Type": {"text/html"}}, body: []byte("<html><body>502 Bad Gateway</body></html>")}.write(w)
	}
	return true
}

const (
	rootPasswordPath    = "/config/root-password"
	configSecretHeader  = "Config-Secret"
	expiryPath          = "/config/root-password-expired"
	oldExpiryPath       = "/appliance/root-password-expired"
	shortestRootPasword = 8
)

var passwordRoutes = []route{
	{method: "GET", path: expiryPath, handle: (*call).passwordExpiry, since: "4.7", unproven: true, on: anyService},
	{method: "GET", path: oldExpiryPath, handle: (*call).passwordExpiry, until: "4.6", unproven: true, on: anyService},
	{method: "POST", path: rootPasswordPath, handle: (*call).changeRootPassword, admin: true, on: anyService},
	{method: "POST", path: "/config/check-root-password", handle: (*call).checkRootPassword, admin: true, unproven: true, on: configurable},
}

type expiryInfo struct {
	Expired bool  `json:"rootPasswordExpired"`
	Seconds int64 `json:"secondsUntilExpiration"`
}

// passwordExpiry is GET /config/root-password-expired.
func (c *call) passwordExpiry() (reply, *problem) {
	return reply{status: http.StatusOK, plain: true, body: c.appliance.expiry()}, nil
}

func (a *Appliance) expiry() expiryInfo {
	if a.host.expired {
		return expiryInfo{Expired: true}
	}
	return expiryInfo{Seconds: int64(a.host.expiry.Sub(a.fixture.now()) / time.Second)}
}

// changeRootPassword is POST /config/root-password. The session stays valid.
func (c *call) changeRootPassword() (reply, *problem) {
	var body struct {
		RootPassword string `json:"rootPassword"`
	}
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	root := c.appliance.host.root()
	if secret := c.header.Get(configSecretHeader); secret != root.Password {
		return reply{}, refuse(http.StatusUnauthorized, "NotAuthenticated", "The current root password is wrong.")
	}
	if err := c.appliance.host.checkPassword(body.RootPassword); err != nil {
		return reply{}, err
	}
	c.appliance.host.setRootPassword(body.RootPassword, c.appliance.fixture.now())
	return reply{status: http.StatusNoContent}, nil
}

// checkPassword applies the rule of root passwords.
func (b *host) checkPassword(password string) *problem {
	var lower, upper, digit, special bool
	for _, r := range password {
		lower, upper, digit = lower || unicode.IsLower(r), upper || unicode.IsUpper(r), digit || unicode.IsDigit(r)
		special = special || !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}
	if len(password) < shortestRootPasword || !lower || !upper || !digit || !special {
		return refuse(http.StatusBadRequest, "BadUserInput", "The password is too weak.")
	}
	if password == b.root().Password || slices.Contains(b.former, password) {
		return refuse(http.StatusBadRequest, "BadUserInput", "The password was used before.")
	}
	return nil
}

// checkRootPassword is POST /config/check-root-password.
func (c *call) checkRootPassword() (reply, *problem) {
	var body struct {
		Password string `json:"password"`
	}
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, plain: true, body: map[string]bool{"valid": body.Password == c.appliance.host.root().Password}}, nil
}

// RootPassword returns the current root password.
func (a *Appliance) RootPassword() string {
	var password string
	a.fixture.do(func() { password = a.host.root().Password })
	return password
}

// SetRootPassword changes the root password without a request.
func (a *Appliance) SetRootPassword(password string) {
	a.fixture.do(func() { a.host.setRootPassword(password, a.fixture.now()) })
}

// ExpireRootPassword expires the root password. With never, every later password is expired too, as on an operating
// system without an expiry date.
func (a *Appliance) ExpireRootPassword(never bool) {
	a.fixture.do(func() { a.host.expired, a.host.alwaysExpired = true, never })
}

// PermitExpired allows the writes of the set-up with an expired root password.
func (a *Appliance) PermitExpired() {
	a.fixture.do(func() { a.host.expiredAllowed = true })
}

// RefuseAdministrators refuses the logins of administrators, as if they came from a public address: with the response
// to a wrong password. They don't count as wrong passwords.
func (a *Appliance) RefuseAdministrators(on bool) {
	a.fixture.do(func() { a.host.adminsRefused = on })
}
