package acctest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

var junitReports = acctest.Feature{Name: "JUnit reports", Terraform: 11}

// TestGuideDrills runs the job of the guide, and cleans up after a killed job.
func TestGuideDrills(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, junitReports)
	g := readGuide(t, guidesFolder+"/dr-drills-in-ci.md")
	job := g.shell(t, "The job")
	left, cleanUp := g.terraform(t, "Clean up by hand"), g.shell(t, "Clean up by hand")
	s, ids := newDrillScenario(t, simulator.NotStarted)
	space := s.workspace(t, nil)
	space.Env = append(space.Env, s.rootEnvironment()...)
	if err := os.Remove(filepath.Join(space.Dir, "main.tf")); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(space.Dir, os.DirFS(filepath.Join(examples, "dr-drill"))); err != nil {
		t.Fatal(err)
	}
	up := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(up.Close)
	writeJSON(t, space, "drills.json", map[string]any{"shop": map[string]any{"replication_id": ids["C4VAPP"], "check": up.URL}})
	acctest.RequireTexts(t, space.MustShell(t, job), "1 passed, 0 failed.")
	if report, err := os.ReadFile(filepath.Join(space.Dir, "drill.xml")); err != nil || !strings.Contains(string(report), "<testsuites") {
		t.Errorf("the JUnit report is %s, %v", report, err)
	}
	s.checkCleanedUp(t)

	for _, r := range s.a.Replications() {
		s.fixture.Recover(r.ID, "failoverTest")
	}
	other := s.workspace(t, nil)
	other.Env = append(other.Env, s.rootEnvironment()...)
	other.Write(t, "main.tf", replicationLiteral.ReplaceAllString(left, ids["C4VAPP"]))
	acctest.RequireTexts(t, other.MustShell(t, cleanUp), "1 imported", "1 destroyed")
	for _, r := range s.a.Replications() {
		if r.GroupID() == ids["C4VAPP"] && r.Recovery != simulator.NotStarted {
			t.Errorf("the state of %s is %s", r.VMName, r.Recovery)
		}
	}
}

// TestGuideFailingOver fails over, with the source down and with both sites up, reads the
// recovered VMs, and goes back.
func TestGuideFailingOver(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, acctest.Actions)
	g := readGuide(t, guidesFolder+"/failing-over.md")
	prepared, failOver, recovered := g.terraform(t, "Prepare"), g.shell(t, "Fail over"), g.shell(t, "Import what was recovered")
	reverse, protect := g.terraform(t, "Reverse"), g.shell(t, "Reverse")
	migrate, back := g.terraform(t, "Go back"), g.shell(t, "Go back")
	for name, lost := range map[string]bool{"the source is down": true, "both sites are up": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sites := acctest.TwoSites(simulator.Manager)
			sites[1].Unserved = lost
			fixture := acctest.StartAppliances(t, sites...)
			s := scenario{fixture: fixture, a: fixture.Appliance("site-a"), b: fixture.Appliance("site-b")}
			s.a.Pair("site-b")
			s.b.Pair("site-a")
			id := s.a.Protect(simulator.Protection{SourceSite: "site-b", VM: "web"})
			fixture.StoreSettings(id, map[string]any{"failoverPlacement": map[string]any{"host": "host-4"}})
			space := s.workspace(t, nil)
			space.Env = append(space.Env, s.rootEnvironment()...)
			use := func(text string) string {
				return strings.ReplaceAll(text, "H4-7c1f5a0e-93d2-4f6b-8e57-2b90d4c6a813", id)
			}
			space.Write(t, "main.tf", use(prepared))
			acctest.RequireTexts(t, space.MustShell(t, failOver), "web: failed over after", "1 of 1 ended, 0 failed.")
			acctest.RequireTexts(t, space.MustShell(t, failOver), "web is skipped")
			space.MustShell(t, recovered)
			var vms map[string]struct{ ID, Name string }
			if err := json.Unmarshal([]byte(space.MustRun(t, "output", "-json", "recovered")), &vms); err != nil || vms[id].ID == "" {
				t.Errorf("recovered: %v, %v", vms, err)
			}
			if lost {
				return
			}
			space.Write(t, "back.tf", use(reverse+migrate))
			acctest.RequireTexts(t, space.MustShell(t, protect), "web: reversed after")
			acctest.RequireTexts(t, space.MustShell(t, protect), "web is skipped")
			acctest.RequireTexts(t, space.MustShell(t, back), "web: migrated after")
			for _, r := range s.a.Replications() {
				if !r.Reversed || r.Recovery != simulator.Complete {
					t.Errorf("the replication of %s is %+v", r.VMName, r)
				}
			}
			checkLoggedOut(t, s.a)
		})
	}
}
