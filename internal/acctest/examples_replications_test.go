package acctest_test

import (
	"strings"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// exampleIDs are the ids of workloads that the examples name. The simulated sites
// have them.
var exampleIDs = map[string]bool{}

// exampleID notes an id.
func exampleID(id string) string {
	exampleIDs[id] = true
	return id
}

var (
	exampleVM      = exampleID("441a891a-6d6c-4b3f-9a3b-0d5e2d2c7f10")
	exampleVApp    = exampleID("0f3c2a6e-7b1d-4e58-8c94-5a2b9d7e1f36")
	exampleVDC     = exampleID("d6977f40-2c8e-4a15-b7f3-9e6d1c0a5b82")
	exampleNetwork = exampleID("8a5d3f17-4e92-4c6b-a0d8-7b1c2e9f6a45")
	exampleProfile = exampleID("b5d7f9e1-3c2a-4810-a6e4-8c0f2d4b6a97")
	examplePolicy  = exampleID("6e8d0c2b-4a69-4f87-95b3-1c3e5a7d9f08")

	exampleVCenters = map[string]string{
		"site-a": exampleID("3b7e9c15-8d2f-4a64-b1e0-6c5d4f3a2b19"), "site-b": exampleID("9d1f3a57-2c4e-4b86-8f0a-1e3c5d7b9f24"),
	}
)

// withWorkloads gives the sites the workloads of the examples.
func withWorkloads(sites []simulator.ApplianceOptions) []simulator.ApplianceOptions {
	for i := range sites {
		w := simulator.DefaultWorkloads(sites[i].Service)
		if sites[i].Service == simulator.Manager {
			w.VCenterID = exampleVCenters[sites[i].Site]
		} else {
			w.SLAProfiles[0].ID = exampleProfile
			gold := w.Policies[0]
			gold.ID, gold.Name = examplePolicy, "imported"
			w.Policies = append(w.Policies, gold)
		}
		if sites[i].Service == simulator.Cloud && sites[i].Site == "site-a" {
			w.VDCs[0].ID, w.VDCs[0].Networks[0].ID = exampleVDC, exampleNetwork
		}
		if sites[i].Service == simulator.Cloud && sites[i].Site == "site-b" {
			w.VApps[0].ID, w.VApps[0].VMs[0].ID = exampleVApp, exampleVM
		}
		sites[i].Workloads = &w
	}
	return sites
}

// showsLess are the objects whose appliance does not show all of the configuration:
// after an import the first apply sends it, or stores it.
var showsLess = map[string]bool{
	"resources/vcda_session_extension":             true, // how to authenticate
	"resources/vcda_vm_replication":                true, // network settings
	"resources/vcda_vapp_replication":              true, // the SLA profile
	"resources/vcda_vsphere_replication":           true, // recovery settings
	"resources/vcda_replication_policy":            true, // the policy that is imported has other settings
	"resources/vcda_replication_policy_assignment": true, // the organization that is imported has another policy
}

// replicationName is the kind of replication that an example is about, "" for none.
func replicationName(name string) string {
	for _, kind := range []string{"vapp_replication", "vsphere_replication", "vm_replication"} {
		if strings.Contains(name, kind) {
			return kind
		}
	}
	if strings.HasSuffix(name, "/vcda_replication") || strings.HasSuffix(name, "/vcda_replication_instances") {
		return "vm_replication"
	}
	return ""
}

// replicate starts the replication of an example, if it is about one, and returns
// its id without the prefix.
func (w world) replicate(name string) string {
	var p simulator.Protection
	switch replicationName(name) {
	case "vm_replication":
		p = simulator.Protection{SourceSite: "site-b", VApp: "shop", VM: "web", RPO: 240, Owner: "acme@site-a"}
	case "vapp_replication":
		p = simulator.Protection{SourceSite: "site-b", VApp: "shop", SLAProfile: "Gold"}
	case "vsphere_replication":
		p = simulator.Protection{SourceSite: "site-b", VM: "web", RPO: 60}
	default:
		return ""
	}
	_, id, _ := strings.Cut(w.a.Protect(p), "-")
	return id
}
