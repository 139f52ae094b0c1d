package sitepairing_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// createFailures are the ways in which a create fails after its request. The task is frozen meanwhile.
var createFailures = map[string]func(t *testing.T, a, b *simulator.Appliance) direct.Diagnostics{
	"timed out": func(t *testing.T, a, b *simulator.Appliance) direct.Diagnostics {
		object, problems := attempt(t, a, none, withTimeout(b, "create", shortTime))
		requireError(t, problems, "The operation timed out", "at ")
		requireNoState(t, object)
		return problems
	},
	"login refused": func(t *testing.T, a, b *simulator.Appliance) direct.Diagnostics {
		accounts := a.Accounts()
		callAt(a, isPoll, func() {
			a.SetAccounts(simulator.Accounts{})
			a.ExpireSessions()
		})
		object, problems := attempt(t, a, none, values(b))
		a.SetAccounts(accounts)
		requireError(t, problems, "refused the login", "The login is not tried again")
		requireNoState(t, object)
		if failed := a.Stats().FailedLogins; failed != 1 {
			t.Errorf("%d logins were refused", failed)
		}
		return problems
	},
	"timed out, and the response was lost": func(t *testing.T, a, b *simulator.Appliance) direct.Diagnostics {
		a.Fault(simulator.Fault{Method: "POST", Path: "/sites", Times: 1, Kind: simulator.Reset, PerformFirst: true})
		object, problems := attempt(t, a, none, withTimeout(b, "create", shortTime))
		requireError(t, problems, "The operation timed out")
		requireNoState(t, object)
		return problems
	},
}

// requireNoState requires that nothing is saved, because Terraform would destroy it.
func requireNoState(t *testing.T, object direct.Object) {
	t.Helper()
	if object.Values != nil {
		t.Errorf("state with an error: %v", object.Values)
	}
}

// shortTime is the timeout of an operation whose task does not end.
const shortTime = "4s"

// variant is how an appliance shows its tasks and sites. The reference leaves each of these open.
type variant struct {
	naming  simulator.TaskNaming
	results bool // tasks have results
	early   bool // the site is listed while the task runs
	pages   int  // the longest page of tasks
}

var variants = map[string]variant{
	"named by key":              {results: true},
	"named by site":             {naming: simulator.NamedBySite, results: true},
	"nameless":                  {naming: simulator.Unnamed, results: true},
	"no results":                {},
	"untold":                    {naming: simulator.NoWorkflowInfo, results: true},
	"by site, no results":       {naming: simulator.NamedBySite},
	"listed early":              {results: true, early: true},
	"nameless, listed early":    {naming: simulator.Unnamed, results: true, early: true},
	"by site, early, no result": {naming: simulator.NamedBySite, early: true},
	"short pages":               {results: true, pages: 1},
}

func (v variant) set(a *simulator.Appliance) {
	a.SetTaskNaming(v.naming)
	a.OmitTaskResults(!v.results)
	a.ListEarly(v.early)
	a.LimitTaskPages(v.pages)
}

// adoptConfig returns the arguments that pair with b or adopt an existing pairing.
func adoptConfig(b *simulator.Appliance, changes ...string) direct.Values {
	v := values(b, changes...)
	v["adopt_existing"] = true
	return v
}

// adoptPairing creates a resource that adopts the existing pairing.
func adoptPairing(t *testing.T, a *simulator.Appliance, config direct.Values) direct.Object {
	t.Helper()
	object, problems := attempt(t, a, none, config)
	requireWarning(t, problems, "is adopted")
	requireComplete(t, a, object)
	return object
}

// requireAdoptionRefused requires the error for an existing pairing.
func requireAdoptionRefused(t *testing.T, a *simulator.Appliance, object direct.Object, problems direct.Diagnostics) {
	t.Helper()
	key := "site-b"
	for _, s := range a.Sites() {
		if s.Site == key && a.Service() == simulator.Manager {
			key = s.ID
		}
	}
	requireError(t, problems, "is paired with the site site-b already", "terraform import vcda_site_pairing.NAME "+key, "id = \""+key+"\"", "adopt_existing")
	requireNoState(t, object)
}

// TestAdoption_afterACreateCutShort: after a create that ended in any way after its request, the next one waits for
// its task and then refuses the pairing or adopts it. All runs send one POST and no DELETE. The creator of the
// pairing does not matter.
func TestAdoption_afterACreateCutShort(t *testing.T) {
	t.Parallel()
	type cut struct {
		die     func(t *testing.T, a, b *simulator.Appliance) direct.Diagnostics
		shown   variant
		running bool
	}
	cases := map[string]cut{}
	for way, die := range createFailures {
		for name, shown := range variants {
			cases[way+"/"+name+"/running"] = cut{die, shown, true}
			cases[way+"/"+name+"/ended"] = cut{die, shown, false}
		}
	}
	runConcurrently(t, onBothServices(cases), func(t *testing.T, c serviceCase[cut]) {
		a, b := startSites(t, c.service, 50*time.Millisecond)
		c.value.shown.set(a)
		a.FreezeTasks(true)
		for _, text := range c.value.die(t, a, b).Errors() {
			acctest.RequireTexts(t, text, "adopt_existing = true", "Operation ID: terraform-")
		}
		thaw := func() {
			if c.value.running {
				callAt(a, isPoll, func() { a.FreezeTasks(false) })
			} else {
				a.BeforeResponse(nil)
				a.FreezeTasks(false)
				clockOf(a).(*clocktest.Clock).Advance(time.Second) //nolint:errcheck // see startOnClock
			}
		}
		thaw()
		object, problems := attempt(t, a, none, values(b))
		requireAdoptionRefused(t, a, object, problems)
		adoptPairing(t, a, adoptConfig(b))
		requireSent(t, a, 1, 0, 0)
	})
}

// pairByHand pairs without Terraform, under the address in values.
func pairByHand(a, b *simulator.Appliance) {
	a.Pair(b.Site())
	a.SetPublicURL(b.Site(), b.URL())
}

// others are pairings from outside this state: each function prepares one.
var others = map[string]func(t *testing.T, a, b *simulator.Appliance){
	"made in the user interface": func(_ *testing.T, a, b *simulator.Appliance) { pairByHand(a, b) },
	"of another user": func(t *testing.T, a, b *simulator.Appliance) {
		back := secondUser(a)
		applyConfig(t, a, none, values(b))
		back()
	},
	"of the same user": func(t *testing.T, a, b *simulator.Appliance) { applyConfig(t, a, none, values(b)) },
	"of another user, running": func(t *testing.T, a, b *simulator.Appliance) {
		back := secondUser(a)
		a.FreezeTasks(true)
		createFailures["login refused"](t, a, b)
		back()
		callAt(a, isPoll, func() { a.FreezeTasks(false) })
	},
	"of another user, running, without details": func(t *testing.T, a, b *simulator.Appliance) {
		back := secondUser(a)
		a.SetTaskNaming(simulator.Unnamed)
		a.FreezeTasks(true)
		createFailures["login refused"](t, a, b)
		back()
		callAt(a, isPoll, func() { a.FreezeTasks(false) })
	},
	"forgotten in a restart": func(t *testing.T, a, b *simulator.Appliance) {
		applyConfig(t, a, none, values(b))
		a.Restart()
	},
	"where tasks may not be listed": func(t *testing.T, a, b *simulator.Appliance) {
		applyConfig(t, a, none, values(b))
		a.Fault(simulator.Fault{Method: "GET", Path: "/tasks", Kind: simulator.Status, Status: http.StatusForbidden})
	},
}

// secondUser logs the provider in as a second administrator, and returns a function that restores the first one.
func secondUser(a *simulator.Appliance) (back func()) {
	accounts := a.Accounts()
	other := accounts
	second := accounts.LocalUsers[0]
	second.User, second.Username = "second", "second"
	other.LocalUsers = []simulator.PasswordAccount{second}
	a.SetAccounts(other)
	return func() { a.SetAccounts(accounts) }
}

// TestAdoption_existingPairing: an existing pairing is refused, and adopted only with adopt_existing.
func TestAdoption_existingPairing(t *testing.T) {
	t.Parallel()
	runConcurrently(t, onBothServices(others), func(t *testing.T, c serviceCase[func(t *testing.T, a, b *simulator.Appliance)]) {
		a, b := startSites(t, c.service, 50*time.Millisecond)
		c.value(t, a, b)
		before := a.Stats().Requests["POST /sites"]
		object, problems := attempt(t, a, none, values(b))
		requireAdoptionRefused(t, a, object, problems)
		adoptPairing(t, a, adoptConfig(b))
		requireSent(t, a, before, 0, 0)
	})
}

// TestAdoption_repairs: an adopted pairing is re-paired if it differs.
func TestAdoption_repairs(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		pairByHand(a, b)
		object := adoptPairing(t, a, adoptConfig(b, "description", "changed"))
		requireSent(t, a, 0, 1, 0)
		if object.Values["description"] != "changed" || a.Sites()[0].Description != "changed" {
			t.Errorf("description %v", object.Values["description"])
		}
	})
}

// TestCreate_waitsForAnUnpairTask: while an unpair task of the site runs, a create does not rely on the list.
func TestCreate_waitsForAnUnpairTask(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := applyConfig(t, a, none, withTimeout(b, "delete", shortTime))
		a.FreezeTasks(true)
		_, problems := attempt(t, a, made, nil)
		requireError(t, problems, "The appliance goes on with the task")
		callAt(a, isPoll, func() { a.FreezeTasks(false) })
		requireComplete(t, a, applyConfig(t, a, none, adoptConfig(b)))
		requireSent(t, a, 2, 0, 1)
	})
}

// TestAdoption_ofWhatTheRunHolds: a pairing in the state of the run is not adopted, because the destroy of a
// replacement with create_before_destroy would unpair it.
func TestAdoption_ofWhatTheRunHolds(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := applyConfig(t, a, none, values(b))
		p := newProcess(t, a)
		if _, problems := p.Refresh(t, pairingType, made); len(problems.Errors()) > 0 {
			t.Fatal(problems.Errors())
		}
		object, problems := p.Apply(t, p.Plan(t, pairingType, none, adoptConfig(b)))
		requireError(t, problems, "The state already holds the pairing with the site site-b", "create_before_destroy")
		requireNoState(t, object)
		requireSent(t, a, 1, 0, 0)
	})
}

// TestAdoption_thenTheDeposedObject: an object that another one of the run has replaced by adoption is only removed
// from the state.
func TestAdoption_thenTheDeposedObject(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		deposed := applyConfig(t, a, none, values(b))
		p := newProcess(t, a)
		requireComplete(t, a, apply(t, p, p.Plan(t, pairingType, none, adoptConfig(b))))
		object, problems := p.Apply(t, p.Plan(t, pairingType, deposed, nil))
		requireWarning(t, problems, "only removed from the state", "Another resource of this run has made or changed")
		requireNoState(t, object)
		requireSent(t, a, 1, 0, 0)
	})
}

// TestReservations_processPlansAgain: a process that plans and applies several times, as that of "terraform test"
// does, unpairs its own pairings.
func TestReservations_processPlansAgain(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		p := newProcess(t, a)
		made, problems := p.Apply(t, p.Plan(t, pairingType, none, values(b)))
		for range 3 {
			if len(problems.Errors()) > 0 {
				t.Fatal(problems.Errors())
			}
			made, problems = p.Refresh(t, pairingType, made)
		}
		object, problems := p.Apply(t, p.Plan(t, pairingType, made, nil))
		if len(problems) > 0 {
			t.Error(problems.Errors())
		}
		requireNoState(t, object)
		requireSent(t, a, 1, 0, 1)
	})
}

// TestDelete_deposedObject: if the state holds a pairing as the current and as a deposed object, an apply only
// removes the deposed one from it, and a destroy unpairs once.
func TestDelete_deposedObject(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := applyConfig(t, a, none, values(b))
		// The object that is read second knows of both, as does each object with a later list.
		readSecond := func(object direct.Object) direct.Object {
			p := newProcess(t, a)
			other := object
			other.Private = nil // made by another create
			if _, problems := p.Refresh(t, pairingType, other); len(problems) > 0 {
				t.Fatal(problems.Errors())
			}
			object, problems := p.Refresh(t, pairingType, object)
			if len(problems) > 0 {
				t.Fatal(problems.Errors())
			}
			return object
		}
		first, second := readSecond(made), readSecond(made)

		deposed := newProcess(t, a)
		object, problems := deposed.Apply(t, deposed.Plan(t, pairingType, first, nil))
		requireWarning(t, problems, "only removed from the state", "Another object of the state has it too")
		requireNoState(t, object)
		requireSent(t, a, 1, 0, 0)

		destroy := newProcess(t, a)
		for _, object := range []direct.Object{first, second} {
			if gone, problems := destroy.Apply(t, destroy.Plan(t, pairingType, object, nil)); len(problems.Errors()) > 0 || gone.Values != nil {
				t.Fatalf("errors %q", problems.Errors())
			}
		}
		requireSent(t, a, 1, 0, 1)
	})
}

// TestDelete_objectReadFirst: the object that is read first learns of the other when its destroy is planned. A plan
// without a refresh keeps that knowledge.
func TestDelete_objectReadFirst(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := applyConfig(t, a, none, values(b))
		other := made
		other.Private = nil // made by another create
		p := newProcess(t, a)
		for _, object := range []*direct.Object{&made, &other} {
			var problems direct.Diagnostics
			if *object, problems = p.Refresh(t, pairingType, *object); len(problems) > 0 {
				t.Fatal(problems.Errors())
			}
		}
		for _, plan := range []direct.Plan{p.Plan(t, pairingType, made, nil), newProcess(t, a).Plan(t, pairingType, other, nil)} {
			object, problems := newProcess(t, a).Apply(t, plan)
			requireWarning(t, problems, "only removed from the state", "Another object of the state has it too")
			requireNoState(t, object)
		}
		requireSent(t, a, 1, 0, 0)
	})
}

// TestPlan_pairingOfAnotherResource: a plan refuses a resource that creates or adopts a pairing which another
// resource keeps, in either order. The apply would not show the second resource.
func TestPlan_pairingOfAnotherResource(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := applyConfig(t, a, none, values(b))
		keep := func(p *direct.Provider) direct.Diagnostics {
			return p.Plan(t, pairingType, made, values(b)).Diagnostics
		}
		create := func(p *direct.Provider) direct.Diagnostics {
			return p.Plan(t, pairingType, none, adoptConfig(b, "api_url", b.URL()+"/")).Diagnostics
		}
		for _, plans := range [][]func(*direct.Provider) direct.Diagnostics{{keep, create}, {create, keep}} {
			p := newProcess(t, a)
			if first := plans[0](p); len(first) > 0 {
				t.Error(first.Errors())
			}
			requireError(t, plans[1](p), "Two resources for one pairing", "Keep one of them", "moved block")
		}
		imported := direct.Object{Values: made.Values} // without private state
		change, again := newProcess(t, a).Replace(t, pairingType, imported, values(b))
		if len(change.Diagnostics)+len(again.Diagnostics) > 0 {
			t.Errorf("a replacement: %q, %q", change.Diagnostics.Errors(), again.Diagnostics.Errors())
		}
	})
}

// TestReservations_twoResourcesOfOneRun: the second resource for a site is refused before it sends anything, while the
// first one pairs and afterwards.
func TestReservations_twoResourcesOfOneRun(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		p := newProcess(t, a)
		first, second := p.Plan(t, pairingType, none, adoptConfig(b)), p.Plan(t, pairingType, none, adoptConfig(b))
		var problems []direct.Diagnostics
		applySecond := func() {
			_, problem := p.Apply(t, second)
			problems = append(problems, problem)
		}
		var posts atomic.Int32
		a.BeforeResponse(func(r *http.Request) {
			if isPair(r) && posts.Add(1) == 1 {
				applySecond()
			}
		})
		requireComplete(t, a, apply(t, p, first))
		applySecond()
		for _, problem := range problems {
			requireError(t, problem, "Another resource of this run manages this pairing")
		}
		requireSent(t, a, 1, 0, 0)
	})
}

// TestCreate_besideOtherTasks: the unfinished create of another site is not adopted, even if its task does not name
// the site.
func TestCreate_besideOtherTasks(t *testing.T) {
	t.Parallel()
	runConcurrently(t, onBothServices(map[string]variant{"named": {results: true}, "nameless": {naming: simulator.Unnamed, results: true}}),
		func(t *testing.T, c serviceCase[variant]) {
			options := append(acctest.TwoSites(c.service), simulator.ApplianceOptions{Site: "site-c", Service: c.service})
			fixture := startOnClock(t, options...)
			a, b, other := fixture.Appliance("site-a"), fixture.Appliance("site-b"), fixture.Appliance("site-c")
			a.SetTaskDuration(50 * time.Millisecond)
			c.value.set(a)
			a.FreezeTasks(true)
			createFailures["login refused"](t, a, other)
			a.BeforeResponse(func(r *http.Request) {
				if isPoll(r) {
					a.FreezeTasks(false)
				}
			})
			object, problems := attempt(t, a, none, values(b))
			if errors := problems.Errors(); len(errors) > 0 || object.Values["site"] != "site-b" {
				t.Fatalf("%v, state %v", errors, object.Values)
			}
			a.FreezeTasks(false)
			object, problems = attempt(t, a, none, adoptConfig(other))
			requireWarning(t, problems, "is adopted")
			if object.Values["site"] != "site-c" {
				t.Errorf("state %v", object.Values)
			}
			requireSent(t, a, 2, 0, 0)
		})
}

// TestCreate_waitsForAnUnknownTask: no request is sent while a task runs that may be an earlier create of this
// pairing.
func TestCreate_waitsForAnUnknownTask(t *testing.T) {
	t.Parallel()
	a, b := startSites(t, simulator.Manager, 50*time.Millisecond)
	a.SetTaskNaming(simulator.Unnamed)
	a.FreezeTasks(true)
	createFailures["login refused"](t, a, b)
	object, problems := attempt(t, a, none, withTimeout(b, "create", shortTime))
	requireError(t, problems, "no request was sent", "Apply again when the task has ended")
	requireNoState(t, object)
	requireSent(t, a, 1, 0, 0)
}

// newBarrier makes the first n callers wait for each other.
func newBarrier(n int) func() {
	var lock sync.Mutex
	all := make(chan struct{})
	return func() {
		lock.Lock()
		if n--; n == 0 {
			close(all)
		}
		lock.Unlock()
		<-all
	}
}

// TestCreate_twoResponsesLostAtOnce: the tasks of two creates with lost responses don't name their sites. Each
// resource gets its own site.
func TestCreate_twoResponsesLostAtOnce(t *testing.T) {
	t.Parallel()
	runConcurrently(t, onBothServices(map[string]string{"": "", "one fails": "SiteUnreachable"}), func(t *testing.T, c serviceCase[string]) {
		options := append(acctest.TwoSites(c.service), simulator.ApplianceOptions{Site: "site-c", Service: c.service})
		fixture := startOnClock(t, options...)
		a, b, other := fixture.Appliance("site-a"), fixture.Appliance("site-b"), fixture.Appliance("site-c")
		a.SetTaskDuration(600 * time.Millisecond)
		a.SetTaskNaming(simulator.Unnamed)
		a.Fault(simulator.Fault{Method: "POST", Path: "/sites", Kind: simulator.DropResponse})
		if c.value != "" {
			a.FailNextTask("pair", c.value, "No answer.")
		}
		// Neither create sees the task of the other before its request, because both read at the same time.
		// Afterwards each finds its own among two.
		var begun sync.WaitGroup
		begun.Add(2)
		paired := newBarrier(2)
		a.BeforeResponse(func(r *http.Request) {
			switch {
			case r.Method == http.MethodGet && r.URL.Path == "/tasks":
				begun.Wait()
			case isPair(r):
				paired()
			}
		})
		p := newProcess(t, a)
		plans := map[string]direct.Plan{"site-b": p.Plan(t, pairingType, none, values(b)), "site-c": p.Plan(t, pairingType, none, values(other))}
		whole := make(chan any, len(plans))
		runConcurrently(t, plans, func(t *testing.T, plan direct.Plan) {
			begun.Done()
			object, problems := p.Apply(t, plan)
			if len(problems.Errors()) == 0 && object.Values["site"] == plan.Values["site"] {
				whole <- object.Values["site"]
			} else {
				requireNoState(t, object)
			}
		})
		if want := map[string]int{"": 2, "SiteUnreachable": 1}[c.value]; len(whole) != want || len(a.Sites()) != want {
			t.Errorf("%d creates succeeded, %d sites are paired", len(whole), len(a.Sites()))
		}
		requireSent(t, a, 2, 0, 0)
	})
}

// TestCreate_loginLostBeforeTheRequest: the session ends just before the request, and the new login fails. The
// request was not sent, so nothing is looked up.
func TestCreate_loginLostBeforeTheRequest(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		callAt(a, func(r *http.Request) bool { return r.URL.Path == "/tasks" }, func() {
			a.ExpireSessions()
			a.Fault(simulator.Fault{Method: "POST", Path: "/sessions", Kind: simulator.Reset})
		})
		object, problems := attempt(t, a, none, values(b))
		requireError(t, problems, "The login to", "did not succeed")
		if strings.Contains(problems.Errors()[0], "no sign of it was found") {
			t.Errorf("it says too much: %s", problems.Errors()[0])
		}
		requireGone(t, a, object)
		a.ClearFaults()
		requireComplete(t, a, applyConfig(t, a, none, values(b)))
	})
}
