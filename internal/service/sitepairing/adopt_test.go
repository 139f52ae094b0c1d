package sitepairing_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// dyingWays are the ways of a create to end in an error after its request. The
// task is frozen meanwhile.
var dyingWays = map[string]func(t *testing.T, a, b *simulator.Appliance) direct.Diagnostics{
	"timed out": func(t *testing.T, a, b *simulator.Appliance) direct.Diagnostics {
		object, problems := attempt(t, a, none, inTime(b, "create", shortTime))
		one(t, problems, "The operation timed out", "at ")
		left(t, object)
		return problems
	},
	"login refused": func(t *testing.T, a, b *simulator.Appliance) direct.Diagnostics {
		accounts := a.Accounts()
		when(a, isPoll, func() {
			a.SetAccounts(simulator.Accounts{})
			a.ExpireSessions()
		})
		object, problems := attempt(t, a, none, values(b))
		a.SetAccounts(accounts)
		one(t, problems, "refused the login", "The login is not tried again")
		left(t, object)
		if failed := a.Stats().FailedLogins; failed != 1 {
			t.Errorf("%d logins were refused", failed)
		}
		return problems
	},
	"timed out, and the answer was lost": func(t *testing.T, a, b *simulator.Appliance) direct.Diagnostics {
		a.Fault(simulator.Fault{Method: "POST", Path: "/sites", Times: 1, Kind: simulator.Reset, PerformFirst: true})
		object, problems := attempt(t, a, none, inTime(b, "create", shortTime))
		one(t, problems, "The operation timed out")
		left(t, object)
		return problems
	},
}

// left checks that nothing is in the state: Terraform would destroy it.
func left(t *testing.T, object direct.Object) {
	t.Helper()
	if object.Values != nil {
		t.Errorf("state beside an error: %v", object.Values)
	}
}

// shortTime is how long an operation may take whose task does not end.
const shortTime = "4s"

// variant is how an appliance shows its tasks and sites: the reference leaves
// each of these open.
type variant struct {
	naming  simulator.TaskNaming
	results bool // the tasks have some
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

// adopting are the arguments that pair with b or adopt what is there.
func adopting(b *simulator.Appliance, changes ...string) direct.Values {
	v := values(b, changes...)
	v["adopt_existing"] = true
	return v
}

// adopts is a create that adopts the pairing that is there.
func adopts(t *testing.T, a *simulator.Appliance, config direct.Values) direct.Object {
	t.Helper()
	object, problems := attempt(t, a, none, config)
	warned(t, problems, "is adopted")
	complete(t, a, object)
	return object
}

// refusedToAdopt checks for the error of a pairing that is there already.
func refusedToAdopt(t *testing.T, a *simulator.Appliance, object direct.Object, problems direct.Diagnostics) {
	t.Helper()
	key := "site-b"
	for _, s := range a.Sites() {
		if s.Site == key && a.Service() == simulator.Manager {
			key = s.ID
		}
	}
	one(t, problems, "is paired with the site site-b already", "terraform import vcda_site_pairing.NAME "+key, "id = \""+key+"\"", "adopt_existing")
	left(t, object)
}

// TestAdoption_afterACreateCutShort: whatever ended a create after its request, the next one waits for
// its task and then refuses the pairing, or adopts it: one POST over all runs, never
// a DELETE. Who made it plays no part.
func TestAdoption_afterACreateCutShort(t *testing.T) {
	t.Parallel()
	type cut struct {
		die     func(t *testing.T, a, b *simulator.Appliance) direct.Diagnostics
		shown   variant
		running bool
	}
	cases := map[string]cut{}
	for way, die := range dyingWays {
		for name, shown := range variants {
			cases[way+"/"+name+"/running"] = cut{die, shown, true}
			cases[way+"/"+name+"/ended"] = cut{die, shown, false}
		}
	}
	together(t, onBoth(cases), func(t *testing.T, c serviceCase[cut]) {
		a, b := estateOf(t, c.service, 50*time.Millisecond)
		c.is.shown.set(a)
		a.FreezeTasks(true)
		for _, text := range c.is.die(t, a, b).Errors() {
			sayAll(t, text, "adopt_existing = true", "Operation ID: terraform-")
		}
		thaw := func() {
			if c.is.running {
				when(a, isPoll, func() { a.FreezeTasks(false) })
			} else {
				a.BeforeResponse(nil)
				a.FreezeTasks(false)
				clockOf(a).(*clocktest.Clock).Advance(time.Second) //nolint:errcheck // see startOnClock
			}
		}
		thaw()
		object, problems := attempt(t, a, none, values(b))
		refusedToAdopt(t, a, object, problems)
		adopts(t, a, adopting(b))
		sent(t, a, 1, 0, 0)
	})
}

// pairByHand pairs in the user interface, under the address that values has.
func pairByHand(a, b *simulator.Appliance) {
	a.Pair(b.Site())
	a.SetPublicURL(b.Site(), b.URL())
}

// others are pairings that somebody else has made: each prepares one.
var others = map[string]func(t *testing.T, a, b *simulator.Appliance){
	"made in the user interface": func(_ *testing.T, a, b *simulator.Appliance) { pairByHand(a, b) },
	"of another user": func(t *testing.T, a, b *simulator.Appliance) {
		back := secondUser(a)
		succeeds(t, a, none, values(b))
		back()
	},
	"of the same user": func(t *testing.T, a, b *simulator.Appliance) { succeeds(t, a, none, values(b)) },
	"of another user, running": func(t *testing.T, a, b *simulator.Appliance) {
		back := secondUser(a)
		a.FreezeTasks(true)
		dyingWays["login refused"](t, a, b)
		back()
		when(a, isPoll, func() { a.FreezeTasks(false) })
	},
	"of another user, running, of which it says nothing": func(t *testing.T, a, b *simulator.Appliance) {
		back := secondUser(a)
		a.SetTaskNaming(simulator.Unnamed)
		a.FreezeTasks(true)
		dyingWays["login refused"](t, a, b)
		back()
		when(a, isPoll, func() { a.FreezeTasks(false) })
	},
	"forgotten in a restart": func(t *testing.T, a, b *simulator.Appliance) {
		succeeds(t, a, none, values(b))
		a.Restart()
	},
	"where tasks may not be listed": func(t *testing.T, a, b *simulator.Appliance) {
		succeeds(t, a, none, values(b))
		a.Fault(simulator.Fault{Method: "GET", Path: "/tasks", Kind: simulator.Status, Status: http.StatusForbidden})
	},
}

// secondUser makes a second administrator the one the provider logs in as, and
// returns how to go back.
func secondUser(a *simulator.Appliance) (back func()) {
	accounts := a.Accounts()
	other := accounts
	second := accounts.LocalUsers[0]
	second.User, second.Username = "second", "second"
	other.LocalUsers = []simulator.PasswordAccount{second}
	a.SetAccounts(other)
	return func() { a.SetAccounts(accounts) }
}

// TestAdoption_existingPairing: a pairing that is there already is refused, and adopted only
// where that is asked for.
func TestAdoption_existingPairing(t *testing.T) {
	t.Parallel()
	together(t, onBoth(others), func(t *testing.T, c serviceCase[func(t *testing.T, a, b *simulator.Appliance)]) {
		a, b := estateOf(t, c.service, 50*time.Millisecond)
		c.is(t, a, b)
		before := a.Stats().Requests["POST /sites"]
		object, problems := attempt(t, a, none, values(b))
		refusedToAdopt(t, a, object, problems)
		adopts(t, a, adopting(b))
		sent(t, a, before, 0, 0)
	})
}

// TestAdoption_repairs: what is adopted is re-paired where it differs.
func TestAdoption_repairs(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		pairByHand(a, b)
		object := adopts(t, a, adopting(b, "description", "changed"))
		sent(t, a, 0, 1, 0)
		if object.Values["description"] != "changed" || a.Sites()[0].Description != "changed" {
			t.Errorf("description %v", object.Values["description"])
		}
	})
}

// TestCreate_waitsForAnUnpairTask: an unpair task of the site still runs: the list is
// not believed before it has ended.
func TestCreate_waitsForAnUnpairTask(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := succeeds(t, a, none, inTime(b, "delete", shortTime))
		a.FreezeTasks(true)
		_, problems := attempt(t, a, made, nil)
		one(t, problems, "The appliance goes on with the task")
		when(a, isPoll, func() { a.FreezeTasks(false) })
		complete(t, a, succeeds(t, a, none, adopting(b)))
		sent(t, a, 2, 0, 1)
	})
}

// TestAdoption_ofWhatTheRunHolds: a pairing that the state of the run holds is not
// adopted: the destroy of a replacement with create_before_destroy would unpair it.
func TestAdoption_ofWhatTheRunHolds(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := succeeds(t, a, none, values(b))
		p := process(t, a)
		if _, problems := p.Refresh(t, pairingType, made); len(problems.Errors()) > 0 {
			t.Fatal(problems.Errors())
		}
		object, problems := p.Apply(t, p.Plan(t, pairingType, none, adopting(b)))
		one(t, problems, "The state already holds the pairing with the site site-b", "create_before_destroy")
		left(t, object)
		sent(t, a, 1, 0, 0)
	})
}

// TestAdoption_thenTheDeposedObject: an object of the state that another one of the
// run has replaced by adoption is only forgotten.
func TestAdoption_thenTheDeposedObject(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		deposed := succeeds(t, a, none, values(b))
		p := process(t, a)
		complete(t, a, apply(t, p, p.Plan(t, pairingType, none, adopting(b))))
		object, problems := p.Apply(t, p.Plan(t, pairingType, deposed, nil))
		warned(t, problems, "only removed from the state", "Another resource of this run has made or changed")
		left(t, object)
		sent(t, a, 1, 0, 0)
	})
}

// TestReservations_processPlansAgain: a process that plans and applies several times, as that of
// "terraform test" does, unpairs what it made.
func TestReservations_processPlansAgain(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		p := process(t, a)
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
		left(t, object)
		sent(t, a, 1, 0, 1)
	})
}

// TestDelete_deposedObject: of a state that holds a pairing as the current and as a deposed
// object, an apply only forgets the deposed one, and a destroy unpairs once.
func TestDelete_deposedObject(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := succeeds(t, a, none, values(b))
		// Whichever is read second knows of both, as does each whose list comes after that.
		readSecond := func(object direct.Object) direct.Object {
			p := process(t, a)
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

		deposed := process(t, a)
		object, problems := deposed.Apply(t, deposed.Plan(t, pairingType, first, nil))
		warned(t, problems, "only removed from the state", "Another object of the state holds it too")
		left(t, object)
		sent(t, a, 1, 0, 0)

		destroy := process(t, a)
		for _, object := range []direct.Object{first, second} {
			if gone, problems := destroy.Apply(t, destroy.Plan(t, pairingType, object, nil)); len(problems.Errors()) > 0 || gone.Values != nil {
				t.Fatalf("errors %q", problems.Errors())
			}
		}
		sent(t, a, 1, 0, 1)
	})
}

// TestDelete_objectReadFirst: the object that is read first learns of the other when its
// destroy is planned, and forgets nothing when that is planned without a refresh.
func TestDelete_objectReadFirst(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := succeeds(t, a, none, values(b))
		other := made
		other.Private = nil // made by another create
		p := process(t, a)
		for _, object := range []*direct.Object{&made, &other} {
			var problems direct.Diagnostics
			if *object, problems = p.Refresh(t, pairingType, *object); len(problems) > 0 {
				t.Fatal(problems.Errors())
			}
		}
		for _, plan := range []direct.Plan{p.Plan(t, pairingType, made, nil), process(t, a).Plan(t, pairingType, other, nil)} {
			object, problems := process(t, a).Apply(t, plan)
			warned(t, problems, "only removed from the state", "Another object of the state holds it too")
			left(t, object)
		}
		sent(t, a, 1, 0, 0)
	})
}

// TestPlan_pairingOfAnotherResource: a resource that pairs with a site, or adopts it, is
// refused beside one that keeps the pairing, which no apply would show. The order plays
// no part.
func TestPlan_pairingOfAnotherResource(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := succeeds(t, a, none, values(b))
		keep := func(p *direct.Provider) direct.Diagnostics {
			return p.Plan(t, pairingType, made, values(b)).Diagnostics
		}
		create := func(p *direct.Provider) direct.Diagnostics {
			return p.Plan(t, pairingType, none, adopting(b, "api_url", b.URL()+"/")).Diagnostics
		}
		for _, plans := range [][]func(*direct.Provider) direct.Diagnostics{{keep, create}, {create, keep}} {
			p := process(t, a)
			if first := plans[0](p); len(first) > 0 {
				t.Error(first.Errors())
			}
			one(t, plans[1](p), "Two resources for one pairing", "Keep one of them", "moved block")
		}
		imported := direct.Object{Values: made.Values} // without private state
		change, again := process(t, a).Replace(t, pairingType, imported, values(b))
		if len(change.Diagnostics)+len(again.Diagnostics) > 0 {
			t.Errorf("a replacement: %q, %q", change.Diagnostics.Errors(), again.Diagnostics.Errors())
		}
	})
}

// TestReservations_twoResourcesOfOneRun: the second resource that pairs with a site is refused
// before it sends anything.
func TestReservations_twoResourcesOfOneRun(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		p := process(t, a)
		plans := []direct.Plan{p.Plan(t, pairingType, none, adopting(b)), p.Plan(t, pairingType, none, adopting(b))}
		complete(t, a, apply(t, p, plans[0]))
		object, problems := p.Apply(t, plans[1])
		one(t, problems, "Another resource of this run manages this pairing")
		left(t, object)
		sent(t, a, 1, 0, 0)
	})
}

// TestCreate_besideOtherTasks: an unfinished create for another site is nothing
// to take over, even where its task doesn't say what it is about.
func TestCreate_besideOtherTasks(t *testing.T) {
	t.Parallel()
	together(t, onBoth(map[string]variant{"named": {results: true}, "nameless": {naming: simulator.Unnamed, results: true}}),
		func(t *testing.T, c serviceCase[variant]) {
			options := append(acctest.TwoSites(c.service), simulator.ApplianceOptions{Site: "site-c", Service: c.service})
			fixture := startOnClock(t, options...)
			a, b, other := fixture.Appliance("site-a"), fixture.Appliance("site-b"), fixture.Appliance("site-c")
			a.SetTaskDuration(50 * time.Millisecond)
			c.is.set(a)
			a.FreezeTasks(true)
			dyingWays["login refused"](t, a, other)
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
			object, problems = attempt(t, a, none, adopting(other))
			warned(t, problems, "is adopted")
			if object.Values["site"] != "site-c" {
				t.Errorf("state %v", object.Values)
			}
			sent(t, a, 2, 0, 0)
		})
}

// TestCreate_waitsForAnUnknownTask: as long as a task runs that may be an earlier
// create of this pairing, no request is sent.
func TestCreate_waitsForAnUnknownTask(t *testing.T) {
	t.Parallel()
	a, b := estateOf(t, simulator.Manager, 50*time.Millisecond)
	a.SetTaskNaming(simulator.Unnamed)
	a.FreezeTasks(true)
	dyingWays["login refused"](t, a, b)
	object, problems := attempt(t, a, none, inTime(b, "create", shortTime))
	one(t, problems, "no request was sent", "Apply again when the task has ended")
	left(t, object)
	sent(t, a, 1, 0, 0)
}

// meeting makes the first n callers wait for each other.
func meeting(n int) func() {
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

// TestCreate_twoResponsesLostAtOnce: the tasks of two creates that lost their answers
// don't say which is whose. Each resource gets its own site.
func TestCreate_twoResponsesLostAtOnce(t *testing.T) {
	t.Parallel()
	together(t, onBoth(map[string]string{"": "", "one fails": "SiteUnreachable"}), func(t *testing.T, c serviceCase[string]) {
		options := append(acctest.TwoSites(c.service), simulator.ApplianceOptions{Site: "site-c", Service: c.service})
		fixture := startOnClock(t, options...)
		a, b, other := fixture.Appliance("site-a"), fixture.Appliance("site-b"), fixture.Appliance("site-c")
		a.SetTaskDuration(600 * time.Millisecond)
		a.SetTaskNaming(simulator.Unnamed)
		a.Fault(simulator.Fault{Method: "POST", Path: "/sites", Kind: simulator.DropResponse})
		if c.is != "" {
			a.FailNextTask("pair", c.is, "No answer.")
		}
		// Neither sees the other's task before it sends: they look together. Each looks for its own when there are two.
		var begun sync.WaitGroup
		begun.Add(2)
		paired := meeting(2)
		a.BeforeResponse(func(r *http.Request) {
			switch {
			case r.Method == http.MethodGet && r.URL.Path == "/tasks":
				begun.Wait()
			case isPair(r):
				paired()
			}
		})
		p := process(t, a)
		plans := map[string]direct.Plan{"site-b": p.Plan(t, pairingType, none, values(b)), "site-c": p.Plan(t, pairingType, none, values(other))}
		whole := make(chan any, len(plans))
		together(t, plans, func(t *testing.T, plan direct.Plan) {
			begun.Done()
			object, problems := p.Apply(t, plan)
			if len(problems.Errors()) == 0 && object.Values["site"] == plan.Values["site"] {
				whole <- object.Values["site"]
			} else {
				left(t, object)
			}
		})
		if want := map[string]int{"": 2, "SiteUnreachable": 1}[c.is]; len(whole) != want || len(a.Sites()) != want {
			t.Errorf("%d creates succeeded, %d sites are paired", len(whole), len(a.Sites()))
		}
		sent(t, a, 2, 0, 0)
	})
}

// TestCreate_loginLostBeforeTheRequest: the session ends just before the request, and
// no new one can be had. Then the request was not performed, and nobody looks
// for what it began.
func TestCreate_loginLostBeforeTheRequest(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		when(a, func(r *http.Request) bool { return r.URL.Path == "/tasks" }, func() {
			a.ExpireSessions()
			a.Fault(simulator.Fault{Method: "POST", Path: "/sessions", Kind: simulator.Reset})
		})
		object, problems := attempt(t, a, none, values(b))
		one(t, problems, "The login to", "did not succeed")
		if strings.Contains(problems.Errors()[0], "no sign of it was found") {
			t.Errorf("it says too much: %s", problems.Errors()[0])
		}
		gone(t, a, object)
		a.ClearFaults()
		complete(t, a, succeeds(t, a, none, values(b)))
	})
}
