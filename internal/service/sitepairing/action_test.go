package sitepairing_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func repairAction(id string) string {
	return fmt.Sprintf("action \"vcda_site_repair\" \"b\" {\n  config { id = %s }\n}\n", id)
}

var invoke = []string{"apply", "-no-color", "-auto-approve", "-invoke=action.vcda_site_repair.b"}

// TestRepair re-pairs from the command line: one request with the values that the appliance has stored, and messages
// about the task.
func TestRepair(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Actions)
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		a.SetTaskDuration(700 * time.Millisecond)
		key := a.Pair("site-b")
		b.Pair("site-a")
		a.SetDescription("site-b", "by hand")
		w := acctest.NewWorkspace(t, acctest.ProviderBlock(a)+repairAction(quoted(key)))
		out := w.MustRun(t, invoke...)
		acctest.RequireTexts(t, out, "the task", "is SUCCEEDED at 100 %")
		acctest.RequireNoTexts(t, out, "Warning: A link")
		requireSent(t, a, 0, 1, 0)
		if err := checkStored(a, otherURL(b), b.Thumbprint(), "by hand")(nil); err != nil {
			t.Error(err)
		}
	})
}

// TestRepair_trigger re-pairs once after a change of another resource.
func TestRepair_trigger(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Actions)
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		upgraded := func(version string) string {
			return config(a, argumentsFor(b)) + repairAction("vcda_site_pairing.b.id") + fmt.Sprintf("resource \"terraform_data\" \"upgrade\" {\n  input = %q\n"+
				"  lifecycle {\n    action_trigger {\n      events = [after_update]\n      actions = [action.vcda_site_repair.b]\n    }\n  }\n}\n", version)
		}
		w := acctest.NewWorkspace(t, upgraded("4.6"))
		w.MustRun(t, "apply", "-no-color", "-auto-approve")
		requireSent(t, a, 1, 0, 0)
		w.Configure(t, upgraded("4.7"))
		acctest.RequireTexts(t, w.MustRun(t, "apply", "-no-color", "-auto-approve"), "is SUCCEEDED at 100 %", "A link does not work yet: PeerSiteNotPaired")
		requireSent(t, a, 1, 1, 0)
		w.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
	})
}

// TestRepair_fails: a wrong id lists the right ones; a failed task shows its reason.
func TestRepair_fails(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Actions)
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		failing := func(id string, says ...string) {
			t.Helper()
			out, code := acctest.NewWorkspace(t, acctest.ProviderBlock(a)+repairAction(quoted(id))).Run(t, invoke...)
			if code == 0 {
				t.Error("the command succeeds")
			}
			acctest.RequireTexts(t, out, says...)
		}
		failing("", "string length must be at least 1")
		failing("site-x", "Unable to re-pair the site site-x", "The appliance is paired with no such site. There are no pairings: pair first")
		key := a.Pair("site-b")
		failing("site-x", "Give the id, which comes first, of one of these:", key+" site-b "+otherURL(b))
		requireSent(t, a, 0, 0, 0)
		a.FailNextTask("repair", "Broken", "It broke.")
		failing(key, "Unable to re-pair the site "+key, "Broken: It broke.")
		requireSent(t, a, 0, 1, 0)
		if live := a.Stats().LiveSessions; live != 0 {
			t.Errorf("%d sessions are left", live)
		}
	})
}
