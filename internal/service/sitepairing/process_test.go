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

// requestTimeout is the timeout of a request in tests with a request that hangs.
const (
	requestTimeout = "2s"
	requestLimit   = 2 * time.Second
)

// newProcess returns the provider as in a new process of the CLI, without knowledge of earlier ones.
func newProcess(t *testing.T, a *simulator.Appliance, more ...any) *direct.Provider {
	t.Helper()
	return configured(t, a, append([]any{"service", string(a.Service()), "request_timeout", requestTimeout, "preflight", false}, more...)...)
}

// attempt creates, changes or destroys in a process of its own.
func attempt(t *testing.T, a *simulator.Appliance, prior direct.Object, config direct.Values) (direct.Object, direct.Diagnostics) {
	t.Helper()
	p := newProcess(t, a)
	plan := p.Plan(t, pairingType, prior, config)
	if errors := plan.Diagnostics.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	return p.Apply(t, plan)
}

// applyConfig is attempt without an error.
func applyConfig(t *testing.T, a *simulator.Appliance, prior direct.Object, config direct.Values) direct.Object {
	t.Helper()
	object, problems := attempt(t, a, prior, config)
	if errors := problems.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	return object
}

// updateInPlace changes a pairing. It requires an update in the plan, and an empty next plan.
func updateInPlace(t *testing.T, a *simulator.Appliance, prior direct.Object, config direct.Values) direct.Object {
	t.Helper()
	p := newProcess(t, a)
	plan := p.Plan(t, pairingType, prior, config)
	if plan.RequiresReplace || plan.Values["healthy"] != direct.Unknown {
		t.Errorf("no re-pairing in place is planned: replaced: %t, %v", plan.RequiresReplace, plan.Values)
	}
	object := apply(t, p, plan)
	requireUnchanged(t, a, object, config)
	return object
}

// requireUnchanged requires that a refresh and a plan change nothing.
func requireUnchanged(t *testing.T, a *simulator.Appliance, object direct.Object, config direct.Values) {
	t.Helper()
	p := newProcess(t, a)
	now, problems := p.Refresh(t, pairingType, object)
	plan := p.Plan(t, pairingType, now, config)
	if all := slices.Concat(problems, plan.Diagnostics); len(all) > 0 || fmt.Sprint(plan.Values) != fmt.Sprint(object.Values) {
		t.Errorf("%q, %v becomes %v", all.Errors(), object.Values, plan.Values)
	}
}

// readAgain reads an object in a new process.
func readAgain(t *testing.T, a *simulator.Appliance, object direct.Object) (direct.Object, direct.Diagnostics) {
	t.Helper()
	return newProcess(t, a).Refresh(t, pairingType, object)
}

// withTimeout returns the arguments that pair with b, with a timeout for one operation.
func withTimeout(b *simulator.Appliance, operation, limit string, changes ...string) direct.Values {
	v := values(b, changes...)
	v["timeouts"] = direct.Values{operation: limit}
	return v
}

// requireSent requires the number of requests that change sites.
func requireSent(t *testing.T, a *simulator.Appliance, posts, puts, deletes int) {
	t.Helper()
	if err := checkSent(a, posts, puts, deletes)(nil); err != nil {
		t.Error(err)
	}
}

// requireComplete requires that the state of a pairing is complete and correct.
func requireComplete(t *testing.T, a *simulator.Appliance, object direct.Object) {
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
	again, problems := readAgain(t, a, object)
	if object.Values["appliance_instance_id"] == nil { // the create did not know the appliance
		again.Values["appliance_instance_id"] = nil
	}
	if len(problems) > 0 || fmt.Sprint(again.Values) != fmt.Sprint(object.Values) {
		t.Errorf("a refresh changes %v to %v (%v)", object.Values, again.Values, problems.Errors())
	}
}

// requireGone requires that nothing is paired and nothing is in the state.
func requireGone(t *testing.T, a *simulator.Appliance, object direct.Object) {
	t.Helper()
	if sites := a.Sites(); len(sites) > 0 || object.Values != nil {
		t.Errorf("sites %+v, state %v", sites, object.Values)
	}
}

// requireWarning requires a warning that contains each text, and no error.
func requireWarning(t *testing.T, d direct.Diagnostics, says ...string) {
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

// isPoll reports whether a request reads one task.
func isPoll(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/tasks/")
}

// isPair reports whether a request pairs.
func isPair(r *http.Request) bool { return r.Method == http.MethodPost && r.URL.Path == "/sites" }

// callAt calls an action once, at the first matching request, before its response.
func callAt(a *simulator.Appliance, fits func(*http.Request) bool, action func()) {
	var once sync.Once
	a.BeforeResponse(func(r *http.Request) {
		if fits(r) {
			once.Do(action)
		}
	})
}

// maxConcurrentCases is the number of cases that run at once: they wait more than they work.
const maxConcurrentCases = 16

// runConcurrently runs cases at once, beyond the limit of parallel tests.
func runConcurrently[C any](t *testing.T, cases map[string]C, run func(t *testing.T, c C)) {
	t.Helper()
	places := make(chan struct{}, maxConcurrentCases)
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

// onBothServices makes a case of each service and each of the cases.
func onBothServices[C any](cases map[string]C) map[string]serviceCase[C] {
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
	value   C
}

// startSites starts the two appliances of a case with this duration of tasks.
func startSites(t *testing.T, service simulator.Service, task time.Duration) (a, b *simulator.Appliance) {
	t.Helper()
	fixture := startOnClock(t, acctest.TwoSites(service)...)
	a, b = fixture.Appliance("site-a"), fixture.Appliance("site-b")
	a.SetTaskDuration(task)
	return a, b
}

// startSitesWith is startSites with other options.
func startSitesWith(t *testing.T, service simulator.Service, change func(o *simulator.ApplianceOptions)) (a, b *simulator.Appliance) {
	t.Helper()
	options := acctest.TwoSites(service)
	for i := range options {
		change(&options[i])
	}
	fixture := startOnClock(t, options...)
	return fixture.Appliance("site-a"), fixture.Appliance("site-b")
}

// startSitesInRealTime is startSites for processes of the CLI, which use real time.
func startSitesInRealTime(t *testing.T, service simulator.Service, task time.Duration) (a, b *simulator.Appliance) {
	t.Helper()
	fixture := acctest.StartAppliances(t, acctest.TwoSites(service)...)
	a, b = fixture.Appliance("site-a"), fixture.Appliance("site-b")
	a.SetTaskDuration(task)
	return a, b
}

// clocks are the clocks of the appliances whose time the test sets.
var clocks sync.Map

// clockOf returns the clock of an appliance: the one that the test sets, or the real one.
func clockOf(a *simulator.Appliance) clock.Clock {
	if set, ok := clocks.Load(a); ok {
		return set.(*clocktest.Clock) //nolint:errcheck // see startOnClock
	}
	return clock.System{}
}

// startOnClock starts appliances whose time moves only with the waits of the provider: a task of ten minutes takes no
// real time.
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
			a, b := startSites(t, service, time.Second)
			run(t, a, b)
		})
	}
}
