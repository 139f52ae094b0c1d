package sitepairing_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// dyingWays are the ways of a create to end in an error after its request. The
// task is frozen meanwhile.
var dyingWays = map[string]func(t *testing.T, a, b *simulator.Appliance) direct.Diagnostics{
	"time is up": func(t *testing.T, a, b *simulator.Appliance) direct.Diagnostics {
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
	"time is up and the answer was lost": func(t *testing.T, a, b *simulator.Appliance) direct.Diagnostics {
		a.Fault(simulator.Fault{Method: "POST", Path: "/sites", Times: 1, Kind: simulator.Reset, PerformFirst: true})
		object, problems := attempt(t, a, none, inTime(b, "create", shortTime))
		one(t, problems, "The operation timed out")
		left(t, object)
		return nil
	},
}

// left checks that nothing is in the state: Terraform would destroy it.
func left(t *testing.T, object direct.Object) {
	t.Helper()
	if object.Values != nil {
		t.Errorf("state beside an error: %v", object.Values)
	}
}

// shortTime is long enough for a busy machine to get to the request.
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

// takesOver is a create that finds what an earlier one made.
func takesOver(t *testing.T, a *simulator.Appliance, config direct.Values) direct.Object {
	t.Helper()
	object, problems := attempt(t, a, none, config)
	warned(t, problems, "is taken over")
	complete(t, a, object)
	return object
}

// TestAdoption: whatever ended a create after its request, the next one takes
// the pairing over: one POST over all runs, never a DELETE, a whole state and a
// warning. The task may still run then, or have ended.
func TestAdoption(t *testing.T) {
	t.Parallel()
	type adoption struct {
		die     func(t *testing.T, a, b *simulator.Appliance) direct.Diagnostics
		shown   variant
		running bool
	}
	cases := map[string]adoption{}
	for way, die := range dyingWays {
		for name, shown := range variants {
			if way == "login refused" || name == "named by key" || name == "nameless" || name == "untold" { // every variant where it takes no time
				cases[way+"/"+name+"/running"] = adoption{die, shown, true}
				cases[way+"/"+name+"/ended"] = adoption{die, shown, false}
			}
		}
	}
	together(t, onBoth(cases), func(t *testing.T, c serviceCase[adoption]) {
		a, b := estateOf(t, c.service, 50*time.Millisecond)
		c.is.shown.set(a)
		a.FreezeTasks(true)
		for _, text := range c.is.die(t, a, b).Errors() {
			sayAll(t, text, "The appliance goes on with the task", "Nothing is lost: the next apply by the same user", "takes the pairing over", "Operation ID: terraform-")
		}
		if c.is.running {
			when(a, isPoll, func() { a.FreezeTasks(false) })
		} else {
			a.BeforeResponse(nil)
			a.FreezeTasks(false)
		}
		takesOver(t, a, values(b))
		sent(t, a, 1, 0, 0)
	})
}

// TestAdoptionOfWhatAppeared: a task that says nothing at all is taken for the
// maker of what appeared while it ran, and only then.
func TestAdoptionOfWhatAppeared(t *testing.T) {
	t.Parallel()
	together(t, map[string]bool{"running": true, "ended": false}, func(t *testing.T, running bool) {
		a, b := estateOf(t, simulator.Manager, 50*time.Millisecond)
		variant{naming: simulator.Unnamed}.set(a)
		a.FreezeTasks(true)
		dyingWays["login refused"](t, a, b)
		if running {
			when(a, isPoll, func() { a.FreezeTasks(false) })
			complete(t, a, succeeds(t, a, none, values(b)))
		} else {
			a.FreezeTasks(false)
			object, problems := attempt(t, a, none, values(b))
			refusedToAdopt(t, a, object, problems)
		}
		sent(t, a, 1, 0, 0)
	})
}

// TestAdoptionByTheLogin: the session shows another name of the user than the
// task does; that of the login tells.
func TestAdoptionByTheLogin(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		a.Fault(simulator.Fault{Method: "GET", Path: "/sessions", Kind: simulator.Body, Body: `{"user":"System","roles":["ADMINISTRATORS"],"authenticatedSites":[]}`})
		a.FreezeTasks(true)
		dyingWays["login refused"](t, a, b)
		a.BeforeResponse(nil)
		a.FreezeTasks(false)
		takesOver(t, a, values(b))
		sent(t, a, 1, 0, 0)
	})
}

// TestAdoptionRepairs: what the configuration asks for has changed between the
// runs.
func TestAdoptionRepairs(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		a.FreezeTasks(true)
		dyingWays["login refused"](t, a, b)
		a.FreezeTasks(false)
		object := takesOver(t, a, values(b, "description", "changed"))
		sent(t, a, 1, 1, 0)
		if object.Values["description"] != "changed" {
			t.Errorf("description %v", object.Values["description"])
		}
	})
}

// refusedToAdopt checks for the error of a pairing that isn't ours.
func refusedToAdopt(t *testing.T, a *simulator.Appliance, object direct.Object, problems direct.Diagnostics) {
	t.Helper()
	key := "site-b"
	for _, s := range a.Sites() {
		if s.Site == key && a.Service() == simulator.Manager {
			key = s.ID
		}
	}
	one(t, problems, "is paired with the site site-b already", "terraform import vcda_site_pairing.NAME "+key)
	left(t, object)
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

// foreign are pairings a create must not take over: each prepares one.
var foreign = map[string]func(t *testing.T, a, b *simulator.Appliance){
	"made in the user interface": func(_ *testing.T, a, _ *simulator.Appliance) { a.Pair("site-b") },
	"more than an hour ago": func(t *testing.T, a, b *simulator.Appliance) {
		succeeds(t, a, none, values(b))
		a.AgeTasks(61 * time.Minute)
	},
	"another user's": func(t *testing.T, a, b *simulator.Appliance) {
		back := secondUser(a)
		succeeds(t, a, none, values(b))
		back()
	},
	"another user's, running": func(t *testing.T, a, b *simulator.Appliance) {
		back := secondUser(a)
		a.FreezeTasks(true)
		dyingWays["login refused"](t, a, b)
		back()
		when(a, isPoll, func() { a.FreezeTasks(false) })
	},
	"another user's, running, of which it says nothing": func(t *testing.T, a, b *simulator.Appliance) {
		back := secondUser(a)
		a.SetTaskNaming(simulator.Unnamed)
		a.FreezeTasks(true)
		dyingWays["login refused"](t, a, b)
		back()
		when(a, isPoll, func() { a.FreezeTasks(false) })
	},
	"another user's, after ours was removed": func(t *testing.T, a, b *simulator.Appliance) {
		succeeds(t, a, none, values(b))
		a.Unpair("site-b")
		back := secondUser(a)
		p := process(t, a)
		apply(t, p, p.Plan(t, pairingType, none, values(b)))
		back()
	},
	"somebody's, after ours failed": func(t *testing.T, a, b *simulator.Appliance) {
		a.FailNextTask("pair", "SiteUnreachable", "No answer.")
		_, problems := attempt(t, a, none, values(b))
		one(t, problems, "SiteUnreachable: No answer.")
		a.Pair("site-b")
	},
	"somebody's, beside our task for another site": func(t *testing.T, a, b *simulator.Appliance) {
		a.FailNextTask("pair", "", "")
		_, problems := attempt(t, a, none, direct.Values{"api_url": "https://site-c.example.com:8048", "api_thumbprint": b.Thumbprint(), "site": "site-c"})
		one(t, problems, "failed and gives no reason")
		a.Pair("site-b")
	},
	"forgotten in a restart": func(t *testing.T, a, b *simulator.Appliance) {
		succeeds(t, a, none, values(b))
		a.Restart()
	},
	"hidden": func(t *testing.T, a, b *simulator.Appliance) {
		succeeds(t, a, none, values(b))
		a.Fault(simulator.Fault{Method: "GET", Path: "/tasks", Kind: simulator.Status, Status: http.StatusForbidden})
	},
}

// TestNeverAdopted: a pairing that isn't certainly the work of an unfinished
// create of this user is left alone. The error has the import command, which
// works.
func TestNeverAdopted(t *testing.T) {
	t.Parallel()
	together(t, onBoth(foreign), func(t *testing.T, c serviceCase[func(t *testing.T, a, b *simulator.Appliance)]) {
		a, b := estateOf(t, c.service, 50*time.Millisecond)
		c.is(t, a, b)
		before := a.Stats().Requests["POST /sites"]
		object, problems := attempt(t, a, none, values(b))
		refusedToAdopt(t, a, object, problems)
		sent(t, a, before, 0, 0)
	})
}

// TestPairedAnewElsewhere: the id tells the pairing that is there from the one
// this user made before it was removed.
func TestPairedAnewElsewhere(t *testing.T) {
	t.Parallel()
	a, b := estateOf(t, simulator.Manager, 50*time.Millisecond)
	succeeds(t, a, none, values(b))
	a.Unpair("site-b")
	a.Pair("site-b")
	object, problems := attempt(t, a, none, values(b))
	refusedToAdopt(t, a, object, problems)
	sent(t, a, 1, 0, 0)
}

// TestOtherTasksDoNotDisturb: an unfinished create for another site is nothing
// to take over, even where its task doesn't say what it is about.
func TestOtherTasksDoNotDisturb(t *testing.T) {
	t.Parallel()
	together(t, onBoth(map[string]variant{"named": {results: true}, "nameless": {naming: simulator.Unnamed, results: true}}),
		func(t *testing.T, c serviceCase[variant]) {
			options := append(acctest.TwoSites(c.service), simulator.ApplianceOptions{Site: "site-c", Service: c.service})
			fixture := acctest.StartAppliances(t, options...)
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
			object, problems = attempt(t, a, none, values(other))
			warned(t, problems, "is taken over")
			if object.Values["site"] != "site-c" {
				t.Errorf("state %v", object.Values)
			}
			sent(t, a, 2, 0, 0)
		})
}

// TestNoPostBesideAnUnknownTask: as long as a task runs that may be an earlier
// create of this pairing, no request is sent.
func TestNoPostBesideAnUnknownTask(t *testing.T) {
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

// TestTwoAnswersLostAtOnce: the tasks of two creates that lost their answers
// don't say which is whose. Each resource gets its own site.
func TestTwoAnswersLostAtOnce(t *testing.T) {
	t.Parallel()
	together(t, onBoth(map[string]string{"": "", "one fails": "SiteUnreachable"}), func(t *testing.T, c serviceCase[string]) {
		options := append(acctest.TwoSites(c.service), simulator.ApplianceOptions{Site: "site-c", Service: c.service})
		fixture := acctest.StartAppliances(t, options...)
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

// TestLoginLostBeforeTheRequest: the session ends just before the request, and
// no new one can be had. Then the request was not performed, and nobody looks
// for what it began.
func TestLoginLostBeforeTheRequest(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
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
