package acctest_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// planExamples are the examples of recovery plans, with what a CLI needs for them.
// TestRecoveryPlanExamples runs them.
var planExamples = map[string][]acctest.Feature{
	"resources/vcda_recovery_plan":        nil,
	"resources/vcda_recovery_plan_test":   nil,
	"actions/vcda_recovery_plan_failover": {acctest.Actions},
	"actions/vcda_recovery_plan_migrate":  {acctest.Actions},
}

// examplePlan is the id that the import examples make up.
const examplePlan = "16fd2706-8baf-433b-82eb-8c7fada847da"

// planWorkspace is a folder with the files of an example that are wanted, at an
// appliance with the replications that the example names.
func planWorkspace(t *testing.T, name string, wanted func(file string) bool) (world, *acctest.Workspace) {
	t.Helper()
	w := newWorld(t, simulator.Manager)
	isMigration := strings.HasSuffix(name, "migrate")
	database := w.a.Protect(simulator.Protection{SourceSite: "site-b", VM: "db", Migration: isMigration})
	server := w.a.Protect(simulator.Protection{SourceSite: "site-b", VM: "web", Migration: isMigration})
	w.a.AddRecoveryPlan(simulator.RecoveryPlan{
		ID: examplePlan, Name: "imported", LastOperation: "TEST", State: "COMPLETE",
		Steps: []simulator.RecoveryStep{
			{Name: "databases", Replications: []string{database}},
			{Name: "web servers", Replications: []string{server}, Delay: 5 * time.Minute, Prompt: "Do the databases answer?"},
		},
	})
	space := acctest.NewWorkspace(t, "provider \"vcda\" {}\n")
	space.Env = append(space.Env, w.env...)
	ids := strings.NewReplacer("H4-1b4e28ba-2fa1-41d2-883f-0016d3cca427", database, "H4-6fa459ea-ee8a-4ca4-894e-db77e160355e", server)
	for file, text := range files(t, filepath.Join(examples, name)) {
		if strings.HasSuffix(file, ".tf") && wanted(file) {
			space.Write(t, file, ids.Replace(text))
		}
	}
	return w, space
}

// TestRecoveryPlanExamples applies each example, looks whether a second plan is
// empty, invokes its action, destroys, and imports.
func TestRecoveryPlanExamples(t *testing.T) {
	t.Parallel()
	for name, needed := range planExamples {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.SkipUnlessSupported(t, needed...)
			w, space := planWorkspace(t, name, func(file string) bool { return !strings.HasPrefix(file, "import") })
			space.MustRun(t, "apply", "-no-color", "-auto-approve")
			space.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
			for _, match := range actionBlock.FindAllStringSubmatch(exampleText(t, name), -1) {
				action := "action." + match[1] + "." + match[2]
				acctest.RequireTexts(t, space.MustRun(t, "apply", "-no-color", "-auto-approve", "-invoke="+action),
					"Step 2 of 2, web servers, is recovered.", "Report: step databases: SUCCEEDED", "Action complete: "+action)
			}
			space.MustRun(t, "destroy", "-no-color", "-auto-approve")
			w.checkSessions(t)
		})
	}
}

func TestRecoveryPlanExamples_import(t *testing.T) {
	t.Parallel()
	for _, object := range []string{"vcda_recovery_plan", "vcda_recovery_plan_test"} {
		for _, block := range []string{"import-by-string-id.tf", "import-by-identity.tf", "import.sh"} {
			t.Run(object+" "+block, func(t *testing.T) {
				t.Parallel()
				if strings.Contains(block, "identity") {
					acctest.SkipUnlessSupported(t, acctest.Identity)
				}
				w, space := planWorkspace(t, "resources/"+object, func(file string) bool { return file == "resource.tf" || file == block })
				if object == "vcda_recovery_plan_test" { // beside the plan that is imported
					space.Write(t, "resource.tf", "resource \"vcda_recovery_plan_test\" \"shop\" {\n  plan_id = \""+examplePlan+"\"\n}\n")
				}
				if block == "import.sh" {
					space.MustRun(t, "import", "-no-color", object+".shop", examplePlan)
				} else {
					acctest.RequireTexts(t, space.MustRun(t, "apply", "-no-color", "-auto-approve"), "1 imported, 0 added,", "0 destroyed")
				}
				space.MustRun(t, "apply", "-no-color", "-auto-approve") // the name and description of the example
				space.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
				w.checkSessions(t)
			})
		}
	}
}
