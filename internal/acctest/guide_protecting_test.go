package acctest_test

import (
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestGuideProtecting follows the guide: the first replication, the others beside
// it, and the import into an empty state.
func TestGuideProtecting(t *testing.T) {
	t.Parallel()
	g := readGuide(t, guidesFolder+"/protecting-workloads.md")
	first, profile := g.terraform(t, "The first replication"), g.terraform(t, "Settings or an SLA profile")
	policy, imported := g.terraform(t, "Rights"), g.terraform(t, "Importing existing replications")
	w := newWorld(t, simulator.Cloud)
	w.pair(t)
	// The vApp of the second block has the VM of the first: the reader has another one.
	profile = strings.Replace(profile, exampleVApp, w.b.Workloads().VApps[1].ID, 1)
	desk := func(files map[string]string) *acctest.Workspace {
		space := w.desk(t, nil)
		space.Env = append(append(space.Env, w.asRoot()...), "TF_VAR_site_b_password="+w.b.Accounts().VCDUsers[0].Password)
		for name, text := range files {
			space.Write(t, name, strings.ReplaceAll(text, "https://vcda-a.example.com", w.a.URL()))
		}
		return space
	}
	made := desk(map[string]string{"main.tf": first, "profile.tf": profile, "policy.tf": policy})
	made.MustShell(t, "terraform apply")
	made.MustRun(t, "plan", "-detailed-exitcode")
	if n := len(w.a.Replications()); n != 2 {
		t.Errorf("%d replications", n)
	}
	block, _, _ := strings.Cut(first, "resource \"vcda_vm_replication\"")
	again := desk(map[string]string{"main.tf": block, "import.tf": imported})
	acctest.RequireTexts(t, again.MustShell(t, "terraform apply"), "2 imported, 0 added, 0 changed, 0 destroyed")
	again.MustRun(t, "plan", "-detailed-exitcode")
	made.MustShell(t, "terraform destroy")
	if left := w.a.Replications(); len(left) > 0 {
		t.Errorf("left %+v", left)
	}
	w.checkSessions(t)
}
