package acctest_test

import (
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestGuideDay2_upgrade applies the re-pairing after an upgrade: a new release in
// repair_triggers sends one PUT, and the next plan is empty.
func TestGuideDay2_upgrade(t *testing.T) {
	t.Parallel()
	g := readGuide(t, guidesFolder+"/day-2-operations.md")
	upgraded := g.terraform(t, "Upgrading the appliances")
	s := newScenario(t, simulator.Manager)
	space := s.workspace(t, nil)
	space.Configure(t, "provider \"vcda\" {}\n")
	space.Env = append(space.Env, s.rootEnvironment()...)
	before := strings.Replace(s.fillIn(upgraded, ""), `"4.7.3"`, `"4.7.2"`, 1)
	space.Write(t, "pairing.tf", before)
	space.MustShell(t, "terraform apply -auto-approve")
	space.Write(t, "pairing.tf", s.fillIn(upgraded, ""))
	acctest.RequireTexts(t, space.MustShell(t, "terraform apply -auto-approve"), "0 added, 1 changed, 0 destroyed")
	space.MustRun(t, "plan", "-detailed-exitcode")
	if requests := s.a.Stats().Requests; requests["POST /sites"] != 1 || requests["PUT /sites/{key}"] != 1 {
		t.Errorf("requests: %v", requests)
	}
}
