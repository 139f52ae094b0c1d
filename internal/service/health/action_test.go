package health_test

import (
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestHealthCheck: the action succeeds while all is well, and fails with each
// error the task found.
func TestHealthCheck(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Actions)
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			a := acctest.StartAppliances(t, acctest.TwoSites(service)...).Appliance("site-a")
			a.SetTaskDuration(700 * time.Millisecond)
			w := acctest.NewWorkspace(t, acctest.ProviderBlock(a)+"action \"vcda_health_check\" \"a\" {}\n")
			check := []string{"apply", "-no-color", "-auto-approve", "-invoke=action.vcda_health_check.a"}
			acctest.RequireTexts(t, w.MustRun(t, check...), "is RUNNING at", "is SUCCEEDED at 100 %", "The appliance at "+a.URL()+" is healthy.")

			a.SetHealthError("ntpError", "NtpOff", "The clock is wrong.")
			a.SetHealthError("dbError", "DbDown", "No database.")
			a.SetReplicators(nil, []string{"replicator-1"})
			out, code := w.Run(t, check...)
			if code == 0 {
				t.Error("the command succeeds")
			}
			acctest.RequireTexts(t, out, "Error: The appliance is not healthy: database", "DbDown: No database.",
				"Error: The appliance is not healthy: NTP", "NtpOff: The clock is wrong.",
				"Error: The appliance is not healthy: replicator https://replicator-1:8043")
			acctest.RequireNoTexts(t, out, "is healthy.", "lookup service")

			a.FailNextTask("health", "Broken", "It broke.")
			out, code = w.Run(t, check...)
			if code == 0 {
				t.Error("the command succeeds")
			}
			acctest.RequireTexts(t, out, "Unable to learn the health of the appliance", "Broken: It broke.")
			if live := a.Stats().LiveSessions; live != 0 {
				t.Errorf("%d sessions are left", live)
			}
		})
	}
}

// TestHealthCheckTriggered fails the apply that triggers it.
func TestHealthCheckTriggered(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Actions)
	t.Parallel()
	a := acctest.StartAppliances(t, acctest.TwoSites(simulator.Manager)...).Appliance("site-a")
	a.SetHealthError("ntpError", "NtpOff", "The clock is wrong.")
	w := acctest.NewWorkspace(t, acctest.ProviderBlock(a)+"action \"vcda_health_check\" \"a\" {}\nresource \"terraform_data\" \"drill\" {\n  lifecycle {\n"+
		"    action_trigger {\n      events = [before_create]\n      actions = [action.vcda_health_check.a]\n    }\n  }\n}\n")
	out, code := w.Run(t, "apply", "-no-color", "-auto-approve")
	if code == 0 {
		t.Error("the apply succeeds")
	}
	acctest.RequireTexts(t, out, "The appliance is not healthy: NTP", "NtpOff: The clock is wrong.")
	acctest.RequireNoTexts(t, w.MustRun(t, "show", "-no-color"), "terraform_data.drill")
}
