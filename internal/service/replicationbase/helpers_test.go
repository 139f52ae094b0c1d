package replicationbase_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/twosites"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// none is the state before a create.
var none direct.Object

// kindTest is a kind of replication under test.
type kindTest struct {
	name    string // of the type
	service simulator.Service
	path    string // of the calls
	prefix  string // of the ids
}

var kinds = []kindTest{
	{"vcda_vm_replication", simulator.Cloud, "/vm-replications", "C4-"},
	{"vcda_vapp_replication", simulator.Cloud, "/vapp-replications", "C4VAPP-"},
	{"vcda_vsphere_replication", simulator.Manager, "/replications", "H4-"},
}

// fixture is two paired sites, the source site-a and the destination site-b, and a provider configured for one of
// them.
type fixture struct {
	kindTest
	*twosites.Fixture
	t *testing.T
}

// eachKind runs a test for each kind, with a provider configured for the
// destination.
func eachKind(t *testing.T, test func(t *testing.T, f *fixture)) {
	t.Helper()
	t.Parallel()
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			test(t, start(t, k, "site-b"))
		})
	}
}

func start(t *testing.T, k kindTest, at string) *fixture {
	t.Helper()
	return &fixture{kindTest: k, Fixture: twosites.Start(t, k.service, at), t: t}
}

// config returns a configuration of the kind, with changes in pairs.
func (f *fixture) config(changes ...any) direct.Values {
	source, destination := f.A.Workloads(), f.B.Workloads()
	v := direct.Values{}
	switch f.name {
	case "vcda_vm_replication":
		v["source"] = direct.Values{"site": "site-a", "vm": direct.Values{"id": source.VApps[0].VMs[0].ID}}
		v["destination"] = direct.Values{"site": "site-b", "vcloud": direct.Values{"vdc_id": destination.VDCs[0].ID}}
	case "vcda_vapp_replication":
		v["source"] = direct.Values{"site": "site-a", "vapp": direct.Values{"id": source.VApps[0].ID}}
		v["destination"] = direct.Values{"site": "site-b", "vcloud": direct.Values{"vdc_id": destination.VDCs[0].ID}}
	default:
		v["source"] = direct.Values{"site": "site-a", "vcenter_id": source.VCenterID, "vm_id": source.VMs[0].ID}
		v["destination"] = direct.Values{"site": "site-b", "vcenter_id": destination.VCenterID, "datastore_id": "datastore-1"}
	}
	return f.with(v, changes...)
}

// with returns a configuration with changes in pairs.
func (f *fixture) with(v direct.Values, changes ...any) direct.Values {
	v = maps.Clone(v)
	for i := 0; i < len(changes); i += 2 {
		v[changes[i].(string)] = changes[i+1] //nolint:errcheck // a test that names none is wrong
	}
	return v
}

// attempt plans and applies.
func (f *fixture) attempt(prior direct.Object, config direct.Values) (direct.Object, direct.Diagnostics) {
	f.t.Helper()
	plan := f.Plan(f.t, f.name, prior, config)
	if len(plan.Diagnostics.Errors()) > 0 {
		return prior, plan.Diagnostics
	}
	return f.Apply(f.t, plan)
}

// apply plans and applies without an error.
func (f *fixture) apply(prior direct.Object, config direct.Values) direct.Object {
	f.t.Helper()
	object, problems := f.attempt(prior, config)
	if errors := problems.Errors(); len(errors) > 0 {
		f.t.Fatal(errors)
	}
	return object
}

// refresh reads without an error.
func (f *fixture) refresh(object direct.Object) direct.Object {
	f.t.Helper()
	fresh, problems := f.Refresh(f.t, f.name, object)
	if errors := problems.Errors(); len(errors) > 0 {
		f.t.Fatal(errors)
	}
	return fresh
}

// requireNoChange requires an empty plan.
func (f *fixture) requireNoChange(object direct.Object, config direct.Values) {
	f.t.Helper()
	plan := f.Plan(f.t, f.name, object, config)
	for name, value := range plan.Values {
		if !equal(value, object.Values[name]) {
			f.t.Errorf("%s is planned to change from %v to %v", name, object.Values[name], value)
		}
	}
}

// requireSent requires the number of starts, changes and stops that the destination received.
func (f *fixture) requireSent(starts, changes, stops int) {
	f.t.Helper()
	requests := f.B.Stats().Requests
	for call, want := range map[string]int{"POST " + f.path: starts, "PATCH " + f.path + "/{id}": changes, "DELETE " + f.path + "/{id}": stops} {
		if got := requests[call]; got != want {
			f.t.Errorf("%s was sent %d times, want %d", call, got, want)
		}
	}
}

// requireError requires one error that contains each text.
func requireError(t *testing.T, d direct.Diagnostics, says ...string) {
	t.Helper()
	requireOne(t, d.Errors(), says...)
}

func requireOne(t *testing.T, texts []string, says ...string) {
	t.Helper()
	if len(texts) != 1 {
		t.Fatalf("%d diagnostics, not one: %q", len(texts), texts)
	}
	for _, text := range says {
		if !strings.Contains(texts[0], text) {
			t.Errorf("%q is missing in %s", text, texts[0])
		}
	}
}

func id(object direct.Object) string {
	text, _ := object.Values["id"].(string)
	return text
}

// vm returns the replication of the first VM.
func (f *fixture) vm() simulator.Replication {
	f.t.Helper()
	all := f.B.Replications()
	if len(all) == 0 {
		f.t.Fatal("nothing is replicated")
	}
	return all[0]
}
