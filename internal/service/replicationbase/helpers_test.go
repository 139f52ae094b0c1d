package replicationbase_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// none is the state of what is not there yet.
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

// fixture is two paired sites, of which site-a is the source and site-b the
// destination, and a provider configured for one of them. Time moves only when
// the provider waits.
type fixture struct {
	kindTest
	*direct.Provider
	t     *testing.T
	clock *clocktest.Clock
	a, b  *simulator.Appliance
	sites *simulator.Fixture
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

func start(t *testing.T, k kindTest, at string, more ...any) *fixture {
	t.Helper()
	f := &fixture{kindTest: k, t: t, clock: clocktest.New()}
	describe := func(site string) simulator.ApplianceOptions {
		return simulator.ApplianceOptions{Site: site, Service: k.service, PublicURLs: []string{"https://" + site + ".example.com:8048"}, TaskDuration: 20 * time.Second}
	}
	sites, err := simulator.Start(simulator.Options{Now: f.clock.Now, Appliances: []simulator.ApplianceOptions{describe("site-a"), describe("site-b")}})
	if err != nil {
		t.Fatal(err)
	}
	f.sites, f.a, f.b = sites, sites.Appliance("site-a"), sites.Appliance("site-b")
	t.Cleanup(func() {
		sites.Close()
		for _, violation := range slices.Concat(f.a.Violations(), f.b.Violations()) {
			t.Errorf("a request breaks the API: %s", violation)
		}
	})
	f.a.Pair("site-b")
	f.b.Pair("site-a")
	f.Provider = direct.Serve(t, acctest.FactoriesAt(t, f.clock)["vcda"])
	f.configure(at, more...)
	return f
}

// configure configures the provider for a site, with its session extended to the
// other one.
func (f *fixture) configure(at string, more ...any) {
	f.t.Helper()
	here, there := f.b, "site-a"
	if at == "site-a" {
		here, there = f.a, "site-b"
	}
	user, remote := here.Accounts().LocalUsers[0], here.Accounts().VCDUsers[0]
	block := direct.Values{
		"url": here.URL(), "thumbprint": here.Thumbprint(), "max_retries": 0,
		"login": direct.Values{"local_user": direct.Values{"username": user.Username, "password": user.Password}},
	}
	if f.service == simulator.Cloud {
		block["session_extensions"] = []any{direct.Values{
			"site": there, "credentials": direct.Values{"username": remote.Username, "password": remote.Password},
		}}
	}
	for i := 0; i < len(more); i += 2 {
		block[more[i].(string)] = more[i+1] //nolint:errcheck // a test that names none is wrong
	}
	if errors := f.Configure(f.t, block).Errors(); len(errors) > 0 {
		f.t.Fatal(errors)
	}
}

// config is a configuration of the kind, with changes in pairs.
func (f *fixture) config(changes ...any) direct.Values {
	source, destination := f.a.Workloads(), f.b.Workloads()
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

// with is a configuration with changes in pairs.
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

// apply plans and applies what has to work.
func (f *fixture) apply(prior direct.Object, config direct.Values) direct.Object {
	f.t.Helper()
	object, problems := f.attempt(prior, config)
	if errors := problems.Errors(); len(errors) > 0 {
		f.t.Fatal(errors)
	}
	return object
}

// refresh reads what has to be readable.
func (f *fixture) refresh(object direct.Object) direct.Object {
	f.t.Helper()
	fresh, problems := f.Refresh(f.t, f.name, object)
	if errors := problems.Errors(); len(errors) > 0 {
		f.t.Fatal(errors)
	}
	return fresh
}

// requireNoChange checks that a plan changes nothing.
func (f *fixture) requireNoChange(object direct.Object, config direct.Values) {
	f.t.Helper()
	plan := f.Plan(f.t, f.name, object, config)
	for name, value := range plan.Values {
		if !equal(value, object.Values[name]) {
			f.t.Errorf("%s is planned to change from %v to %v", name, object.Values[name], value)
		}
	}
}

// requireSent checks how many starts, changes and stops the destination saw.
func (f *fixture) requireSent(starts, changes, stops int) {
	f.t.Helper()
	requests := f.b.Stats().Requests
	for call, want := range map[string]int{"POST " + f.path: starts, "PATCH " + f.path + "/{id}": changes, "DELETE " + f.path + "/{id}": stops} {
		if got := requests[call]; got != want {
			f.t.Errorf("%s was sent %d times, want %d", call, got, want)
		}
	}
}

// requireError checks that there is one error which says each text.
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

// vm is the replication of the first VM.
func (f *fixture) vm() simulator.Replication {
	f.t.Helper()
	all := f.b.Replications()
	if len(all) == 0 {
		f.t.Fatal("nothing is replicated")
	}
	return all[0]
}
