package acctest_test

import (
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestGuideProtecting applies the configurations of the guide, and imports the replications
// into an empty state.
func TestGuideProtecting(t *testing.T) {
	t.Parallel()
	g := readGuide(t, guidesFolder+"/protecting-workloads.md")
	first, profile := g.terraform(t, "The first replication"), g.terraform(t, "Settings or an SLA profile")
	policy, imported := g.terraform(t, "Rights"), g.terraform(t, "Importing existing replications")
	s := newScenario(t, simulator.Cloud)
	s.pair(t)
	// In the simulated site, the vApp of the second block contains the VM of the first.
	profile = strings.Replace(profile, exampleVApp, s.b.Workloads().VApps[1].ID, 1)
	workspace := func(files map[string]string) *acctest.Workspace {
		space := s.workspace(t, nil)
		space.Env = append(append(space.Env, s.rootEnvironment()...), "TF_VAR_site_b_password="+s.b.Accounts().VCDUsers[0].Password)
		for name, text := range files {
			space.Write(t, name, strings.ReplaceAll(text, "https://vcda-a.example.com", s.a.URL()))
		}
		return space
	}
	made := workspace(map[string]string{"main.tf": first, "profile.tf": profile, "policy.tf": policy})
	made.MustShell(t, "terraform apply")
	made.MustRun(t, "plan", "-detailed-exitcode")
	if n := len(s.a.Replications()); n != 2 {
		t.Errorf("%d replications", n)
	}
	block, _, _ := strings.Cut(first, "resource \"vcda_vm_replication\"")
	again := workspace(map[string]string{"main.tf": block, "import.tf": imported})
	acctest.RequireTexts(t, again.MustShell(t, "terraform apply"), "2 imported, 0 added, 0 changed, 0 destroyed")
	again.MustRun(t, "plan", "-detailed-exitcode")
	made.MustShell(t, "terraform destroy")
	if left := s.a.Replications(); len(left) > 0 {
		t.Errorf("left %+v", left)
	}
	s.checkSessions(t)
}
