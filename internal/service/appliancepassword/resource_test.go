package appliancepassword_test

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/deployed"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const (
	name   = "vcda_appliance_password"
	change = "POST /config/root-password"
)

type calls = map[string]int

// deployment is the password given at deployment.
var deployment = simulator.DefaultAccounts().LocalUsers[0].Password

func requireCalls(t *testing.T, a *simulator.Appliance, want calls) {
	t.Helper()
	if diff := cmp.Diff(want, deployed.Count(a)); diff != "" {
		t.Errorf("calls that change something (-want +got):\n%s", diff)
	}
}

func requireError(t *testing.T, problems direct.Diagnostics, parts ...string) {
	t.Helper()
	text := strings.Join(problems.Errors(), "\n")
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("the error lacks %q:\n%s", part, text)
		}
	}
}

// bare is a provider whose block has neither url nor login.
func bare(t *testing.T, site *deployed.Site) *direct.Provider {
	t.Helper()
	p := direct.Serve(t, acctest.FactoriesAt(t, site.Clock)["vcda"])
	deployed.NoErrors(t, p.Configure(t, direct.Values{}))
	return p
}

func configOf(a *simulator.Appliance, more direct.Values) direct.Values {
	config := direct.Values{"url": a.URL(), "thumbprint": a.Thumbprint(), "current_password": deployment, "new_password": deployed.RootPassword}
	maps.Copy(config, more)
	return config
}

func TestCreate(t *testing.T) {
	t.Parallel()
	site := deployed.Fresh(t, simulator.Cloud, func(o *simulator.ApplianceOptions) { o.BootDelay = 3 * time.Minute })
	p := bare(t, site)
	for _, a := range []*simulator.Appliance{site.Main, site.Replicators[0], site.Tunnels[0]} {
		before := a.Stats().Total
		object := deployed.Create(t, p, name, configOf(a, nil))
		if a.RootPassword() != deployed.RootPassword || object.Values["root_password_expired"] != false || object.Values["root_password_expires_at"] == nil || object.Values["id"] != a.URL() || object.Identity["url"] != a.URL() {
			t.Errorf("%s: %v", a.Site(), object.Values)
		}
		stats := a.Stats()
		if stats.FailedLogins > 0 || stats.LiveSessions > 0 || stats.Logins != stats.Logouts {
			t.Errorf("%s: %+v", a.Site(), stats)
		}
		if a != site.Main && stats.Total-before != 11 { // probe, 2 logins, 2 logouts, 2 expiries, change; login, expiry and logout of the refresh
			t.Errorf("%s: %d calls: %v", a.Site(), stats.Total-before, stats.Requests)
		}
		requireCalls(t, a, calls{change: 1})
		_, problems := p.Apply(t, p.Plan(t, name, object, nil))
		if len(problems) > 0 {
			t.Errorf("destroy: %v", problems)
		}
	}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	site := deployed.Fresh(t, simulator.Manager)
	p, a := bare(t, site), site.Replicators[0]
	config := configOf(a, nil)
	object := deployed.Create(t, p, name, config)
	a.ResetStats()
	for _, row := range []struct {
		name string
		more direct.Values
		want calls
	}{
		{"current alone", direct.Values{"current_password": "Something-else-1"}, calls{}},
		{"equal thumbprint", direct.Values{"thumbprint": strings.ToLower(a.Thumbprint())}, calls{}},
		{"new", direct.Values{"new_password": "Second-passw0rd"}, calls{change: 1}},
		{"write-only", direct.Values{"new_password": nil, "new_password_wo": "Second-passw0rd", "new_password_wo_version": 1}, calls{}},
		{"rotated", direct.Values{"current_password": "Second-passw0rd", "new_password_wo": "Third-passw0rd", "new_password_wo_version": 2}, calls{change: 1}},
	} {
		maps.Copy(config, row.more)
		t.Log(row.name)
		object = deployed.Change(t, p, name, object, config)
		requireCalls(t, a, row.want)
	}
	if stats := a.Stats(); a.RootPassword() != "Third-passw0rd" || stats.FailedLogins > 0 {
		t.Errorf("password %s, %+v", a.RootPassword(), stats)
	}
}

// TestCreate_doneAlready meets an appliance whose password is the new one already.
func TestCreate_doneAlready(t *testing.T) {
	t.Parallel()
	for title, row := range map[string]struct {
		current string
		wrong   int
	}{"by a run that was killed": {deployment, 1}, "in use": {deployed.RootPassword, 0}} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			site := deployed.Ready(t, simulator.Manager)
			deployed.Create(t, bare(t, site), name, configOf(site.Main, direct.Values{"current_password": row.current}))
			if n := site.Main.Stats().FailedLogins; n != row.wrong {
				t.Errorf("%d wrong logins", n)
			}
			requireCalls(t, site.Main, calls{})
		})
	}
}

func TestCreate_responseLost(t *testing.T) {
	t.Parallel()
	site := deployed.Fresh(t, simulator.Manager)
	site.Main.Fault(simulator.Fault{Method: http.MethodPost, Path: "/config/root-password", Kind: simulator.DropResponse, Times: 1})
	deployed.Create(t, bare(t, site), name, configOf(site.Main, nil))
	requireCalls(t, site.Main, calls{change: 1})
}

// TestCreate_neverArrived loses the request: the new password is tried once, and the
// next apply continues.
func TestCreate_neverArrived(t *testing.T) {
	t.Parallel()
	site := deployed.Fresh(t, simulator.Manager)
	site.Main.Fault(simulator.Fault{Method: http.MethodPost, Path: "/config/root-password", Kind: simulator.Reset, Times: 1})
	p := bare(t, site)
	object, problems := p.Apply(t, p.Plan(t, name, direct.Object{}, configOf(site.Main, nil)))
	requireError(t, problems, "new_password: Unable to change", "It is not known whether the password was changed", "Apply again")
	if n := site.Main.Stats().FailedLogins; n != 1 || object.Values != nil {
		t.Errorf("%d wrong logins, state %v", n, object.Values)
	}
	requireCalls(t, site.Main, calls{change: 1})
	deployed.Create(t, p, name, configOf(site.Main, nil))
	requireCalls(t, site.Main, calls{change: 1})
}

// TestCreate_declined sends the change again, after one guess.
func TestCreate_declined(t *testing.T) {
	t.Parallel()
	site := deployed.Fresh(t, simulator.Manager)
	site.Main.Fault(simulator.Fault{Method: http.MethodPost, Path: "/config/root-password", Kind: simulator.Status, Status: http.StatusConflict, Times: 3})
	deployed.Create(t, bare(t, site), name, configOf(site.Main, nil))
	if n := site.Main.Stats().FailedLogins; n != 1 {
		t.Errorf("%d wrong logins", n)
	}
	requireCalls(t, site.Main, calls{change: 4})
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	t.Run("never clears", func(t *testing.T) {
		t.Parallel()
		site := deployed.Fresh(t, simulator.Manager)
		site.Main.ExpireRootPassword(true)
		p := bare(t, site)
		object, problems := p.Apply(t, p.Plan(t, name, direct.Object{}, configOf(site.Main, nil)))
		deployed.NoErrors(t, problems)
		if text := strings.Join(problems.Warnings(), "\n"); !strings.Contains(text, "still counts as expired") || object.Values["root_password_expired"] != true {
			t.Errorf("warnings %q, %v", text, object.Values)
		}
	})
	t.Run("older appliance", func(t *testing.T) {
		t.Parallel()
		site := deployed.Fresh(t, simulator.Manager)
		site.Replicators[0].OldExpiryPath()
		if object := deployed.Create(t, bare(t, site), name, configOf(site.Replicators[0], nil)); object.Values["root_password_expired"] != false {
			t.Errorf("%v", object.Values)
		}
	})
	t.Run("neither path is known", func(t *testing.T) {
		t.Parallel()
		site := deployed.Fresh(t, simulator.Manager)
		for _, path := range []string{"/config/root-password-expired", "/appliance/root-password-expired"} {
			site.Main.Fault(simulator.Fault{Path: path, Kind: simulator.Status, Status: http.StatusMethodNotAllowed})
		}
		if object := deployed.Create(t, bare(t, site), name, configOf(site.Main, nil)); object.Values["root_password_expired"] != nil {
			t.Errorf("%v", object.Values)
		}
	})
	t.Run("moves with time", func(t *testing.T) {
		t.Parallel()
		site := deployed.Fresh(t, simulator.Manager)
		p := bare(t, site)
		object := deployed.Create(t, p, name, configOf(site.Main, nil))
		site.Clock.Advance(24 * time.Hour)
		deployed.Unchanged(t, p, name, object, configOf(site.Main, nil))
	})
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	t.Run("both refused", func(t *testing.T) {
		t.Parallel()
		site := deployed.Fresh(t, simulator.Manager)
		p := bare(t, site)
		_, problems := p.Apply(t, p.Plan(t, name, direct.Object{}, configOf(site.Main, direct.Values{"current_password": "wrong"})))
		requireError(t, problems, "current_password: Unable to change", "refuses both passwords", "public address")
		if n := site.Main.Stats().FailedLogins; n != 2 {
			t.Errorf("%d wrong logins", n)
		}
		for _, text := range problems.Errors() {
			if strings.Contains(text, deployed.RootPassword) {
				t.Error("an error holds a password")
			}
		}
	})
	t.Run("wrong certificate", func(t *testing.T) {
		t.Parallel()
		site := deployed.Fresh(t, simulator.Manager)
		p := bare(t, site)
		_, problems := p.Apply(t, p.Plan(t, name, direct.Object{}, configOf(site.Main, direct.Values{"thumbprint": "SHA-256" + strings.Repeat(":AB", 32)})))
		requireError(t, problems, "thumbprint: Unable to change", `thumbprint = "`+site.Main.Thumbprint())
	})
	site := deployed.Fresh(t, simulator.Manager)
	p := bare(t, site)
	for title, more := range map[string]direct.Values{
		"weak password": {"new_password": "alllowercase"}, "short password": {"new_password": "Ab1-"}, "path": {"url": "https://a.example.com/ui"},
		"no new password": {"new_password": nil}, "two new passwords": {"new_password_wo": "Another-1", "new_password_wo_version": 1},
	} {
		if problems := p.ValidateResource(t, name, configOf(site.Main, more)).Errors(); len(problems) == 0 {
			t.Errorf("%s is accepted", title)
		}
	}
	plan := p.Plan(t, name, direct.Object{}, configOf(site.Main, direct.Values{"url": nil}))
	requireError(t, plan.Diagnostics, "url: Missing url")
}

// bootingClock turns an appliance on in the third wait.
type bootingClock struct {
	*clocktest.Clock
	waits atomic.Int32
	on    func()
}

func (c *bootingClock) Sleep(ctx context.Context, d time.Duration) error {
	if c.waits.Add(1) == 3 {
		c.on()
	}
	return c.Clock.Sleep(ctx, d)
}

// TestAuthority trusts the appliance by an authority, as PEM text or in a file.
func TestAuthority(t *testing.T) {
	t.Parallel()
	site := deployed.Fresh(t, simulator.Manager)
	p, a := bare(t, site), site.Main
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte(site.All.CertificateAuthority()), 0o600); err != nil {
		t.Fatal(err)
	}
	object := deployed.Create(t, p, name, configOf(a, direct.Values{"thumbprint": nil, "ca_certificate": file}))
	object = deployed.Change(t, p, name, object, configOf(a, direct.Values{"thumbprint": nil, "ca_certificate": site.All.CertificateAuthority()}))
	requireCalls(t, a, calls{change: 1})
	for setting, says := range map[string]string{
		filepath.Join(t.TempDir(), "none.pem"): "ca_certificate: Invalid ca_certificate: The value can't be used: it holds no PEM text",
		"resource_test.go":                     "ca_certificate: Invalid ca_certificate: The value can't be used: the file resource_test.go: it holds no PEM certificate",
	} {
		config := configOf(a, direct.Values{"thumbprint": nil, "ca_certificate": setting})
		deployed.NoErrors(t, p.ValidateResource(t, name, config))
		requireError(t, p.Plan(t, name, object, config).Diagnostics, says)
	}
}

// TestBoot waits for an appliance whose port is closed at first, and that answers 502
// for a minute after that.
func TestBoot(t *testing.T) {
	t.Parallel()
	site := deployed.Fresh(t, simulator.Manager)
	a := site.Main
	a.PowerOff()
	clock := &bootingClock{Clock: site.Clock, on: func() {
		a.Fault(simulator.Fault{Kind: simulator.Status, Status: http.StatusBadGateway, ContentType: "text/html", Body: "<html>502</html>", Times: 12})
		a.PowerOn()
	}}
	p := direct.Serve(t, acctest.FactoriesAt(t, clock)["vcda"])
	deployed.NoErrors(t, p.Configure(t, direct.Values{"max_retries": 0}))
	var log bytes.Buffer
	deployed.Create(direct.Logging(t, &log), p, name, configOf(a, nil))
	logged := direct.Infos(t, &log)
	if len(logged) != 3 || !strings.Contains(logged[0], "connection refused") || !strings.Contains(logged[1], "status 502") || logged[2] != a.URL()+" is up" {
		t.Errorf("logged: %q", logged)
	}
	requireCalls(t, a, calls{change: 1})
	if n := a.Stats().FailedLogins; n > 0 || a.RootPassword() != deployed.RootPassword {
		t.Errorf("%d wrong logins", n)
	}
}

// TestCreate_applianceNeverUp ends with the timeout, which names the problem.
func TestCreate_applianceNeverUp(t *testing.T) {
	t.Parallel()
	site := deployed.Fresh(t, simulator.Manager, func(o *simulator.ApplianceOptions) { o.BootDelay = time.Hour })
	p := bare(t, site)
	_, problems := p.Apply(t, p.Plan(t, name, direct.Object{}, configOf(site.Main, nil)))
	requireError(t, problems, "Unable to change the root password")
}

// TestOwnAppliance changes the password of the appliance that the provider itself
// talks to: first set-up, and rotation.
func TestOwnAppliance(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Manager)
	p := site.Provider(t, nil)
	config := direct.Values{"current_password": deployed.RootPassword, "new_password": deployed.RootPassword}
	object := deployed.Create(t, p, name, config)
	if object.Values["id"] != site.Main.URL() {
		t.Errorf("%v", object.Values)
	}
	rotated := direct.Values{"current_password": deployed.RootPassword, "new_password": "Rotated-passw0rd"}
	next := site.Provider(t, direct.Values{"login": direct.Values{"local_user": direct.Values{
		"username": "root", "password": "Rotated-passw0rd", "previous_password": deployed.RootPassword,
	}}})
	object, ofRefresh := next.Refresh(t, name, object) // reads with the old one
	deployed.NoErrors(t, ofRefresh)
	site.Main.ResetStats()
	plan := next.Plan(t, name, object, rotated)
	deployed.NoErrors(t, plan.Diagnostics)
	object, problems := next.Apply(t, plan)
	deployed.NoErrors(t, problems)
	if warnings := slices.Concat(ofRefresh, plan.Diagnostics, problems).Warnings(); len(warnings) > 0 {
		t.Errorf("a rotation warns: %q", warnings)
	}
	deployed.Unchanged(t, next, name, object, rotated)
	requireCalls(t, site.Main, calls{change: 1})
	site.Main.ExpireSessions() // the next login uses the new one
	deployed.Unchanged(t, next, name, object, rotated)
	settled := site.Provider(t, nil) // which has no use for a previous one
	if _, problems := settled.Refresh(t, name, object); len(problems) > 0 {
		t.Errorf("%v", problems)
	}
	if n := site.Main.Stats().FailedLogins; n > 0 {
		t.Errorf("%d wrong logins after the change", n)
	}
}

// TestPreviousPassword: one warning where the previous password is needed and no
// resource of the plan changes it.
func TestPreviousPassword(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Manager)
	config := direct.Values{"current_password": deployed.RootPassword, "new_password": deployed.RootPassword}
	object := deployed.Create(t, site.Provider(t, nil), name, config)
	wrong := direct.Values{"login": direct.Values{"local_user": direct.Values{
		"username": "root", "password": "Not-in-force-1", "previous_password": deployed.RootPassword,
	}}}
	for title, run := range map[string]func(*direct.Provider) direct.Diagnostics{
		"an unchanged resource": func(p *direct.Provider) direct.Diagnostics {
			object, ofRefresh := p.Refresh(t, name, object)
			return slices.Concat(ofRefresh, p.Plan(t, name, object, config).Diagnostics, p.Plan(t, name, object, config).Diagnostics)
		},
		"no resource": func(p *direct.Provider) direct.Diagnostics {
			_, first := p.ReadData(t, "vcda_appliance", direct.Values{})
			_, second := p.ReadData(t, "vcda_appliance", direct.Values{})
			return slices.Concat(first, second)
		},
	} {
		problems := run(site.Provider(t, wrong))
		deployed.NoErrors(t, problems)
		text := strings.Join(problems.Warnings(), "\n")
		if strings.Count(text, "The previous root password is still in force") != 1 || !strings.Contains(text, "no vcda_appliance_password of this provider block changes it") || strings.Contains(text, "passw0rd") {
			t.Errorf("%s: %q", title, text)
		}
	}
}

// TestCreate_twoResources are about the root user of one appliance: the second is refused
// before it sends anything.
func TestCreate_twoResources(t *testing.T) {
	t.Parallel()
	site := deployed.Fresh(t, simulator.Manager)
	p := bare(t, site)
	first, second := p.Plan(t, name, direct.Object{}, configOf(site.Main, nil)), p.Plan(t, name, direct.Object{}, configOf(site.Main, direct.Values{"new_password": "Another-passw0rd"}))
	object, problems := p.Apply(t, first)
	deployed.NoErrors(t, problems)
	_, problems = p.Apply(t, second)
	requireError(t, problems, "url: Two resources for one object")
	requireCalls(t, site.Main, calls{change: 1})
	_, problems = p.Apply(t, p.Plan(t, name, object, nil)) // which frees it
	deployed.NoErrors(t, problems)
	deployed.Create(t, p, name, configOf(site.Main, direct.Values{"current_password": deployed.RootPassword, "new_password": "Another-passw0rd"}))
}

// TestCreate_otherAppliance changes the password of another appliance than the
// provider's own, at the same host.
func TestCreate_otherAppliance(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Manager)
	site.Replicators[0].SetRootPassword("Replicator-1")
	p := site.Provider(t, nil)
	deployed.Create(t, p, name, configOf(site.Replicators[0], direct.Values{"current_password": "Replicator-1", "new_password": "Replicator-2"}))
	site.Main.ExpireSessions()
	deployed.Create(t, p, name, direct.Values{"current_password": deployed.RootPassword, "new_password": deployed.RootPassword})
	if n := site.Main.Stats().FailedLogins; n > 0 {
		t.Errorf("%d wrong logins at the provider's appliance", n)
	}
}

// TestDrift warns, and keeps the state.
func TestDrift(t *testing.T) {
	t.Parallel()
	site := deployed.Fresh(t, simulator.Manager)
	p, a := bare(t, site), site.Replicators[0]
	object := deployed.Create(t, p, name, configOf(a, nil))
	a.SetRootPassword("By-hand-passw0rd")
	kept, problems := p.Refresh(t, name, object)
	deployed.NoErrors(t, problems)
	if text := strings.Join(problems.Warnings(), "\n"); !strings.Contains(text, "refuses the root password of the state") || kept.Values["new_password"] != deployed.RootPassword {
		t.Errorf("warnings %q, %v", text, kept.Values)
	}
	_, problems = p.Apply(t, p.Plan(t, name, object, configOf(a, direct.Values{"new_password": "Unrelated-passw0rd"})))
	requireError(t, problems, "refuses both passwords for root: the former new_password and new_password", "Check the current password")
	a.ResetStats()
	deployed.Change(t, p, name, object, configOf(a, direct.Values{"new_password": "By-hand-passw0rd"}))
	requireCalls(t, a, calls{})
}

// TestRefresh_refusedLogin: where the provider's own login is refused, the password in
// the state is not to blame.
func TestRefresh_refusedLogin(t *testing.T) {
	t.Parallel()
	site := deployed.Fresh(t, simulator.Manager)
	config := configOf(site.Main, nil)
	object := deployed.Create(t, bare(t, site), name, config)
	p := site.Provider(t, direct.Values{"login": direct.Values{"local_user": direct.Values{"username": "root", "password": "wrong"}}})
	kept, problems := p.Refresh(t, name, object)
	requireError(t, problems, "Check username and password in login.local_user of the provider block")
	if len(problems.Warnings()) > 0 || kept.Values["new_password"] != deployed.RootPassword {
		t.Errorf("warnings %q, %v", problems.Warnings(), kept.Values)
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Manager)
	p := bare(t, site)
	for _, by := range []struct {
		id       string
		identity direct.Values
	}{{id: site.Main.URL() + "/"}, {identity: direct.Values{"url": site.Main.URL()}}} {
		object, problems := p.Import(t, name, by.id, by.identity)
		deployed.NoErrors(t, problems)
		object, problems = p.Refresh(t, name, object)
		deployed.NoErrors(t, problems)
		deployed.Change(t, p, name, object, configOf(site.Main, direct.Values{"current_password": deployed.RootPassword}))
		requireCalls(t, site.Main, calls{})
	}
	_, problems := p.Import(t, name, "not a URL", nil)
	requireError(t, problems, "Unable to import")
}
