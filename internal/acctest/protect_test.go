package acctest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// newProtectWorkspace makes a workspace that uses a module of examples, with a provider for
// the destination, site-b.
func newProtectWorkspace(t *testing.T, module string, b *simulator.Appliance, arguments string) *acctest.Workspace {
	t.Helper()
	space := acctest.NewWorkspace(t, acctest.ProviderBlock(b, extendedTo(b, "site-a"))+fmt.Sprintf("module \"this\" {\n  source = \"./%s\"\n%s}\n", module, arguments))
	if err := os.CopyFS(filepath.Join(space.Dir, module), os.DirFS(filepath.Join(examples, module))); err != nil {
		t.Fatal(err)
	}
	space.MustRun(t, "get", "-no-color")
	return space
}

// extendedTo returns the argument of a provider block that extends the session to a site,
// "" on the Manager service.
func extendedTo(a *simulator.Appliance, site string) string {
	if a.Service() == simulator.Manager {
		return ""
	}
	user := a.Accounts().VCDUsers[0]
	return fmt.Sprintf("session_extensions = [{ site = %q, credentials = { username = %q, password = %q } }]", site, user.Username, user.Password)
}

func pairedSites(t *testing.T, service simulator.Service) (a, b *simulator.Appliance, sites *simulator.Fixture) {
	t.Helper()
	sites = acctest.StartAppliances(t, withWorkloads(acctest.TwoSites(service))...)
	a, b = sites.Appliance("site-a"), sites.Appliance("site-b")
	a.Pair("site-b")
	b.Pair("site-a")
	return a, b, sites
}

func TestProtectVApp(t *testing.T) {
	t.Parallel()
	_, b, sites := pairedSites(t, simulator.Cloud)
	space := newProtectWorkspace(t, "protect-vapp", b, `  source_site      = "site-a"
  destination_site = "site-b"
  vapp             = "shop"
  vdc              = "acme-vdc"
`)
	space.MustRun(t, "apply", "-no-color", "-auto-approve")
	all := b.Replications()
	if len(all) != 2 || all[0].RPO != 30 || all[0].SLAProfile != exampleProfile {
		t.Fatalf("replications %+v", all)
	}
	sites.EditReplication(all[0].ID, func(r *simulator.Replication) { r.LastError, r.RPOViolation = "DiskFull", 7 })
	acctest.RequireTexts(t, space.MustRun(t, "apply", "-no-color", "-auto-approve"), "The replication of shop is RED", "7 minutes older than its RPO allows", "0 added, 0 changed, 0 destroyed")
	space.MustRun(t, "destroy", "-no-color", "-auto-approve")
	if left := b.Replications(); len(left) > 0 {
		t.Errorf("left %+v", left)
	}
	checkLoggedOut(t, b)
}

func TestProtectVMs(t *testing.T) {
	t.Parallel()
	a, b, _ := pairedSites(t, simulator.Manager)
	space := newProtectWorkspace(t, "protect-vms", b, fmt.Sprintf(`  from = { site = "site-a", vcenter_id = %q }
  to = {
    site             = "site-b"
    vcenter_id       = %q
    datastore_id     = "datastore-1"
    vm_folder_id     = "group-v4"
    resource_pool_id = "resgroup-4"
    network_id       = "network-14"
    test_network_id  = "network-99"
  }
  vms = {
    web = { vm_id = "vm-101", rpo_minutes = 60, instances = 3 }
    db  = { vm_id = "vm-102" }
  }
`, a.Workloads().VCenterID, b.Workloads().VCenterID))
	space.MustRun(t, "apply", "-no-color", "-auto-approve")
	space.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
	all := b.Replications()
	if len(all) != 2 || b.StoredSettings(all[0].ID) == nil {
		t.Fatalf("replications %+v", all)
	}
	if requests := b.Stats().Requests; requests["POST /replications"] != 2 {
		t.Errorf("requests %v", requests)
	}
	space.MustRun(t, "destroy", "-no-color", "-auto-approve")
	if left := b.Replications(); len(left) > 0 {
		t.Errorf("left %+v", left)
	}
	checkLoggedOut(t, b)
}
