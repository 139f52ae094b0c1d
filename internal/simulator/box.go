package simulator

import (
	"net/http"
	"slices"
	"time"
	"unicode"
)

// box is what the services of one appliance share: its operating system, and the
// rule that one write of the set-up runs at a time.
type box struct {
	accounts  Accounts
	expiry    time.Time
	expired   bool
	never     bool // the expiry never clears
	former    []string
	permitted bool // writes are allowed with an expired password
	public    bool // administrators come from a public address, and are refused
	writing   int
}

// passwordLife is how long a new root password is good for.
const passwordLife = 90 * 24 * time.Hour

func newBox(o ApplianceOptions, now time.Time) *box {
	return &box{accounts: *o.Accounts, expired: o.Fresh, expiry: now.Add(passwordLife)}
}

// blocked reports whether writes wait for another root password.
func (b *box) blocked() bool { return b.expired && !b.permitted }

// root is the account of the root user, nil without one.
func (b *box) root() *PasswordAccount {
	for i := range b.accounts.LocalUsers {
		if b.accounts.LocalUsers[i].Username == "root" {
			return &b.accounts.LocalUsers[i]
		}
	}
	return nil
}

// setRootPassword replaces the root password. The slice is copied, since others
// may have been given it.
func (b *box) setRootPassword(password string, now time.Time) {
	b.accounts.LocalUsers = slices.Clone(b.accounts.LocalUsers)
	root := b.root()
	b.former = append(b.former, root.Password)
	root.Password = password
	b.expired = b.never
	b.expiry = now.Add(passwordLife)
}

// beginSetup counts a write of the set-up and notes a violation where another one
// runs. The function it returns ends the write.
func (a *Appliance) beginSetup(r *http.Request) func() {
	found, _, err := a.findRoute(r.Method, r.URL)
	if err != nil || !found.setup && found.path != rootPasswordPath {
		return func() {}
	}
	overlaps := false
	a.fixture.do(func() {
		overlaps = a.box.writing > 0
		a.box.writing++
	})
	if overlaps {
		a.noteViolation(r, violation(http.StatusConflict, "Conflict", "Another write of the set-up runs."))
	}
	return func() { a.fixture.do(func() { a.box.writing-- }) }
}

// booting answers as an appliance that is not up yet, and reports whether it did.
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
		answer{status: http.StatusBadGateway, header: http.Header{"Content-Type": {"text/html"}}, body: []byte("<html><body>502 Bad Gateway</body></html>")}.write(w)
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
	if a.box.expired {
		return expiryInfo{Expired: true}
	}
	return expiryInfo{Seconds: int64(a.box.expiry.Sub(a.fixture.now()) / time.Second)}
}

// changeRootPassword is POST /config/root-password. The session goes on.
func (c *call) changeRootPassword() (reply, *problem) {
	var body struct {
		RootPassword string `json:"rootPassword"`
	}
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	root := c.appliance.box.root()
	if secret := c.header.Get(configSecretHeader); secret != root.Password {
		return reply{}, refuse(http.StatusUnauthorized, "NotAuthenticated", "The current root password is wrong.")
	}
	if err := c.appliance.box.checkPassword(body.RootPassword); err != nil {
		return reply{}, err
	}
	c.appliance.box.setRootPassword(body.RootPassword, c.appliance.fixture.now())
	return reply{status: http.StatusNoContent}, nil
}

// checkPassword applies the rule of root passwords.
func (b *box) checkPassword(password string) *problem {
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
	return reply{status: http.StatusOK, plain: true, body: map[string]bool{"valid": body.Password == c.appliance.box.root().Password}}, nil
}

// RootPassword returns the root password now in force.
func (a *Appliance) RootPassword() string {
	var password string
	a.fixture.do(func() { password = a.box.root().Password })
	return password
}

// SetRootPassword changes the root password without a request.
func (a *Appliance) SetRootPassword(password string) {
	a.fixture.do(func() { a.box.setRootPassword(password, a.fixture.now()) })
}

// ExpireRootPassword makes the root password expired; with never, it stays so
// whatever password follows, as where the operating system has no expiry.
func (a *Appliance) ExpireRootPassword(never bool) {
	a.fixture.do(func() { a.box.expired, a.box.never = true, never })
}

// PermitExpired allows the writes of the set-up with an expired root password.
func (a *Appliance) PermitExpired() {
	a.fixture.do(func() { a.box.permitted = true })
}

// RefuseAdministrators refuses administrators as if they came from a public
// address: with the answer to a wrong password, which is not counted as one.
func (a *Appliance) RefuseAdministrators(on bool) {
	a.fixture.do(func() { a.box.public = on })
}
