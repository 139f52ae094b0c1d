package recoveryaction_test

import (
	"fmt"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestCommandLine invokes a failover, once more after it has failed in part.
func TestCommandLine(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, acctest.Actions)
	b := acctest.StartAppliances(t, acctest.TwoSites(simulator.Cloud)...).Appliance("site-b")
	shop := b.Protect(simulator.Protection{SourceSite: "site-a", VApp: "shop"})
	web := b.Protect(simulator.Protection{SourceSite: "site-a", VApp: "one", VM: "blog"})
	w := acctest.NewWorkspace(t, acctest.ProviderBlock(b)+fmt.Sprintf("action \"vcda_replication_failover\" \"all\" {\n  config {\n    replication_ids = [%q, %q]\n  }\n}\n", shop, web))
	invoke := []string{"apply", "-no-color", "-auto-approve", "-invoke=action.vcda_replication_failover.all"}
	b.FailNextTask("failover", "NoResources", "There is no memory left.")
	out, code := w.Run(t, invoke...)
	if code == 0 {
		t.Error("the command succeeds")
	}
	acctest.RequireTexts(t, out, "Unable to fail over 1 of 2 replications", "NoResources: There is no memory left", "1 of 2 ended, 1 failed")
	acctest.RequireTexts(t, w.MustRun(t, invoke...), "is skipped: it has been failed over", "1 of 1 ended, 0 failed", "Action complete: action.vcda_replication_failover.all")
	for _, r := range b.Replications() {
		if r.Recovery != simulator.Complete {
			t.Errorf("the recovery state of %s is %s", r.VMName, r.Recovery)
		}
	}
	if live := b.Stats().LiveSessions; live != 0 {
		t.Errorf("%d sessions are left", live)
	}
}
