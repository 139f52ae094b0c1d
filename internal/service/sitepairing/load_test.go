package sitepairing_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// The number of pairings that are created at once: in one apply, and in this process.
const (
	loadOfApply   = 200
	loadInProcess = 80
)

// addFaults lets one request in twenty fail in each way that allows a recovery: a write is performed, and its
// response gets lost, because a write that is not performed is an error by design. Logins don't fail: there must be
// only one.
func addFaults(a *simulator.Appliance) {
	reads := slices.Concat(unperformed, lostResponses)
	for method, faults := range map[string][]fault{http.MethodPost: lostResponses, http.MethodGet: reads} {
		for _, f := range faults {
			if f.how.Kind == simulator.Hang || f.how.Kind == simulator.SlowDrip {
				continue // they last for the request timeout; TestFaultMatrix sets the time
			}
			for _, path := range []string{"/sites", "/tasks", "/tasks/*"} {
				if method == http.MethodPost && path != "/sites" {
					continue
				}
				how := f.how
				how.Method, how.Path, how.Probability = method, path, 0.05/float64(len(faults))
				a.Fault(how)
			}
		}
	}
}

// TestLoad_commandLine pairs with 200 sites in one apply of the real provider while one request in twenty fails. Each
// pairing takes one request, the state is complete, and there is one session. The preflight is off, because the plan
// is another process, which would log in for it.
func TestLoad_commandLine(t *testing.T) {
	acctest.CurrentCLI(t)
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			a, peers := startUnserved(t, service, loadOfApply, 400*time.Millisecond)
			w := acctest.NewWorkspace(t, acctest.ProviderBlock(a, "service = "+quoted(string(service)), "max_concurrent_requests = 50", "preflight = false", `request_timeout = "10m"`)+`
variable "peers" { type = map(string) }
resource "vcda_site_pairing" "all" {
  for_each       = var.peers
  site           = each.key
  api_url        = split(" ", each.value)[0]
  api_thumbprint = split(" ", each.value)[1]
}
`)
			list := map[string]string{}
			for _, p := range peers {
				list[p.Site()] = p.URL() + " " + p.Thumbprint()
			}
			variables, err := json.Marshal(map[string]any{"peers": list})
			if err != nil {
				t.Fatal(err)
			}
			w.Write(t, "terraform.tfvars.json", string(variables))
			addFaults(a)
			out := w.MustRun(t, "apply", "-auto-approve", "-no-color", "-parallelism=50")
			acctest.RequireTexts(t, out, fmt.Sprintf("Apply complete! Resources: %d added", loadOfApply))
			requirePairedOnce(t, a, peers)
			if s := a.Stats(); s.Logins != 1 || s.Logouts != 1 || s.LiveSessions != 0 {
				t.Errorf("%d logins, %d logouts, %d sessions left", s.Logins, s.Logouts, s.LiveSessions)
			}
			requireWholeState(t, a, w)
			a.ClearFaults()
			acctest.RequireTexts(t, w.MustRun(t, "plan", "-no-color", "-parallelism=50"), "No changes.")
		})
	}
}

// requirePairedOnce requires that the appliance is paired with every peer, by one request each.
func requirePairedOnce(t *testing.T, a *simulator.Appliance, peers []*simulator.Appliance) {
	t.Helper()
	seen := map[string]int{}
	for _, s := range a.Sites() {
		seen[s.Site]++
	}
	for _, p := range peers {
		if seen[p.Site()] != 1 {
			t.Errorf("%s is paired %d times", p.Site(), seen[p.Site()])
		}
	}
	requireSent(t, a, len(peers), 0, 0)
}

// requireWholeState compares the state file with the appliance.
func requireWholeState(t *testing.T, a *simulator.Appliance, w *acctest.Workspace) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(w.Dir, "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	var state struct {
		Resources []struct {
			Instances []struct {
				Status     string         `json:"status"`
				Attributes map[string]any `json:"attributes"`
			} `json:"instances"`
		} `json:"resources"`
	}
	if err := json.Unmarshal(text, &state); err != nil {
		t.Fatal(err)
	}
	whole := map[string]string{}
	for _, i := range state.Resources[0].Instances {
		whole[fmt.Sprint(i.Attributes["site"])] = strings.Join([]string{fmt.Sprint(i.Attributes["id"]), fmt.Sprint(i.Attributes["api_public_url"]), fmt.Sprint(i.Attributes["pending_task_id"]), i.Status}, " ")
	}
	for _, s := range a.Sites() {
		key := s.Site
		if a.Service() == simulator.Manager {
			key = s.ID
		}
		if want := strings.Join([]string{key, s.APIPublicURL, "<nil>", ""}, " "); whole[s.Site] != want {
			t.Errorf("state of %s is %q, not %q", s.Site, whole[s.Site], want)
		}
	}
}

// TestLoad_inProcess does the same in this process, where a leaked goroutine fails the tests.
func TestLoad_inProcess(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			a, peers := startUnservedBy(t, startOnClock, service, loadInProcess, 400*time.Millisecond)
			a.SetTaskNaming(simulator.Unnamed) // only with the Manager
			addFaults(a)
			p := configured(t, a, "service", string(service), "preflight", false, "max_concurrent_requests", 50, "max_retries", 4)
			plans := map[string]direct.Plan{}
			for _, peer := range peers {
				plans[peer.Site()] = p.Plan(t, pairingType, none, withTimeout(peer, "create", longTime.String())) // the waits of all move the clock
			}
			runConcurrently(t, plans, func(t *testing.T, plan direct.Plan) {
				if object := apply(t, p, plan); object.Values["site"] != plan.Values["site"] {
					t.Errorf("state %v", object.Values)
				}
			})
			requirePairedOnce(t, a, peers)
			if s := a.Stats(); s.Logins != 1 {
				t.Errorf("%d logins", s.Logins)
			}
		})
	}
}
