package health_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const checkType = "vcda_health_check"

// TestAction_findings: the action succeeds on a healthy appliance, and fails with each
// error that the task finds.
func TestAction_findings(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			clock := clocktest.New()
			a := acctest.StartAppliancesAt(t, clock, acctest.TwoSites(service)...).Appliance("site-a")
			a.SetTaskDuration(time.Minute)
			p := acctest.ConnectAt(t, clock, a, nil)
			messages, diags := p.Invoke(t, checkType, direct.Values{})
			if errors := diags.Errors(); len(errors) > 0 {
				t.Fatal(errors)
			}
			acctest.RequireTexts(t, strings.Join(messages, "\n"), "Checking the appliance at "+a.URL()+": the task ", "is SUCCEEDED at 100 %", "The appliance at "+a.URL()+" is healthy.")

			a.SetTaskDuration(0)
			a.SetHealthError("ntpError", "NtpOff", "The clock is wrong.")
			a.SetHealthError("dbError", "DbDown", "No database.")
			a.SetReplicators(nil, []string{"replicator-1"})
			messages, diags = p.Invoke(t, checkType, direct.Values{})
			found := strings.Join(diags.Errors(), "\n")
			acctest.RequireTexts(t, found, "The appliance is not healthy: database: DbDown: No database.",
				"The appliance is not healthy: NTP: NtpOff: The clock is wrong.", "The appliance is not healthy: replicator https://replicator-1:8043")
			acctest.RequireNoTexts(t, found, "lookup service")
			acctest.RequireNoTexts(t, strings.Join(messages, "\n"), "is healthy.")

			a.FailNextTask("health", "Failed", "It failed.")
			_, diags = p.Invoke(t, checkType, direct.Values{})
			acctest.RequireTexts(t, strings.Join(diags.Errors(), "\n"), "Unable to read the appliance's health", "Failed: It failed.")
		})
	}
}

// TestAction_triggeredByApply: an unhealthy appliance fails the apply that triggers the
// action.
func TestAction_triggeredByApply(t *testing.T) {
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
	a.SetHealthError("ntpError", "", "")
	acctest.RequireTexts(t, w.MustRun(t, "apply", "-no-color", "-auto-approve"), "The appliance at "+a.URL()+" is healthy.")
	if live := a.Stats().LiveSessions; live != 0 {
		t.Errorf("%d sessions are left", live)
	}
}
