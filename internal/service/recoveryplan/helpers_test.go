package recoveryplan_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const (
	planType = "vcda_recovery_plan"
	testType = "vcda_recovery_plan_test"
)

// none is the state before a create.
var none direct.Object

// fixture is site-a with three replications, and a provider configured for it. Only the waits of the provider move
// the clock.
type fixture struct {
	*direct.Provider
	t     *testing.T
	clock *clocktest.Clock
	a     *simulator.Appliance
	ids   []string // of the replications
}

// eachService runs a test on both services.
func eachService(t *testing.T, test func(t *testing.T, f *fixture)) {
	t.Helper()
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			test(t, start(t, service, nil))
		})
	}
}

func start(t *testing.T, service simulator.Service, settings direct.Values) *fixture {
	t.Helper()
	f := &fixture{t: t, clock: clocktest.New()}
	sites := acctest.TwoSites(service)
	for i := range sites {
		sites[i].TaskDuration, sites[i].RecoveryTime = 20*time.Second, time.Minute
	}
	f.a = acctest.StartAppliancesAt(t, f.clock, sites...).Appliance("site-a")
	f.ids = protect(f.a)
	block := direct.Values{"max_retries": 0}
	maps.Copy(block, settings)
	f.Provider = acctest.ConnectAt(t, f.clock, f.a, block)
	return f
}

// protect adds three replications whose destination is the appliance.
func protect(a *simulator.Appliance) []string {
	var ids []string
	for _, name := range []string{"db", "web", "mail"} {
		p := simulator.Protection{SourceSite: "site-b"}
		if a.Service() == simulator.Cloud {
			p.VApp = name + "-vapp"
		} else {
			p.VM = name
		}
		ids = append(ids, a.Protect(p))
	}
	return ids
}

func step(name string, ids ...string) direct.Values {
	list := []any{}
	for _, id := range ids {
		list = append(list, id)
	}
	return direct.Values{"name": name, "replication_ids": list}
}

// config returns a plan of two steps, with changes in pairs.
func (f *fixture) config(changes ...any) direct.Values {
	v := direct.Values{"name": "shop", "steps": []any{step("databases", f.ids[0]), step("web servers", f.ids[1])}}
	for i := 0; i < len(changes); i += 2 {
		v[changes[i].(string)] = changes[i+1] //nolint:errcheck // a test that names none is wrong
	}
	return v
}

func (f *fixture) attempt(name string, prior direct.Object, config direct.Values) (direct.Object, direct.Diagnostics) {
	f.t.Helper()
	plan := f.Plan(f.t, name, prior, config)
	if len(plan.Diagnostics.Errors()) > 0 {
		return prior, plan.Diagnostics
	}
	return f.Apply(f.t, plan)
}

// apply plans and applies without an error.
func (f *fixture) apply(name string, prior direct.Object, config direct.Values) direct.Object {
	f.t.Helper()
	object, problems := f.attempt(name, prior, config)
	if errors := problems.Errors(); len(errors) > 0 {
		f.t.Fatal(errors)
	}
	return object
}

// refresh reads without an error.
func (f *fixture) refresh(name string, object direct.Object) direct.Object {
	f.t.Helper()
	fresh, problems := f.Refresh(f.t, name, object)
	if errors := problems.Errors(); len(errors) > 0 {
		f.t.Fatal(errors)
	}
	return fresh
}

// create creates the plan of a configuration and returns it with its id.
func (f *fixture) create(changes ...any) (object direct.Object, id string) {
	f.t.Helper()
	object = f.apply(planType, none, f.config(changes...))
	id, _ = object.Values["id"].(string)
	return object, id
}

// requireNoChange requires an empty plan.
func (f *fixture) requireNoChange(name string, object direct.Object, config direct.Values) {
	f.t.Helper()
	if changes := f.Plan(f.t, name, object, config).Changes(object); len(changes) > 0 {
		f.t.Errorf("the plan has changes: %v", changes)
	}
}

// requireSent requires the number of calls, in pairs of call and number.
func (f *fixture) requireSent(pairs ...any) {
	f.t.Helper()
	requests := f.a.Stats().Requests
	for i := 0; i < len(pairs); i += 2 {
		if got := requests[pairs[i].(string)]; got != pairs[i+1] { //nolint:errcheck // a test that names none is wrong
			f.t.Errorf("%s was sent %d times, want %d", pairs[i], got, pairs[i+1])
		}
	}
}

// requireNothingSent requires that no request changed anything.
func (f *fixture) requireNothingSent() {
	f.t.Helper()
	for _, r := range f.a.Requests() {
		if r.Method != http.MethodGet && !strings.HasPrefix(r.Path, "/sessions") {
			f.t.Errorf("%s %s was sent", r.Method, r.Path)
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
	acctest.RequireTexts(t, texts[0], says...)
}

// stepNames returns the names of the steps at the appliance, in their order.
func (f *fixture) stepNames() string {
	var names []string
	for _, s := range f.plan().Steps {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}

// plan returns the only plan of the appliance.
func (f *fixture) plan() simulator.RecoveryPlan {
	f.t.Helper()
	plans := f.a.RecoveryPlans()
	if len(plans) != 1 {
		f.t.Fatalf("%d plans", len(plans))
	}
	return plans[0]
}

// states returns the recovery states of the replications of VMs, in the order of the replications.
func (f *fixture) states() string {
	var states []string
	for _, r := range f.a.Replications() {
		states = append(states, r.Recovery)
	}
	return strings.Join(states, " ")
}
