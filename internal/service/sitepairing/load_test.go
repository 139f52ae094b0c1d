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

// How many pairings are made at once: in one apply, and in this process.
const (
	loadOfApply   = 200
	loadInProcess = 80
)

// troubled lets one request in twenty go wrong, in each way that leaves a chance:
// a request that changes something is performed, and its answer gets lost, since
// one that was not performed is an error by design. Logins are spared: there is
// to be one.
func troubled(a *simulator.Appliance) {
	reads := slices.Concat(unperformed, lostAnswers)
	for method, faults := range map[string][]fault{http.MethodPost: lostAnswers, http.MethodGet: reads} {
		for _, f := range faults {
			if f.how.Kind == simulator.Hang || f.how.Kind == simulator.SlowDrip {
				continue // they last as long as the request timeout; TestFaultMatrix sets the time
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

// TestLoad_commandLine pairs with 200 sites in one apply of the real provider while one
// request in twenty goes wrong: each pairing is there once, by one request, the
// state is whole, and one session served all. Without the preflight, because the
// plan is another process, which would log in for it.
func TestLoad_commandLine(t *testing.T) {
	acctest.CurrentCLI(t)
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			a, peers := unserved(t, service, loadOfApply, 400*time.Millisecond)
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
			troubled(a)
			out := w.MustRun(t, "apply", "-auto-approve", "-no-color", "-parallelism=50")
			acctest.RequireTexts(t, out, fmt.Sprintf("Apply complete! Resources: %d added", loadOfApply))
			pairedOnce(t, a, peers)
			if s := a.Stats(); s.Logins != 1 || s.Logouts != 1 || s.LiveSessions != 0 {
				t.Errorf("%d logins, %d logouts, %d sessions left", s.Logins, s.Logouts, s.LiveSessions)
			}
			wholeState(t, a, w)
			a.ClearFaults()
			acctest.RequireTexts(t, w.MustRun(t, "plan", "-no-color", "-parallelism=50"), "No changes.")
		})
	}
}

// pairedOnce checks that the appliance is paired with every peer, by one
// request each.
func pairedOnce(t *testing.T, a *simulator.Appliance, peers []*simulator.Appliance) {
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
	sent(t, a, len(peers), 0, 0)
}

// wholeState checks the state file against the appliance.
func wholeState(t *testing.T, a *simulator.Appliance, w *acctest.Workspace) {
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

// TestLoad_inProcess does the same inside this process, where a goroutine that is
// left fails the tests.
func TestLoad_inProcess(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			a, peers := unservedBy(t, startOnClock, service, loadInProcess, 400*time.Millisecond)
			a.SetTaskNaming(simulator.Unnamed) // where that can be
			troubled(a)
			p := configured(t, a, "service", string(service), "preflight", false, "max_concurrent_requests", 50, "max_retries", 4)
			plans := map[string]direct.Plan{}
			for _, peer := range peers {
				plans[peer.Site()] = p.Plan(t, pairingType, none, inTime(peer, "create", longTime.String())) // the waits of all move the clock
			}
			together(t, plans, func(t *testing.T, plan direct.Plan) {
				if object := apply(t, p, plan); object.Values["site"] != plan.Values["site"] {
					t.Errorf("state %v", object.Values)
				}
			})
			pairedOnce(t, a, peers)
			if s := a.Stats(); s.Logins != 1 {
				t.Errorf("%d logins", s.Logins)
			}
		})
	}
}
