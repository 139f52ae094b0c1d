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

// fleet is an appliance and the peers it pairs with, which have no server.
type fleet struct {
	fixture *simulator.Fixture
	hub     *simulator.Appliance
	peers   []*simulator.Appliance
}

func startFleet(b *testing.B, pairings int, task time.Duration) *fleet {
	b.Helper()
	options := []simulator.ApplianceOptions{{Site: "hub", Service: simulator.Manager, TaskDuration: task, HTTP2: true, Compress: true}}
	for i := range pairings {
		site := fmt.Sprintf("site-%04d", i)
		options = append(options, simulator.ApplianceOptions{
			Site: site, Service: simulator.Manager, Unserved: true, PublicURLs: []string{"https://" + site + ".example.com:8048"},
		})
	}
	f := &fleet{fixture: acctest.StartAppliances(b, options...)}
	f.hub = f.fixture.Appliance("hub")
	for _, o := range options[1:] {
		f.peers = append(f.peers, f.fixture.Appliance(o.Site))
	}
	return f
}

// configuration pairs the hub with each peer, in a block of its own: Terraform evaluates a for_each again
// for each instance, which would hide what the provider takes.
func (f *fleet) configuration() string {
	var text strings.Builder
	text.WriteString(acctest.ProviderBlock(f.hub, `service = "manager"`, "preflight = false"))
	for _, p := range f.peers {
		fmt.Fprintf(&text, "resource \"vcda_site_pairing\" %q {\n  site = %[1]q\n  api_url = %q\n  api_thumbprint = %q\n}\n", p.Site(), p.PublicURL(), p.Thumbprint())
	}
	return text.String()
}

// writeState pairs the hub with each peer and writes the state of it: the first pairing is imported, and
// the others get its state with their own keys.
func (w *workspace) writeState(b *testing.B, f *fleet, binary string) {
	b.Helper()
	for _, p := range f.peers {
		f.hub.Pair(p.Site())
		p.Pair("hub")
	}
	rows := f.hub.Sites()
	first := newWorkspace(b, binary, f)
	first.run(b, "import", "-input=false", "vcda_site_pairing."+rows[0].Site, rows[0].ID)
	file := filepath.Join(first.Dir, "terraform.tfstate")
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
	for _, row := range rows[1:] {
		own := strings.NewReplacer(rows[0].ID, row.ID, rows[0].Site, row.Site, rows[0].APIThumbprint, row.APIThumbprint).Replace(imported)
		state.Resources = append(state.Resources, json.RawMessage(own))
	}
	if text, err = json.Marshal(state); err != nil {
		b.Fatal(err)
	}
	w.Write(b, "terraform.tfstate", string(text))
}
