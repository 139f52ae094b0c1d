package sitepairing_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// requestTimeout is how long one request may take where a test lets one hang.
const (
	requestTimeout = "2s"
	requestLimit   = 2 * time.Second
)

// process is the provider as a new process of the CLI: it knows nothing of the
// ones before.
func process(t *testing.T, a *simulator.Appliance, more ...any) *direct.Provider {
	t.Helper()
	return configured(t, a, append([]any{"service", string(a.Service()), "request_timeout", requestTimeout, "preflight", false}, more...)...)
}

// attempt creates, changes or destroys in a process of its own.
func attempt(t *testing.T, a *simulator.Appliance, prior direct.Object, config direct.Values) (direct.Object, direct.Diagnostics) {
	t.Helper()
	p := process(t, a)
	plan := p.Plan(t, pairingType, prior, config)
	if errors := plan.Diagnostics.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	return p.Apply(t, plan)
}

// succeeds is attempt for what has to work.
func succeeds(t *testing.T, a *simulator.Appliance, prior direct.Object, config direct.Values) direct.Object {
	t.Helper()
	object, problems := attempt(t, a, prior, config)
	if errors := problems.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	return object
}

// changes updates in place, and checks that the plan says so and that the next plan is
// empty.
func changes(t *testing.T, a *simulator.Appliance, prior direct.Object, config direct.Values) direct.Object {
	t.Helper()
	p := process(t, a)
	plan := p.Plan(t, pairingType, prior, config)
	if plan.RequiresReplace || plan.Values["healthy"] != direct.Unknown {
		t.Errorf("no re-pairing in place is planned: replaced: %t, %v", plan.RequiresReplace, plan.Values)
	}
	object := apply(t, p, plan)
	requireUnchanged(t, a, object, config)
	return object
}

// requireUnchanged checks that a refresh and a plan change nothing.
func requireUnchanged(t *testing.T, a *simulator.Appliance, object direct.Object, config direct.Values) {
	t.Helper()
	p := process(t, a)
	now, problems := p.Refresh(t, pairingType, object)
	plan := p.Plan(t, pairingType, now, config)
	if all := slices.Concat(problems, plan.Diagnostics); len(all) > 0 || fmt.Sprint(plan.Values) != fmt.Sprint(object.Values) {
		t.Errorf("%q, %v becomes %v", all.Errors(), object.Values, plan.Values)
	}
}

// refreshed is what a new process makes of an object.
func refreshed(t *testing.T, a *simulator.Appliance, object direct.Object) (direct.Object, direct.Diagnostics) {
	t.Helper()
	return process(t, a).Refresh(t, pairingType, object)
}

// inTime are the arguments that pair with b, with a time for one operation.
func inTime(b *simulator.Appliance, operation, limit string, changes ...string) direct.Values {
	v := values(b, changes...)
	v["timeouts"] = direct.Values{operation: limit}
	return v
}

// sent checks how many requests that change sites have arrived.
func sent(t *testing.T, a *simulator.Appliance, posts, puts, deletes int) {
	t.Helper()
	if err := wrote(a, posts, puts, deletes)(nil); err != nil {
		t.Error(err)
	}
}

// complete checks that the state of a pairing is whole and true.
func complete(t *testing.T, a *simulator.Appliance, object direct.Object) {
	t.Helper()
	sites := a.Sites()
	if len(sites) != 1 || object.Values == nil {
		t.Fatalf("%d sites, state %v", len(sites), object.Values)
	}
	key := sites[0].Site
	if a.Service() == simulator.Manager {
		key = sites[0].ID
	}
	for name, want := range map[string]any{
		"id": key, "site": sites[0].Site, "description": sites[0].Description, "api_public_url": sites[0].APIPublicURL,
		"api_url": sites[0].APIPublicURL, "api_internal_url": sites[0].APIURL, "pending_task_id": nil,
	} {
		if got := object.Values[name]; got != want {
			t.Errorf("%s is %v, not %v", name, got, want)
		}
	}
	again, problems := refreshed(t, a, object)
	if object.Values["appliance_instance_id"] == nil { // the appliance did not say so then
		again.Values["appliance_instance_id"] = nil
	}
	if len(problems) > 0 || fmt.Sprint(again.Values) != fmt.Sprint(object.Values) {
		t.Errorf("a refresh changes %v to %v (%v)", object.Values, again.Values, problems.Errors())
	}
}

// gone checks that nothing is paired and nothing is in the state.
func gone(t *testing.T, a *simulator.Appliance, object direct.Object) {
	t.Helper()
	if sites := a.Sites(); len(sites) > 0 || object.Values != nil {
		t.Errorf("sites %+v, state %v", sites, object.Values)
	}
}

// warned checks that one of the warnings says each text, and that there is no
// error.
func warned(t *testing.T, d direct.Diagnostics, says ...string) {
	t.Helper()
	if errors := d.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	all := strings.Join(d.Warnings(), "\n")
	for _, text := range says {
		if !strings.Contains(all, text) {
			t.Errorf("no warning says %q: %s", text, all)
		}
	}
}

// isPoll tells a request that reads one task.
func isPoll(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/tasks/")
}

// isPair tells the request that pairs.
func isPair(r *http.Request) bool { return r.Method == http.MethodPost && r.URL.Path == "/sites" }

// when runs an action once, at the first request that fits, before its answer
// is sent.
func when(a *simulator.Appliance, fits func(*http.Request) bool, action func()) {
	var once sync.Once
	a.BeforeResponse(func(r *http.Request) {
		if fits(r) {
			once.Do(action)
		}
	})
}

// crowd is how many cases run at once: they wait more than they work.
const crowd = 16

// together runs cases at once, beyond the limit of parallel tests.
func together[C any](t *testing.T, cases map[string]C, run func(t *testing.T, c C)) {
	t.Helper()
	places := make(chan struct{}, crowd)
	var running sync.WaitGroup
	for name, c := range cases {
		running.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			t.Run(name, func(t *testing.T) { run(t, c) })
		})
	}
	running.Wait()
}

// onBoth makes a case of each service and each of the cases.
func onBoth[C any](cases map[string]C) map[string]serviceCase[C] {
	both := map[string]serviceCase[C]{}
	for _, service := range acctest.Services {
		for name, c := range cases {
			both[string(service)+"/"+name] = serviceCase[C]{service, c}
		}
	}
	return both
}

type serviceCase[C any] struct {
	service simulator.Service
	is      C
}

// estateOf starts the two appliances of a case; their tasks take that long.
func estateOf(t *testing.T, service simulator.Service, task time.Duration) (a, b *simulator.Appliance) {
	t.Helper()
	fixture := startOnClock(t, acctest.TwoSites(service)...)
	a, b = fixture.Appliance("site-a"), fixture.Appliance("site-b")
	a.SetTaskDuration(task)
	return a, b
}

// onClock is estateOf for appliances of other options.
func onClock(t *testing.T, service simulator.Service, change func(o *simulator.ApplianceOptions)) (a, b *simulator.Appliance) {
	t.Helper()
	options := acctest.TwoSites(service)
	for i := range options {
		change(&options[i])
	}
	fixture := startOnClock(t, options...)
	return fixture.Appliance("site-a"), fixture.Appliance("site-b")
}

// startBoth is estateOf for processes of the CLI, which have the time of the machine.
func startBoth(t *testing.T, service simulator.Service, task time.Duration) (a, b *simulator.Appliance) {
	t.Helper()
	fixture := acctest.StartAppliances(t, acctest.TwoSites(service)...)
	a, b = fixture.Appliance("site-a"), fixture.Appliance("site-b")
	a.SetTaskDuration(task)
	return a, b
}

// clocks are those of the appliances whose time the test sets.
var clocks sync.Map

// clockOf is the clock of an appliance: the one the test sets, or the machine's.
func clockOf(a *simulator.Appliance) clock.Clock {
	if set, ok := clocks.Load(a); ok {
		return set.(*clocktest.Clock) //nolint:errcheck // see startOnClock
	}
	return clock.System{}
}

// startOnClock starts appliances whose time moves only with the provider's waits: a
// task that takes ten minutes is over at once.
func startOnClock(t *testing.T, options ...simulator.ApplianceOptions) *simulator.Fixture {
	t.Helper()
	c := clocktest.New()
	fixture := acctest.StartAppliancesAt(t, c, options...)
	for _, o := range options {
		a := fixture.Appliance(o.Site)
		clocks.Store(a, c)
		t.Cleanup(func() { clocks.Delete(a) })
	}
	return fixture
}

// eachServiceOnClock is eachService for a test that sets the time.
func eachServiceOnClock(t *testing.T, run func(t *testing.T, a, b *simulator.Appliance)) {
	t.Helper()
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			a, b := estateOf(t, service, time.Second)
			run(t, a, b)
		})
	}
}

// sayAll checks that a text says each of others.
func sayAll(t *testing.T, text string, says ...string) {
	t.Helper()
	for _, one := range says {
		if !strings.Contains(text, one) {
			t.Errorf("%q is missing in %s", one, text)
		}
	}
}
