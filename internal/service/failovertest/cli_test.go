package failovertest_test

import (
	"fmt"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestCommandLine: an apply tests, a second plan is empty, a destroy cleans up.
func TestCommandLine(t *testing.T) {
	t.Parallel()
	acctest.CurrentCLI(t)
	sites := acctest.StartAppliances(t, acctest.TwoSites(simulator.Cloud)...)
	b := sites.Appliance("site-b")
	id := b.Protect(simulator.Protection{SourceSite: "site-a", VApp: "shop"})
	w := acctest.NewWorkspace(t, acctest.ProviderBlock(b)+fmt.Sprintf("resource \"vcda_failover_test\" \"shop\" {\n  replication_id = %q\n}\n"+
		"output \"vapp\" {\n  value = vcda_failover_test.shop.recovered_vapp_id\n}\n", id))
	acctest.RequireTexts(t, w.MustRun(t, "apply", "-no-color", "-auto-approve"), "1 added", "vapp = ")
	w.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
	w.MustRun(t, "destroy", "-no-color", "-auto-approve")
	for _, r := range b.Replications() {
		if r.Recovery != simulator.NotStarted {
			t.Errorf("the recovery state of %s is %s", r.VMName, r.Recovery)
		}
	}
	if live := b.Stats().LiveSessions; live != 0 {
		t.Errorf("%d sessions are left", live)
	}
}
