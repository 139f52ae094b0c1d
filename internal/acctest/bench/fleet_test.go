package bench_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// fleet is an appliance, its objects, and their configuration. Each object has its own block: Terraform
// evaluates a for_each again for each instance, which would hide the time of the provider.
type fleet struct {
	appliance     *simulator.Appliance
	configuration string
	objects       []object
}

// object is one of many objects of a type. Its values are those in which its state differs from that of
// another object; the first is the name of its block, and the second its ID.
type object struct {
	kind   string
	values []string
}

// startPeers starts an appliance, and peers without a server to pair with.
func startPeers(b *testing.B, pairings int, task time.Duration) (f *fleet, peers []*simulator.Appliance) {
	b.Helper()
	options := []simulator.ApplianceOptions{{Site: "hub", Service: simulator.Manager, TaskDuration: task, HTTP2: true, Compress: true}}
	for i := range pairings {
		site := fmt.Sprintf("site-%04d", i)
		options = append(options, simulator.ApplianceOptions{
			Site: site, Service: simulator.Manager, Unserved: true, PublicURLs: []string{"https://" + site + ".example.com:8048"},
		})
	}
	fixture := acctest.StartAppliances(b, options...)
	f = &fleet{appliance: fixture.Appliance("hub")}
	var text strings.Builder
	text.WriteString(acctest.ProviderBlock(f.appliance, `service = "manager"`, "preflight = false"))
	for _, o := range options[1:] {
		p := fixture.Appliance(o.Site)
		peers = append(peers, p)
		fmt.Fprintf(&text, "resource \"vcda_site_pairing\" %q {\n  site = %[1]q\n  api_url = %q\n  api_thumbprint = %q\n}\n", p.Site(), p.PublicURL(), p.Thumbprint())
	}
	f.configuration = text.String()
	return f, peers
}

// startPaired starts an appliance that is paired with its peers.
func startPaired(b *testing.B, pairings int) *fleet {
	b.Helper()
	f, peers := startPeers(b, pairings, 0)
	for _, p := range peers {
		f.appliance.Pair(p.Site())
		p.Pair("hub")
	}
	for _, row := range f.appliance.Sites() {
		f.objects = append(f.objects, object{"vcda_site_pairing", []string{row.Site, row.ID, row.APIThumbprint}})
	}
	return f
}

// startReplicating starts an appliance that VMs of another one are replicated to.
func startReplicating(b *testing.B, replications int) *fleet {
	b.Helper()
	fixture := acctest.StartAppliances(b, simulator.ApplianceOptions{Site: "site-a", Service: simulator.Cloud},
		simulator.ApplianceOptions{Site: "site-b", Service: simulator.Cloud, HTTP2: true, Compress: true})
	f := &fleet{appliance: fixture.Appliance("site-b")}
	fixture.Appliance("site-a").Pair("site-b")
	f.appliance.Pair("site-a")
	for i := range replications {
		f.appliance.Protect(simulator.Protection{SourceSite: "site-a", VApp: fmt.Sprintf("vapp-%04d", i), VM: fmt.Sprintf("vm-%04d", i)})
	}
	vdc := f.appliance.Workloads().VDCs[0].ID
	var text strings.Builder
	text.WriteString(acctest.ProviderBlock(f.appliance, `service = "cloud"`))
	for _, r := range f.appliance.Replications() {
		fmt.Fprintf(&text, "resource \"vcda_vm_replication\" %q {\n  source = { site = \"site-a\", vm = { id = %q } }\n  destination = { site = \"site-b\", vcloud = { vdc_id = %q } }\n}\n", r.VMName, r.VMID, vdc)
		f.objects = append(f.objects, object{"vcda_vm_replication", []string{r.VMName, r.ID, r.VMID}})
	}
	f.configuration = text.String()
	return f
}

// writeState writes the state that has all objects: the first is imported, and the others get its state with
// their own values.
func (w *workspace) writeState(b *testing.B, f *fleet, binary string) {
	b.Helper()
	one := f.objects[0]
	importing := newWorkspace(b, binary, f)
	importing.run(b, "import", "-input=false", one.kind+"."+one.values[0], one.values[1])
	file := filepath.Join(importing.Dir, "terraform.tfstate")
	text, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	var state struct {
		Version          int               `json:"version"`
		TerraformVersion string            `json:"terraform_version"`
		Serial           int               `json:"serial"`
		Lineage          string            `json:"lineage"`
		Resources        []json.RawMessage `json:"resources"`
	}
	if err := json.Unmarshal(text, &state); err != nil || len(state.Resources) != 1 {
		b.Fatalf("state: %v\n%s", err, text)
	}
	imported := string(state.Resources[0])
	for _, other := range f.objects[1:] {
		own := imported
		for i, value := range other.values {
			own = strings.ReplaceAll(own, one.values[i], value)
		}
		state.Resources = append(state.Resources, json.RawMessage(own))
	}
	if text, err = json.Marshal(state); err != nil {
		b.Fatal(err)
	}
	importing.Write(b, "terraform.tfstate", string(text))
	importing.run(b, "apply", "-refresh-only", "-input=false", "-auto-approve") // reads the other values
	if text, err = os.ReadFile(file); err != nil {
		b.Fatal(err)
	}
	w.Write(b, "terraform.tfstate", string(text))
}
