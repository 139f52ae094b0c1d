package sessionextension_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// each is the number of extensions and of pairings that run at once.
const each = 50

// startHub starts an appliance of the Cloud service with paired sites, to extend to, and as many sites that are not
// paired yet.
func startHub(t *testing.T) (hub *simulator.Appliance, paired, free []*simulator.Appliance) {
	t.Helper()
	options := []simulator.ApplianceOptions{{Site: "hub", Service: simulator.Cloud}}
	for i := range 2 * each {
		options = append(options, simulator.ApplianceOptions{Site: fmt.Sprintf("site-%d", i), Service: simulator.Cloud})
	}
	fixture := acctest.StartAppliances(t, options...)
	hub = fixture.Appliance("hub")
	for i, o := range options[1:] {
		a := fixture.Appliance(o.Site)
		if i < each {
			hub.Pair(o.Site)
			paired = append(paired, a)
		} else {
			free = append(free, a)
		}
	}
	return hub, paired, free
}

// TestConcurrency_oneProcess: many operations of one provider use one login.
func TestConcurrency_oneProcess(t *testing.T) {
	t.Parallel()
	hub, paired, free := startHub(t)
	p := acctest.Connect(t, hub, nil)
	var group sync.WaitGroup
	run := func(name string, config direct.Values) {
		group.Go(func() {
			plan := p.Plan(t, name, direct.Object{}, config)
			_, diags := p.Apply(t, plan)
			for _, problem := range append(plan.Diagnostics.Errors(), diags.Errors()...) {
				t.Error(problem)
			}
		})
	}
	for i := range each {
		run("vcda_session_extension", direct.Values{"site": paired[i].Site(), "multisite": direct.Values{"org": "acme"}})
		run("vcda_site_pairing", direct.Values{"site": free[i].Site(), "api_url": free[i].URL(), "api_thumbprint": free[i].Thumbprint()})
	}
	group.Wait()
	stats := hub.Stats()
	if stats.Logins != 1 || stats.Requests["POST /sites"] != each || stats.Requests["POST /sessions/extend"] != each {
		t.Errorf("%d logins, %d pairings, %d extensions; want 1, %d, %d",
			stats.Logins, stats.Requests["POST /sites"], stats.Requests["POST /sessions/extend"], each, each)
	}
	if len(hub.Sites()) != 2*each {
		t.Errorf("%d sites are paired, want %d", len(hub.Sites()), 2*each)
	}
}

// TestConcurrency_commandLine is the same with processes, as the command line starts them.
func TestConcurrency_commandLine(t *testing.T) {
	t.Parallel()
	hub, paired, free := startHub(t)
	config := acctest.ProviderBlock(hub, `service = "cloud"`, `preflight = false`)
	for i := range each {
		config += fmt.Sprintf(`
resource "vcda_session_extension" "e%d" {
  site      = %q
  multisite = { org = "acme" }
}
resource "vcda_site_pairing" "p%d" {
  site           = %q
  api_url        = %q
  api_thumbprint = %q
}
`, i, paired[i].Site(), i, free[i].Site(), free[i].URL(), free[i].Thumbprint())
	}
	w := acctest.NewWorkspace(t, config)
	out := w.MustRun(t, "apply", "-auto-approve", "-parallelism=50", "-no-color")
	if !strings.Contains(out, fmt.Sprintf("Resources: %d added", 2*each)) {
		t.Error(out)
	}
	// The plan needs no session, because there is nothing to read and the service is configured.
	if stats := hub.Stats(); stats.Logins != 1 || stats.Logouts != 1 || stats.LiveSessions != 0 {
		t.Errorf("%d logins, %d logouts, %d sessions left; want 1, 1, 0", stats.Logins, stats.Logouts, stats.LiveSessions)
	}
}
