package acctest_test

import (
	"maps"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// drillExamples are the examples that need a replication, by the state of its recovery.
var drillExamples = map[string]string{
	"resources/vcda_failover_test":      simulator.NotStarted,
	"actions/vcda_replication_sync":     simulator.NotStarted,
	"actions/vcda_replication_failover": simulator.NotStarted,
	"actions/vcda_replication_migrate":  simulator.NotStarted,
	"actions/vcda_replication_reverse":  simulator.Complete,
}

var replicationLiteral = regexp.MustCompile(`(C4VAPP|C4)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// TestDrillExamples applies each example with replications to site-a, invokes its
// actions, destroys, and imports.
func TestDrillExamples(t *testing.T) {
	t.Parallel()
	for name, state := range drillExamples {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder, _, _ := strings.Cut(name, "/")
			acctest.SkipUnlessSupported(t, kinds[folder]...)
			w, ids := drillWorld(t, state)
			space := w.drillSpace(t, name, ids, "")
			space.MustRun(t, "apply", "-no-color", "-auto-approve")
			space.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
			for _, match := range actionBlock.FindAllStringSubmatch(exampleText(t, name), -1) {
				action := "action." + match[1] + "." + match[2]
				acctest.RequireTexts(t, space.MustRun(t, "apply", "-no-color", "-auto-approve", "-invoke="+action), "Action complete: "+action)
			}
			space.MustRun(t, "destroy", "-no-color", "-auto-approve")
			w.checkSessions(t)
		})
	}
}

// TestDrillExamples_import imports an active test in each way that is shown.
func TestDrillExamples_import(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, acctest.Identity)
	const name = "resources/vcda_failover_test"
	for _, file := range []string{"import-by-string-id.tf", "import-by-identity.tf"} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			w, ids := drillWorld(t, simulator.Testing)
			space := w.drillSpace(t, name, ids, file)
			acctest.RequireTexts(t, space.MustRun(t, "apply", "-no-color", "-auto-approve"), "1 imported, 0 added, 0 changed, 0 destroyed")
			space.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
		})
	}
	script := files(t, filepath.Join(examples, name))["import.sh"]
	for line := range strings.SplitSeq(script, "\n") {
		command := strings.Fields(line)
		if len(command) == 0 || command[0] == "#" {
			continue
		}
		t.Run(command[len(command)-1], func(t *testing.T) {
			t.Parallel()
			w, ids := drillWorld(t, simulator.Testing)
			id := strings.Replace(replicationLiteral.ReplaceAllString(command[len(command)-1], ids["C4VAPP"]), "site-b", "site-a", 1)
			w.drillSpace(t, name, ids, "").MustRun(t, "import", "-no-color", command[2], id)
		})
	}
}

// drillWorld is two sites of the Cloud service, with a replication of a vApp and
// one of a VM to site-a.
func drillWorld(t *testing.T, state string) (w world, ids map[string]string) {
	t.Helper()
	w = newWorld(t, simulator.Cloud)
	w.a.Pair("site-b")
	w.b.Pair("site-a")
	vapp := simulator.Protection{SourceSite: "site-b", VApp: "drilled", Recovery: state}
	vm := vapp
	vm.VApp, vm.VM = "blog", "blog"
	return w, map[string]string{"C4VAPP": w.a.Protect(vapp), "C4": w.a.Protect(vm)}
}

// drillSpace is a folder with the files of an example, of those that import only
// one, in which the ids are those of the replications.
func (w world) drillSpace(t *testing.T, name string, ids map[string]string, importing string) *acctest.Workspace {
	t.Helper()
	password := w.a.Accounts().VCDUsers[0].Password
	space := acctest.NewWorkspace(t, "provider \"vcda\" {\n  session_extensions = [{ site = \"site-b\", credentials = { username = \""+w.a.Accounts().VCDUsers[0].Username+"\", password = \""+password+"\" } }]\n}\n")
	space.Env = append(space.Env, w.env...)
	texts := files(t, filepath.Join(examples, name))
	maps.DeleteFunc(texts, func(file, _ string) bool {
		return strings.HasSuffix(file, ".sh") || strings.HasPrefix(file, "import") && file != importing
	})
	for file, text := range texts {
		space.Write(t, file, replicationLiteral.ReplaceAllStringFunc(text, func(id string) string {
			kind, _, _ := strings.Cut(id, "-")
			return ids[kind]
		}))
	}
	return space
}
