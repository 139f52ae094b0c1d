package sitepairing_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestTasks_fail: the appliance's own words are shown, and the state is as it
// was before: none, or the old one.
func TestTasks_fail(t *testing.T) {
	t.Parallel()
	type failure struct{ code, msg, says string }
	together(t, onBoth(map[string]failure{
		"with an error":    {"SiteUnreachable", "No answer from there.", "SiteUnreachable: No answer from there."},
		"without an error": {"", "", "failed and gives no reason"},
	}), func(t *testing.T, c serviceCase[failure]) {
		a, b := estateOf(t, c.service, 50*time.Millisecond)
		a.FailNextTask("pair", c.is.code, c.is.msg)
		object, problems := attempt(t, a, none, values(b))
		one(t, problems, "Unable to pair with the site at "+b.URL(), c.is.says, "Operation ID: terraform-")
		gone(t, a, object)
		made := succeeds(t, a, none, values(b)) // a failed task is nothing to take over
		sent(t, a, 2, 0, 0)

		a.FailNextTask("repair", c.is.code, c.is.msg)
		kept, problems := attempt(t, a, made, values(b, "description", "two"))
		one(t, problems, "Unable to change the site pairing site-b", c.is.says)
		complete(t, a, kept)

		a.FailNextTask("unpair", c.is.code, c.is.msg)
		kept, problems = attempt(t, a, kept, nil)
		one(t, problems, "Unable to unpair the site pairing site-b", c.is.says)
		complete(t, a, kept)
		gone(t, a, succeeds(t, a, kept, nil))
	})
}

// TestTasks_failAfterALostResponse: the answer is lost, and the task that was found
// instead fails: its words are shown.
func TestTasks_failAfterALostResponse(t *testing.T) {
	t.Parallel()
	together(t, onBoth(map[string]simulator.TaskNaming{"named": simulator.NamedByKey, "nameless": simulator.Unnamed}),
		func(t *testing.T, c serviceCase[simulator.TaskNaming]) {
			a, b := estateOf(t, c.service, 50*time.Millisecond)
			a.SetTaskNaming(c.is)
			lose := func(method, path, task string) {
				a.Fault(simulator.Fault{Method: method, Path: path, Times: 1, Kind: simulator.DropResponse})
				a.FailNextTask(task, "SiteUnreachable", "No answer from there.")
			}
			lose("POST", "/sites", "pair")
			object, problems := attempt(t, a, none, values(b))
			one(t, problems, "SiteUnreachable: No answer from there.")
			gone(t, a, object)
			made := succeeds(t, a, none, values(b))
			lose("PUT", "/sites/*", "repair")
			kept, problems := attempt(t, a, made, values(b, "description", "two"))
			one(t, problems, "SiteUnreachable: No answer from there.")
			lose("DELETE", "/sites/*", "unpair")
			kept, problems = attempt(t, a, kept, nil)
			one(t, problems, "SiteUnreachable: No answer from there.")
			complete(t, a, kept)
			sent(t, a, 2, 1, 1)
		})
}

// TestWarnings_ofTasks: warnings of a task become warnings of Terraform, whatever
// their form.
func TestWarnings_ofTasks(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		b.Pair("site-a")
		for _, warning := range []any{"a plain text", map[string]any{"limit": 3}, nil, []any{"nested"}, 7} {
			a.WarnNextTaskWith(warning)
		}
		a.WarnNextTask("an error object")
		object, problems := attempt(t, a, none, values(b))
		warned(t, problems, "a plain text", `{"limit":3}`, `["nested"]`, "7", "SimulatedWarning: an error object")
		if n := len(problems.Warnings()); n != 5 {
			t.Errorf("%d warnings: %q", n, problems.Warnings())
		}
		a.WarnNextTask("of the update")
		object, problems = attempt(t, a, object, values(b, "description", "two"))
		warned(t, problems, "SimulatedWarning: of the update")
		a.WarnNextTask("of the delete")
		_, problems = attempt(t, a, object, nil)
		warned(t, problems, "SimulatedWarning: of the delete")
	})
}

// strange are ways of a task to look strange and still come to a good end.
var strange = map[string]func(a *simulator.Appliance){
	"unknown state":             func(a *simulator.Appliance) { a.SetTaskState("ABORTING") },
	"progress goes backwards":   func(a *simulator.Appliance) { a.ReverseProgress(true) },
	"no result":                 func(a *simulator.Appliance) { a.OmitTaskResults(true) },
	"names nothing":             func(a *simulator.Appliance) { a.SetTaskNaming(simulator.Unnamed) },
	"names the site":            func(a *simulator.Appliance) { a.SetTaskNaming(simulator.NamedBySite) },
	"listed early":              func(a *simulator.Appliance) { a.ListEarly(true) },
	"listed twice":              func(a *simulator.Appliance) { a.ListTwice(true) },
	"forgotten in a restart":    func(a *simulator.Appliance) { when(a, isPoll, a.Restart) },
	"vanished":                  func(a *simulator.Appliance) { when(a, isPoll, a.ForgetTasks) },
	"hidden from the user":      func(a *simulator.Appliance) { a.HideTasks(true) },
	"session expires meanwhile": func(a *simulator.Appliance) { when(a, isPoll, a.ExpireSessions) },
	"null for lists": func(a *simulator.Appliance) {
		a.Fault(simulator.Fault{Method: "GET", Path: "/tasks", Kind: simulator.Body, Body: `{"items":null,"total":0,"offset":0,"limit":100}`})
	},
	"warnings are no list": func(a *simulator.Appliance) {
		a.Fault(simulator.Fault{Method: "GET", Path: "/tasks/*", Times: 1, Kind: simulator.Body, Body: `{"id":"1","state":"RUNNING","warnings":{"a":1},"error":null,"result":null,"workflowInfo":null}`})
	},
}

// TestTasks_oddForms: an operation comes to its good end however its task looks
// on the way: created, changed and removed by one request each.
func TestTasks_oddForms(t *testing.T) {
	t.Parallel()
	together(t, onBoth(strange), func(t *testing.T, c serviceCase[func(a *simulator.Appliance)]) {
		a, b := estateOf(t, c.service, 400*time.Millisecond)
		c.is(a)
		made := succeeds(t, a, none, values(b))
		complete(t, a, made)
		c.is(a)
		changed := succeeds(t, a, made, values(b, "description", "two"))
		complete(t, a, changed)
		if got := a.Sites()[0].Description; got != "two" {
			t.Errorf("the appliance has the description %q", got)
		}
		c.is(a)
		gone(t, a, succeeds(t, a, changed, nil))
		sent(t, a, 1, 1, 1)
	})
}

// TestTasks_forgottenRepair: a re-pairing whose task vanished is done when the list
// shows it; where the list can't tell, a warning says so.
func TestTasks_forgottenRepair(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := succeeds(t, a, none, values(b))
		a.FreezeTasks(true)
		when(a, isPoll, func() {
			a.ForgetTasks()
			a.FreezeTasks(false)
		})
		config := values(b)
		config["repair_triggers"] = direct.Values{"build": "2"}
		object, problems := attempt(t, a, made, config)
		warned(t, problems, "The appliance no longer shows the task")
		complete(t, a, object)
		sent(t, a, 1, 1, 0)
	})
}

// TestTimeout_unknownTaskState: a task that never ends, in a state nobody knows. The error names
// task, state, progress, operation and what to do.
func TestTimeout_unknownTaskState(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		a.FreezeTasks(true)
		a.SetTaskState("WAITING_FOR_GODOT")
		a.Fault(simulator.Fault{Method: "GET", Path: "/tasks/*", Skip: 2, Kind: simulator.Status, Status: http.StatusInternalServerError})
		_, problems := attempt(t, a, none, inTime(b, "create", shortTime))
		one(t, problems, "The task ", "was WAITING_FOR_GODOT at ", "The last answer about the task: The appliance answered status 500",
			"Allow more time in the attribute timeouts", "adopt_existing", "Operation ID: terraform-")
	})
}

// TestBusy_sentAgain: the appliance declines a change while a task of the site runs. The
// change is sent again, in pauses, until it is free.
func TestBusy_sentAgain(t *testing.T) {
	t.Parallel()
	together(t, onBoth(map[string]int{"409": 409, "429": 429, "503": 503}), func(t *testing.T, c serviceCase[int]) {
		a, b := estateOf(t, c.service, 50*time.Millisecond)
		made := succeeds(t, a, none, values(b))
		a.SetBusy(c.is, 1)
		a.Fault(simulator.Fault{Method: "GET", Path: "/tasks", Kind: simulator.Status, Status: http.StatusForbidden}) // else the task is waited for
		a.FreezeTasks(true)
		_, problems := attempt(t, a, made, inTime(b, "update", shortTime, "description", "two")) // its task keeps the site busy
		one(t, problems, "The operation timed out")
		declined := 0
		a.BeforeResponse(func(r *http.Request) {
			if r.Method == http.MethodPut {
				if declined++; declined == 2 {
					a.FreezeTasks(false)
				}
			}
		})
		changed := succeeds(t, a, made, values(b, "description", "three"))
		complete(t, a, changed)
		if got := a.Sites()[0].Description; got != "three" || declined != 3 {
			t.Errorf("description %q after %d requests", got, declined)
		}
		puts := 0
		var last time.Time
		for _, r := range a.Requests() {
			if r.Method == http.MethodPut {
				if puts++; puts > 2 && r.Time.Sub(last) < time.Second {
					t.Errorf("sent again after %s, though the appliance asked for a second", r.Time.Sub(last))
				}
				last = r.Time
			}
		}
	})
}

// TestBusy_untilTheTimeout: the time runs out while the appliance declines.
func TestBusy_untilTheTimeout(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := succeeds(t, a, none, inTime(b, "delete", "2s"))
		a.Fault(simulator.Fault{Method: "DELETE", Path: "/sites/*", Kind: simulator.Status, Status: http.StatusServiceUnavailable, Body: `{"code":"Busy","msg":"Another task is running."}`})
		kept, problems := attempt(t, a, made, nil)
		one(t, problems, "Unable to unpair", "503 Busy: Another task is running.")
		complete(t, a, kept)
	})
}

// TestConflict_untilTheTimeout: a 409 is declined for now, whether or not a task is to
// be seen that explains it. The error has the last answer.
func TestConflict_untilTheTimeout(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := succeeds(t, a, none, values(b))
		a.Fault(simulator.Fault{Method: "DELETE", Path: "/sites/*", Kind: simulator.Status, Status: http.StatusConflict, Body: `{"code":"ReplicationsExist","msg":"There are replications."}`})
		start := clockOf(a).Now()
		kept, problems := attempt(t, a, made, nil)
		one(t, problems, "Unable to unpair", "409 ReplicationsExist: There are replications.", "The operation timed out", "declined the request")
		complete(t, a, kept)
		if took := clockOf(a).Now().Sub(start); took < 10*time.Minute {
			t.Errorf("it gave up after %s", took)
		}
	})
}

// TestDeclined_interrupted: Ctrl-C ends the tries, and is not called a timeout.
func TestDeclined_interrupted(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		a.Fault(simulator.Fault{Method: "POST", Path: "/sites", Kind: simulator.Status, Status: http.StatusConflict})
		object, problems := stopped(t, a, none, values(b), isPair)
		one(t, problems, "The operation was interrupted.", "The appliance has declined the request each time, so nothing was paired.")
		if text := problems.Errors()[0]; strings.Contains(text, "timed out") {
			t.Error(text)
		}
		gone(t, a, object)
	})
}

// TestDeclined_thenPerformed: an appliance that serializes what changes its sites
// declines a request until it is free. Then it is sent again.
func TestDeclined_thenPerformed(t *testing.T) {
	t.Parallel()
	type declined struct{ method, path string }
	together(t, onBoth(map[string]declined{"create": {"POST", "/sites"}, "update": {"PUT", "/sites/*"}, "delete": {"DELETE", "/sites/*"}}), func(t *testing.T, c serviceCase[declined]) {
		for _, status := range []int{http.StatusConflict, http.StatusLocked, http.StatusTooManyRequests, http.StatusServiceUnavailable} {
			a, b := estateOf(t, c.service, time.Second)
			a.Fault(simulator.Fault{Method: c.is.method, Path: c.is.path, Times: 5, Kind: simulator.Status, Status: status, Body: `{"code":"Busy","msg":"Another site operation is in progress."}`})
			made := succeeds(t, a, none, values(b))
			made = succeeds(t, a, made, values(b, "description", "two"))
			gone(t, a, succeeds(t, a, made, nil))
		}
	})
}

// TestBusy_serializedWrites: of several pairings of one run the appliance takes one at a
// time and declines the others. Each is paired once, changed once and unpaired once.
func TestBusy_serializedWrites(t *testing.T) {
	t.Parallel()
	together(t, map[string]simulator.Service{"manager": simulator.Manager, "cloud": simulator.Cloud}, func(t *testing.T, service simulator.Service) {
		var options []simulator.ApplianceOptions
		for _, site := range []string{"site-a", "site-b", "site-c", "site-d"} {
			options = append(options, simulator.ApplianceOptions{Site: site, Service: service, SerializeSiteWrites: true})
		}
		fixture := startOnClock(t, options...)
		a := fixture.Appliance("site-a")
		a.SetTaskDuration(time.Second)
		made := map[string]direct.Object{}
		for _, description := range []string{"", "two", "gone"} {
			p := process(t, a)
			plans := map[string]direct.Plan{}
			for _, o := range options[1:] {
				v := values(fixture.Appliance(o.Site), "description", description)
				if description == "gone" {
					v = nil
				}
				plans[o.Site] = p.Plan(t, pairingType, made[o.Site], v)
			}
			var lock sync.Mutex
			together(t, plans, func(t *testing.T, plan direct.Plan) {
				object := apply(t, p, plan)
				lock.Lock()
				defer lock.Unlock()
				made[fmt.Sprint(plan.Values["site"])] = object
			})
			want := map[string]int{"": 3, "two": 3, "gone": 0}[description]
			if got := len(a.Sites()); got != want {
				t.Errorf("%q: %d sites, want %d", description, got, want)
			}
		}
		performed, declined := map[string]int{}, 0
		for _, r := range a.Requests() {
			switch {
			case !strings.HasPrefix(r.Path, "/sites") || r.Method == http.MethodGet:
			case r.Status == http.StatusConflict:
				declined++
			default:
				performed[r.Method]++
			}
		}
		if performed["POST"] != 3 || performed["PUT"] != 3 || performed["DELETE"] != 3 || declined == 0 {
			t.Errorf("performed %v, declined %d", performed, declined)
		}
	})
}

// TestNames_unicode: a site name in decomposed Unicode is the same name.
func TestNames_unicode(t *testing.T) {
	t.Parallel()
	const composed, decomposed = "M\u00fcnchen", "Mu\u0308nchen"
	together(t, map[string]simulator.Service{"manager": simulator.Manager, "cloud": simulator.Cloud}, func(t *testing.T, service simulator.Service) {
		options := acctest.TwoSites(service)
		options[1].Site = decomposed
		fixture := startOnClock(t, options...)
		a, b := fixture.Appliance("site-a"), fixture.Appliance(decomposed)
		made := succeeds(t, a, none, values(b))
		requireUnchanged(t, a, made, values(b))
		requireUnchanged(t, a, made, values(b, "site", composed))
		sent(t, a, 1, 0, 0)
	})
}

// TestDelete_unpairedMeanwhile: somebody unpairs the site after we have seen it.
func TestDelete_unpairedMeanwhile(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		isList := func(r *http.Request) bool { return r.Method == http.MethodGet && r.URL.Path == "/sites" }
		made := succeeds(t, a, none, values(b))
		when(a, isList, func() { a.Unpair("site-b") })
		kept, problems := attempt(t, a, made, values(b, "description", "two"))
		one(t, problems, "It was unpaired meanwhile. Apply again to pair it.")
		if kept.Values["id"] != made.Values["id"] {
			t.Errorf("state %v", kept.Values)
		}
		removed, _ := refreshed(t, a, kept)
		left(t, removed)
		made = succeeds(t, a, none, values(b)) // not taken for what the first create made
		when(a, isList, func() { a.Unpair("site-b") })
		gone(t, a, succeeds(t, a, made, nil))
		sent(t, a, 2, 1, 1)
	})
}

// TestRead_renamed: the key of the Manager outlives a new name; on the Cloud service
// the name is the key, and the pairing is gone.
func TestRead_renamed(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := succeeds(t, a, none, values(b))
		a.Rename("site-b", "site-x")
		seen, problems := refreshed(t, a, made)
		if len(problems.Errors()) > 0 {
			t.Fatal(problems.Errors())
		}
		if a.Service() == simulator.Cloud {
			left(t, seen)
			return
		}
		complete(t, a, seen)
		if seen.Values["site"] != "site-x" {
			t.Errorf("state %v", seen.Values)
		}
	})
}

// TestRenamed_afterThePlan: an update keeps to its plan, and the next refresh shows the
// new name.
func TestRenamed_afterThePlan(t *testing.T) {
	t.Parallel()
	a, b := estateOf(t, simulator.Manager, time.Second)
	unnamed := values(b, "description", "two")
	delete(unnamed, "site")
	for _, arguments := range []direct.Values{values(b, "description", "one"), unnamed} {
		made := succeeds(t, a, none, values(b))
		p := process(t, a)
		plan := p.Plan(t, pairingType, made, arguments)
		a.Rename("site-b", "site-x")
		changed := apply(t, p, plan)
		if changed.Values["site"] != "site-b" {
			t.Errorf("planned site-b, got %v", changed.Values["site"])
		}
		if now, _ := refreshed(t, a, changed); now.Values["site"] != "site-x" {
			t.Errorf("site %v after a refresh", now.Values["site"])
		}
		a.Rename("site-x", "site-b")
		gone(t, a, succeeds(t, a, changed, nil))
	}
}

// TestNames_equal: on the Manager the id and the URL tell pairings apart, the name
// never.
func TestNames_equal(t *testing.T) {
	t.Parallel()
	fixture := startOnClock(t, append(acctest.TwoSites(simulator.Manager), simulator.ApplianceOptions{Site: "site-c", Service: simulator.Manager})...)
	a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
	made := succeeds(t, a, none, values(b))
	other := a.Pair("site-c")
	a.Rename("site-c", "site-b")
	now, problems := refreshed(t, a, made)
	if len(problems) > 0 || now.Values["id"] != made.Values["id"] {
		t.Errorf("%q, state %v", problems.Errors(), now.Values)
	}
	_, problems = attempt(t, a, none, values(b))
	one(t, problems, "terraform import vcda_site_pairing.NAME "+fmt.Sprint(made.Values["id"]))
	p := process(t, a)
	_, diags := p.Import(t, pairingType, "site-b", nil)
	one(t, diags, "Several pairings go by that name", other, fixture.Appliance("site-c").PublicURL())
}

// strangeList is a list of sites that can't be used, and what is said of it.
type strangeList struct{ body, says string }

var strangeLists = map[string]strangeList{
	"no key":        {`[{"site":"","id":"","apiUrl":"https://x"}]`, "a site in it has no id"},
	"null rows":     {`[null]`, "a site in it has no id"},
	"other columns": {`[{"name":"site-b","uuid":"1"}]`, "a site in it has no id"},
	"an object":     {`{"items":[]}`, "of another type than documented"},
	"two of one":    {`[{"id":"1","site":"site-b","apiPublicUrl":"URL"},{"id":"2","site":"site-b","apiPublicUrl":"URL"}]`, "shows this site twice, as 1 and as 2"},
}

// TestRead_rowsWithoutKey: a row without the key of the service could be the pairing: a
// refresh keeps the state.
func TestRead_rowsWithoutKey(t *testing.T) {
	t.Parallel()
	rows := map[string]string{"the name alone": `[{"site":"site-b"},{"id":"1","site":"site-c"}]`, "the id alone": `[{"site":"site-c"},{"description":"1"}]`}
	services := map[string]simulator.Service{"the name alone": simulator.Manager, "the id alone": simulator.Cloud}
	together(t, services, func(t *testing.T, service simulator.Service) {
		a, b := estateOf(t, service, 50*time.Millisecond)
		made := succeeds(t, a, none, values(b))
		for name, body := range rows {
			if services[name] == service {
				a.Fault(simulator.Fault{Method: "GET", Path: "/sites", Kind: simulator.Body, Body: body})
			}
		}
		kept, problems := refreshed(t, a, made)
		one(t, problems, "a site in it has no ")
		a.ClearFaults()
		complete(t, a, kept)
	})
}

// TestLists_oddForms: a list of sites that can't be true is an error: not a
// pairing that is gone, and not a reason to pair.
func TestLists_oddForms(t *testing.T) {
	t.Parallel()
	together(t, strangeLists, func(t *testing.T, list strangeList) {
		a, b := estateOf(t, simulator.Manager, 50*time.Millisecond)
		a.Fault(simulator.Fault{Method: "GET", Path: "/sites", Kind: simulator.Body, Body: strings.ReplaceAll(list.body, "URL", b.URL())})
		object, problems := attempt(t, a, none, values(b))
		one(t, problems, "Unable to pair with the site at", list.says)
		gone(t, a, object)
		sent(t, a, 0, 0, 0)
	})
}

// TestTasks_resultsThatNoListShows: pairings that are waited for together are found by
// what their tasks have made, also where lists of tasks leave that out and lists
// of sites the public address.
func TestTasks_resultsThatNoListShows(t *testing.T) {
	t.Parallel()
	a, peers := unserved(t, simulator.Manager, 2, 0)
	a.FreezeTasks(true)
	a.OmitTaskResults(true)
	var polls atomic.Int32
	a.BeforeResponse(func(r *http.Request) {
		for _, site := range a.Sites() {
			a.SetPublicURL(site.Site, "")
		}
		switch {
		case !r.URL.Query().Has("ids"):
		case polls.Add(1) == 1: // both wait
			a.FreezeTasks(false)
		default: // the list has shown an end
			a.OmitTaskResults(false)
		}
	})
	p := process(t, a)
	var creates sync.WaitGroup
	for _, peer := range peers {
		arguments := values(peer)
		delete(arguments, "site")
		plan := p.Plan(t, pairingType, none, arguments)
		creates.Go(func() {
			if made, problems := p.Apply(t, plan); len(problems.Errors()) > 0 || made.Values["id"] == nil {
				t.Errorf("errors %q, state %v", problems.Errors(), made.Values)
			}
		})
	}
	creates.Wait()
	sent(t, a, 2, 0, 0)
}

// TestNames_composed: Terraform composes a name that the site spells decomposed. It is
// paired by the composed one where the appliance learns the name from the site, and
// changed and unpaired in the appliance's own form.
func TestNames_composed(t *testing.T) {
	t.Parallel()
	const composed, decomposed = "M\u00fcnchen", "Mu\u0308nchen"
	together(t, map[string]simulator.Service{"manager": simulator.Manager, "cloud": simulator.Cloud}, func(t *testing.T, service simulator.Service) {
		options := acctest.TwoSites(service)
		options[1].Site = decomposed
		fixture := startOnClock(t, options...)
		a, b := fixture.Appliance("site-a"), fixture.Appliance(decomposed)
		v := values(b, "site", composed)
		if service == simulator.Cloud {
			v = values(b)
		}
		made := succeeds(t, a, none, v)
		made = succeeds(t, a, made, values(b, "site", composed, "description", "two"))
		gone(t, a, succeeds(t, a, made, nil))
		sent(t, a, 1, 1, 1)
	})
}
