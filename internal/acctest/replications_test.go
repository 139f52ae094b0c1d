package acctest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// replicated has a workspace with one replication from site a to site b.
type replicated struct {
	kind  string // of the replication
	path  string // of its calls
	a, b  *simulator.Appliance
	space *acctest.Workspace
}

// eachReplication runs a test for each kind of replication, with tasks of a duration.
func eachReplication(t *testing.T, taskDuration time.Duration, test func(t *testing.T, r replicated)) {
	t.Helper()
	t.Parallel()
	for kind, path := range map[string]string{"vm": "/vm-replications", "vapp": "/vapp-replications", "vsphere": "/replications"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			service := simulator.Cloud
			if kind == "vsphere" {
				service = simulator.Manager
			}
			a, b, _ := pairedSites(t, service)
			b.SetTaskDuration(taskDuration)
			test(t, replicated{kind, path, a, b, acctest.NewWorkspace(t, "")})
		})
	}
}

// configure writes the configuration, with more arguments.
func (r replicated) configure(t *testing.T, arguments ...string) {
	t.Helper()
	from, to := r.a.Workloads(), r.b.Workloads()
	var ends string
	switch r.kind {
	case "vsphere":
		ends = fmt.Sprintf(`source = { site = "site-a", vcenter_id = %q, vm_id = %q }
  destination = { site = "site-b", vcenter_id = %q, datastore_id = "datastore-1" }`, from.VCenterID, from.VMs[0].ID, to.VCenterID)
	case "vapp":
		ends = fmt.Sprintf(`source = { site = "site-a", vapp = { id = %q } }
  destination = { site = "site-b", vcloud = { vdc_id = %q } }`, from.VApps[0].ID, to.VDCs[0].ID)
	default:
		ends = fmt.Sprintf(`source = { site = "site-a", vm = { id = %q } }
  destination = { site = "site-b", vcloud = { vdc_id = %q } }`, from.VApps[0].VMs[0].ID, to.VDCs[0].ID)
	}
	r.space.Configure(t, acctest.ProviderBlock(r.b, extendedTo(r.b, "site-a"))+fmt.Sprintf("resource \"vcda_%s_replication\" \"this\" {\n  %s\n  %s\n}\n", r.kind, ends, strings.Join(arguments, "\n  ")))
}

// settings returns the argument with the network or recovery settings.
func (r replicated) settings() string {
	switch r.kind {
	case "vsphere":
		return `recovery_settings = { failover = { vm_folder_id = "group-v4" } }`
	case "vapp":
		return fmt.Sprintf(`network_settings = { failover = { nics = { (%q) = [{ index = 0, network = "production" }, { index = 1, connected = false }] } } }`, r.a.Workloads().VApps[0].VMs[0].ID)
	}
	return `network_settings = { failover = { nics = [{ index = 0, network = "production" }] } }`
}

// sent returns the number of starts, changes and stops that the destination received.
func (r replicated) sent() [3]int {
	requests := r.b.Stats().Requests
	return [3]int{requests["POST "+r.path], requests["PATCH "+r.path+"/{id}"], requests["DELETE "+r.path+"/{id}"]}
}

// id returns the id of the replication at the destination.
func (r replicated) id(t *testing.T) string {
	t.Helper()
	all := r.b.Replications()
	if len(all) == 0 {
		t.Fatal("nothing is replicated")
	}
	if r.kind == "vapp" {
		return all[0].GroupID()
	}
	return all[0].ID
}

// TestReplications_killed kills each operation right after its request was performed. The
// next command continues, and nothing is sent twice.
func TestReplications_killed(t *testing.T) {
	eachReplication(t, time.Second, func(t *testing.T, r replicated) {
		apply := []string{"apply", "-no-color", "-auto-approve"}
		destination := []*simulator.Appliance{r.b}
		r.configure(t)
		runKilled(t, r.space, r.path, destination, apply...)
		out, code := r.space.Run(t, apply...)
		if code == 0 {
			t.Fatalf("a replication that is not in the state is adopted:\n%s", out)
		}
		acctest.RequireTexts(t, out, "is already replicated to this destination", "terraform import vcda_"+r.kind+"_replication.NAME "+r.id(t), "adopt_existing = true")
		r.configure(t, "adopt_existing = true")
		r.space.MustRun(t, apply...)

		r.configure(t, "rpo_minutes = 60")
		runKilled(t, r.space, r.path+"/"+r.id(t), destination, apply...)
		r.space.MustRun(t, apply...)
		if rpo := r.b.Replications()[0].RPO; rpo != 60 {
			t.Errorf("the RPO is %d", rpo)
		}
		r.space.MustRun(t, "plan", "-no-color", "-detailed-exitcode")

		runKilled(t, r.space, r.path+"/"+r.id(t), destination, "destroy", "-no-color", "-auto-approve")
		r.space.MustRun(t, "destroy", "-no-color", "-auto-approve")
		if left := r.b.Replications(); len(left) > 0 {
			t.Errorf("left %+v", left)
		}
		if sent := r.sent(); sent != [3]int{1, 1, 1} {
			t.Errorf("sent %v starts, changes and stops", sent)
		}
	})
}

// TestReplications_createBeforeDestroy requires that a replacement of a replication by
// itself never loses it, with and without adopt_existing.
func TestReplications_createBeforeDestroy(t *testing.T) {
	eachReplication(t, 20*time.Millisecond, func(t *testing.T, r replicated) {
		const before = "lifecycle {\n    create_before_destroy = true\n  }"
		replace := []string{"apply", "-no-color", "-auto-approve", "-replace=vcda_" + r.kind + "_replication.this"}
		r.configure(t, before)
		r.space.MustRun(t, "apply", "-no-color", "-auto-approve")
		out, code := r.space.Run(t, replace...)
		if code == 0 {
			t.Errorf("it is replaced:\n%s", out)
		}
		acctest.RequireTexts(t, out, "create_before_destroy")
		r.configure(t, "adopt_existing = true", before)
		acctest.RequireTexts(t, r.space.MustRun(t, replace...), "only removed from the state")
		if sent := r.sent(); sent != [3]int{1, 0, 0} {
			t.Errorf("sent %v starts, changes and stops", sent)
		}
		r.space.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
		r.space.MustRun(t, "destroy", "-no-color", "-auto-approve")
		if left := r.b.Replications(); len(left) > 0 {
			t.Errorf("left %+v", left)
		}
	})
}

// TestReplications_twoResources requires that the plan refuses a second resource for a
// replication of the state.
func TestReplications_twoResources(t *testing.T) {
	eachReplication(t, 20*time.Millisecond, func(t *testing.T, r replicated) {
		r.configure(t)
		r.space.MustRun(t, "apply", "-no-color", "-auto-approve")
		r.configure(t, "count          = 2", "adopt_existing = true")
		r.space.MustRun(t, "state", "mv", "vcda_"+r.kind+"_replication.this", "vcda_"+r.kind+"_replication.this[0]")
		out, code := r.space.Run(t, "plan", "-no-color")
		if code == 0 {
			t.Errorf("the plan succeeds:\n%s", out)
		}
		acctest.RequireTexts(t, out, "Two resources for one replication")
		r.configure(t)
		r.space.MustRun(t, "destroy", "-no-color", "-auto-approve")
	})
}

// TestReplications_leakNoGuestPasswords requires that the guest passwords in the responses
// of the appliance are in no state, plan or trace log.
func TestReplications_leakNoGuestPasswords(t *testing.T) {
	eachReplication(t, 20*time.Millisecond, func(t *testing.T, r replicated) {
		r.configure(t, r.settings())
		r.space.Write(t, "read.tf", fmt.Sprintf(`data "vcda_%[1]s_replications" "all" {
  depends_on = [vcda_%[1]s_replication.this]
}
data "vcda_replication" "this" {
  id = vcda_%[1]s_replication.this.id
}
output "all" {
  value = [data.vcda_%[1]s_replications.all, data.vcda_replication.this]
}
`, r.kind))
		r.space.Trace()
		out := r.space.MustRun(t, "plan", "-no-color", "-out=planned") + r.space.MustRun(t, "apply", "-no-color", "planned") + r.space.MustRun(t, "show", "-no-color")
		r.configure(t, r.settings(), "rpo_minutes = 60")
		out += r.space.MustRun(t, "apply", "-no-color", "-auto-approve") + r.space.MustRun(t, "destroy", "-no-color", "-auto-approve")
		r.space.Write(t, "output.txt", out)
		r.space.RequireLogged(t, "GET", r.path, "HTTP request")
		r.space.RequireNoSecrets(t, simulator.SecretAdminPassword, simulator.SecretDomainPassword)
	})
}
