package acctest_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/deployed"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// dayZero has two sites as deployed, and a workspace with the root configuration of
// examples/day-zero and its variables.
type dayZero struct {
	all   *simulator.Fixture
	names []string // of every appliance
	space *acctest.Workspace
}

const chosenPassword = "Chosen-passw0rd"

func newDayZero(t *testing.T, service simulator.Service) dayZero {
	t.Helper()
	var options []simulator.ApplianceOptions
	for _, key := range []string{"a", "b"} {
		options = append(options, simulator.ApplianceOptions{Site: key, Service: service, Fresh: true, WithManager: service == simulator.Cloud, TaskDuration: 20 * time.Millisecond})
		for _, name := range []string{"r1", "r2"} {
			options = append(options, simulator.ApplianceOptions{Site: key + "/" + name, Service: simulator.Replicator, Fresh: true})
		}
		if service == simulator.Cloud {
			options = append(options, simulator.ApplianceOptions{Site: key + "/t1", Service: simulator.Tunnel, Fresh: true})
		}
	}
	d := dayZero{all: acctest.StartAppliances(t, options...), space: acctest.NewWorkspace(t, "")}
	for _, o := range options {
		d.names = append(d.names, o.Site)
	}
	if err := os.Remove(filepath.Join(d.space.Dir, "main.tf")); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(d.space.Dir, os.DirFS(filepath.Join(examples, "day-zero"))); err != nil {
		t.Fatal(err)
	}
	setVariables(t, d.space, d.variables(service))
	d.space.MustRun(t, "get", "-no-color")
	return d
}

// variables returns the variables of the configuration.
func (d dayZero) variables(service simulator.Service) map[string]any {
	accounts := simulator.DefaultAccounts()
	sites, deployment := map[string]any{}, map[string]any{}
	for _, name := range d.names {
		deployment[name] = accounts.LocalUsers[0].Password
	}
	for _, key := range []string{"a", "b"} {
		site := map[string]any{
			"url": d.all.Appliance(key).URL(), "thumbprint": d.all.Appliance(key).Thumbprint(), "pairing_url": d.all.Appliance(key).URL(), "site": "site-" + key,
			"lookup_service": map[string]any{"url": "https://vcenter.example.com", "thumbprint": d.all.ServerThumbprint(simulator.LookupServiceURL)},
			"replicators":    map[string]any{"r1": d.remote(key + "/r1"), "r2": d.remote(key + "/r2")},
		}
		if service == simulator.Cloud {
			tunnel := d.remote(key + "/t1")
			tunnel["certificate"] = deployed.Encoded(d.all.Appliance(key + "/t1"))
			manager := d.all.Appliance(key).Manager()
			site["cloud_director"] = map[string]any{
				"url": "https://director.example.com", "username": accounts.VCDUsers[0].Username, "thumbprint": d.all.ServerThumbprint(simulator.DirectorURL),
				"address": key + ".example.com", "manager": map[string]any{"url": manager.URL(), "thumbprint": manager.Thumbprint()}, "tunnels": map[string]any{"t1": tunnel},
			}
		}
		sites[key] = site
	}
	return map[string]any{
		"sites": sites, "license_keys": map[string]any{"a": simulator.DefaultLicense, "b": simulator.DefaultLicense}, "deployment_passwords": deployment,
		"root_passwords": map[string]any{"a": chosenPassword + "-a", "b": chosenPassword + "-b"},
		"sso_user":       accounts.SSOUsers[0].Username, "sso_password": accounts.SSOUsers[0].Password,
		"vcd_passwords": map[string]any{"a": accounts.VCDUsers[0].Password, "b": accounts.VCDUsers[0].Password},
	}
}

func (d dayZero) remote(name string) map[string]any {
	a := d.all.Appliance(name)
	return map[string]any{"url": a.URL(), "api_url": a.URL(), "thumbprint": a.Thumbprint()}
}

// sentOnce are the calls that must never be sent twice.
var sentOnce = []string{"POST /config/site", "POST /config/root-password", "POST /config/tunnels"}

// checkOnce fails if such a call arrived twice, a login was refused, or a session is left.
func (d dayZero) checkOnce(t *testing.T) {
	t.Helper()
	for _, name := range d.names {
		stats := d.all.Appliance(name).Stats()
		for _, call := range sentOnce {
			if stats.Requests[call] > 1 {
				t.Errorf("%s: %s was sent %d times", name, call, stats.Requests[call])
			}
		}
		if stats.FailedLogins > 0 || stats.LiveSessions > 0 {
			t.Errorf("%s: %d wrong logins, %d sessions are left", name, stats.FailedLogins, stats.LiveSessions)
		}
	}
}

// TestDayZero sets up and pairs fresh appliances in one apply, and destroys what can be
// undone.
func TestDayZero(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			acctest.SkipUnlessSupported(t, acctest.WriteOnly)
			d := newDayZero(t, service)
			d.space.Trace()
			out := d.space.MustRun(t, "apply", "-no-color", "-auto-approve", "-parallelism=10")
			acctest.RequireTexts(t, out, "healthy = true")
			d.checkOnce(t)
			d.checkCosts(t, service)
			before := d.writes()
			if out, code := d.space.Run(t, "plan", "-no-color", "-detailed-exitcode"); code != 0 {
				t.Errorf("a second plan is not empty:\n%s", out)
			}
			if diff := d.writes(); !maps.Equal(diff, before) {
				t.Errorf("a second plan writes: %v, %v", before, diff)
			}
			accounts := simulator.DefaultAccounts()
			d.space.RequireLogged(t, "/config/root-password", "/config/lookup-service", "HTTP request")
			d.space.RequireNoSecrets(t, chosenPassword, accounts.LocalUsers[0].Password, accounts.SSOUsers[0].Password, accounts.VCDUsers[0].Password, simulator.DefaultLicense)
			out = d.space.MustRun(t, "destroy", "-no-color", "-auto-approve")
			acctest.RequireTexts(t, out, "The replicator keeps its lookup service", "The appliance keeps its set-up")
			for _, name := range []string{"a", "b"} {
				if left := len(d.all.Appliance(name).Sites()) + len(d.manager(name).Replicators()); left > 0 {
					t.Errorf("%s: %d pairings and replicators are left", name, left)
				}
			}
		})
	}
}

func (d dayZero) writes() map[string]int {
	all := map[string]int{}
	for _, name := range d.names {
		all[name] = d.all.Appliance(name).Stats().Writes
	}
	return all
}

// checkCosts limits the calls of a first apply to a vCenter appliance with two replicators,
// without those of pairing, and the logins of all its processes.
func (d dayZero) checkCosts(t *testing.T, service simulator.Service) {
	t.Helper()
	if service != simulator.Manager {
		return
	}
	const replicators = 2
	for _, name := range []string{"a", "b"} {
		stats := d.all.Appliance(name).Stats()
		calls := 0
		for call, n := range stats.Requests {
			if !strings.Contains(call, "/sites") && !strings.Contains(call, "/tasks") {
				calls += n
			}
		}
		if most := 12 + 8*replicators + 8; calls > most || stats.Logins > 4 {
			t.Errorf("%s: %d calls, at most %d; %d logins: %v", name, calls, most, stats.Logins, stats.Requests)
		}
	}
}

// TestDayZero_rotated changes the root passwords of all appliances in one apply. Its plan
// logs in with the former ones.
func TestDayZero_rotated(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, acctest.WriteOnly)
	d := newDayZero(t, simulator.Manager)
	d.space.MustRun(t, "apply", "-no-color", "-auto-approve")
	d.checkOnce(t)
	setVariables(t, d.space, map[string]any{
		"root_passwords": map[string]any{"a": "Rotated-passw0rd-a", "b": "Rotated-passw0rd-b"}, "password_version": 2,
		"previous_root_passwords": map[string]any{"a": chosenPassword + "-a", "b": chosenPassword + "-b"},
	})
	d.space.MustRun(t, "apply", "-no-color", "-auto-approve")
	for _, name := range d.names {
		a := d.all.Appliance(name)
		if want := "Rotated-passw0rd-" + name[:1]; a.RootPassword() != want {
			t.Errorf("%s: the password is %s, not %s", name, a.RootPassword(), want)
		}
		if n := a.Stats().FailedLogins; n > 1 { // the plan tries the new one first
			t.Errorf("%s: %d wrong logins", name, n)
		}
	}
	if out, code := d.space.Run(t, "plan", "-no-color", "-detailed-exitcode"); code != 0 || strings.Contains(out, "previous root password") {
		t.Errorf("the plan after it is not empty, or warns:\n%s", out)
	}
	d.space.RequireNoSecrets(t, chosenPassword, "Rotated-passw0rd")
}

// TestDayZero_ownTests runs the example's own test.
func TestDayZero_ownTests(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, acctest.WriteOnly)
	d := newDayZero(t, simulator.Manager)
	acctest.RequireTexts(t, d.space.MustRun(t, "test", "-no-color"), "2 passed, 0 failed.")
	d.checkOnce(t)
}

// TestDayZero_killed kills one apply after the other, each after another of its writes.
// Each next apply continues, and sends nothing twice that must be sent once.
func TestDayZero_killed(t *testing.T) {
	t.Parallel()
	for service, writes := range map[simulator.Service][]string{
		simulator.Manager: {
			"/config/root-password", "/license", "/config/site", "/config/lookup-service", "/config/vsphere-ui",
			"/config/replicators/lookup-service", "/replicators", "/sites",
		},
		simulator.Cloud: {
			"/config/root-password", "/license", "/config/site", "/config/endpoints", "/config/vcloud", "/config/lookup-service", "/config/manager/lookup-service",
			"/config/tunnels", "/config/replicators/lookup-service", "/replicators", "/sites",
		},
	} {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			acctest.SkipUnlessSupported(t, acctest.WriteOnly)
			d := newDayZero(t, service)
			wrong := map[string]int{}
			for _, path := range writes {
				d.applyKilledAt(t, path)
				d.checkRun(t, path, wrong)
			}
			d.space.MustRun(t, "apply", "-no-color", "-auto-approve", "-lock=false")
			d.checkRun(t, "the last apply", wrong)
			if out, code := d.space.Run(t, "plan", "-no-color", "-detailed-exitcode", "-lock=false"); code != 0 {
				t.Errorf("the plan after it is not empty:\n%s", out)
			}
			for _, name := range []string{"a", "b"} {
				manager, tunnels := d.manager(name), 0
				if service == simulator.Cloud {
					tunnels = 1
				}
				if n, sent := len(manager.Replicators()), manager.Stats().Requests["POST /replicators"]; n != 2 || sent != 2 {
					t.Errorf("%s: %d replicators, registered by %d calls", name, n, sent)
				}
				if n := len(d.all.Appliance(name).Tunnels()); n != tunnels {
					t.Errorf("%s: %d tunnels", name, n)
				}
				if n := len(d.all.Appliance(name).Sites()); n != 1 {
					t.Errorf("%s: %d pairings", name, n)
				}
			}
		})
	}
}

// manager returns the appliance at which the replicators of a site are registered.
func (d dayZero) manager(name string) *simulator.Appliance {
	main := d.all.Appliance(name)
	if beside := main.Manager(); beside != nil {
		return beside
	}
	return main
}

// applyKilledAt applies, and kills the command after the first site has performed a write
// of the path, before its response.
func (d dayZero) applyKilledAt(t *testing.T, path string) {
	t.Helper()
	var first []*simulator.Appliance
	for _, name := range d.names {
		if strings.HasPrefix(name, "a") {
			first = append(first, d.all.Appliance(name), d.manager(name))
		}
	}
	runKilled(t, d.space, path, first, "apply", "-no-color", "-auto-approve", "-lock=false")
}

// checkRun fails if a call arrived twice that must be sent once, or if a run tried more than
// one wrong password at an appliance. It adds the wrong logins to the counts.
func (d dayZero) checkRun(t *testing.T, run string, wrong map[string]int) {
	t.Helper()
	for _, name := range d.names {
		stats := d.all.Appliance(name).Stats()
		for _, call := range sentOnce {
			if stats.Requests[call] > 1 {
				t.Errorf("%s: %s: %s was sent %d times", run, name, call, stats.Requests[call])
			}
		}
		if n := stats.FailedLogins - wrong[name]; n > 1 {
			t.Errorf("%s: %s: %d wrong logins", run, name, n)
		}
		wrong[name] = stats.FailedLogins
	}
}
