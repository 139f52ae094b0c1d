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

// TestTasks_fail: the error has the text of the appliance, and the state is as before: none, or the old one.
func TestTasks_fail(t *testing.T) {
	t.Parallel()
	type failure struct{ code, msg, says string }
	runConcurrently(t, onBothServices(map[string]failure{
		"with an error":    {"SiteUnreachable", "No answer from there.", "SiteUnreachable: No answer from there."},
		"without an error": {"", "", "failed and gives no reason"},
	}), func(t *testing.T, c serviceCase[failure]) {
		a, b := startSites(t, c.service, 50*time.Millisecond)
		a.FailNextTask("pair", c.value.code, c.value.msg)
		object, problems := attempt(t, a, none, values(b))
		requireError(t, problems, "Unable to pair with the site at "+b.URL(), c.value.says, "Operation ID: terraform-")
		requireGone(t, a, object)
		made := applyConfig(t, a, none, values(b)) // a failed task is not adopted
		requireSent(t, a, 2, 0, 0)

		a.FailNextTask("repair", c.value.code, c.value.msg)
		kept, problems := attempt(t, a, made, values(b, "description", "two"))
		requireError(t, problems, "Unable to change the site pairing site-b", c.value.says)
		requireComplete(t, a, kept)

		a.FailNextTask("unpair", c.value.code, c.value.msg)
		kept, problems = attempt(t, a, kept, nil)
		requireError(t, problems, "Unable to unpair the site pairing site-b", c.value.says)
		requireComplete(t, a, kept)
		requireGone(t, a, applyConfig(t, a, kept, nil))
	})
}

// TestTasks_failAfterALostResponse: the response is lost, and the task that is found instead fails: the error has its
// text.
func TestTasks_failAfterALostResponse(t *testing.T) {
	t.Parallel()
	runConcurrently(t, onBothServices(map[string]simulator.TaskNaming{"named": simulator.NamedByKey, "nameless": simulator.Unnamed}),
		func(t *testing.T, c serviceCase[simulator.TaskNaming]) {
			a, b := startSites(t, c.service, 50*time.Millisecond)
			a.SetTaskNaming(c.value)
			lose := func(method, path, task string) {
				a.Fault(simulator.Fault{Method: method, Path: path, Times: 1, Kind: simulator.DropResponse})
				a.FailNextTask(task, "SiteUnreachable", "No answer from there.")
			}
			lose("POST", "/sites", "pair")
			object, problems := attempt(t, a, none, values(b))
			requireError(t, problems, "SiteUnreachable: No answer from there.")
			requireGone(t, a, object)
			made := applyConfig(t, a, none, values(b))
			lose("PUT", "/sites/*", "repair")
			kept, problems := attempt(t, a, made, values(b, "description", "two"))
			requireError(t, problems, "SiteUnreachable: No answer from there.")
			lose("DELETE", "/sites/*", "unpair")
			kept, problems = attempt(t, a, kept, nil)
			requireError(t, problems, "SiteUnreachable: No answer from there.")
			requireComplete(t, a, kept)
			requireSent(t, a, 2, 1, 1)
		})
}

// TestWarnings_ofTasks: warnings of a task in any form become warnings of Terraform.
func TestWarnings_ofTasks(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		b.Pair("site-a")
		for _, warning := range []any{"a plain text", map[string]any{"limit": 3}, nil, []any{"nested"}, 7} {
			a.WarnNextTaskWith(warning)
		}
		a.WarnNextTask("an error object")
		object, problems := attempt(t, a, none, values(b))
		requireWarning(t, problems, "a plain text", `{"limit":3}`, `["nested"]`, "7", "SimulatedWarning: an error object")
		if n := len(problems.Warnings()); n != 5 {
			t.Errorf("%d warnings: %q", n, problems.Warnings())
		}
		a.WarnNextTask("of the update")
		object, problems = attempt(t, a, object, values(b, "description", "two"))
		requireWarning(t, problems, "SimulatedWarning: of the update")
		a.WarnNextTask("of the delete")
		_, problems = attempt(t, a, object, nil)
		requireWarning(t, problems, "SimulatedWarning: of the delete")
	})
}

// oddTasks are variants of a task that still succeeds.
var oddTasks = map[string]func(a *simulator.Appliance){
	"unknown state":             func(a *simulator.Appliance) { a.SetTaskState("ABORTING") },
	"progress goes backwards":   func(a *simulator.Appliance) { a.ReverseProgress(true) },
	"no result":                 func(a *simulator.Appliance) { a.OmitTaskResults(true) },
	"names nothing":             func(a *simulator.Appliance) { a.SetTaskNaming(simulator.Unnamed) },
	"names the site":            func(a *simulator.Appliance) { a.SetTaskNaming(simulator.NamedBySite) },
	"listed early":              func(a *simulator.Appliance) { a.ListEarly(true) },
	"listed twice":              func(a *simulator.Appliance) { a.ListTwice(true) },
	"forgotten in a restart":    func(a *simulator.Appliance) { callAt(a, isPoll, a.Restart) },
	"vanished":                  func(a *simulator.Appliance) { callAt(a, isPoll, a.ForgetTasks) },
	"hidden from the user":      func(a *simulator.Appliance) { a.HideTasks(true) },
	"session expires meanwhile": func(a *simulator.Appliance) { callAt(a, isPoll, a.ExpireSessions) },
	"null for lists": func(a *simulator.Appliance) {
		a.Fault(simulator.Fault{Method: "GET", Path: "/tasks", Kind: simulator.Body, Body: `{"items":null,"total":0,"offset":0,"limit":100}`})
	},
	"warnings are no list": func(a *simulator.Appliance) {
		a.Fault(simulator.Fault{Method: "GET", Path: "/tasks/*", Times: 1, Kind: simulator.Body, Body: `{"id":"1","state":"RUNNING","warnings":{"a":1},"error":null,"result":null,"workflowInfo":null}`})
	},
}

// TestTasks_oddForms: an operation succeeds with each variant of its task, and creates, changes and removes by one
// request each.
func TestTasks_oddForms(t *testing.T) {
	t.Parallel()
	runConcurrently(t, onBothServices(oddTasks), func(t *testing.T, c serviceCase[func(a *simulator.Appliance)]) {
		a, b := startSites(t, c.service, 400*time.Millisecond)
		c.value(a)
		made := applyConfig(t, a, none, values(b))
		requireComplete(t, a, made)
		c.value(a)
		changed := applyConfig(t, a, made, values(b, "description", "two"))
		requireComplete(t, a, changed)
		if got := a.Sites()[0].Description; got != "two" {
			t.Errorf("the appliance has the description %q", got)
		}
		c.value(a)
		requireGone(t, a, applyConfig(t, a, changed, nil))
		requireSent(t, a, 1, 1, 1)
	})
}

// TestTasks_forgottenRepair: a re-pairing whose task disappears is done when the list shows it. If the list can't
// show it, there is a warning.
func TestTasks_forgottenRepair(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := applyConfig(t, a, none, values(b))
		a.FreezeTasks(true)
		callAt(a, isPoll, func() {
			a.ForgetTasks()
			a.FreezeTasks(false)
		})
		config := values(b)
		config["repair_triggers"] = direct.Values{"build": "2"}
		object, problems := attempt(t, a, made, config)
		requireWarning(t, problems, "The appliance no longer shows the task")
		requireComplete(t, a, object)
		requireSent(t, a, 1, 1, 0)
	})
}

// TestTimeout_unknownTaskState: a task stays in an unknown state. The error names task, state, progress, operation
// and advice.
func TestTimeout_unknownTaskState(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		a.FreezeTasks(true)
		a.SetTaskState("WAITING_FOR_GODOT")
		a.Fault(simulator.Fault{Method: "GET", Path: "/tasks/*", Skip: 2, Kind: simulator.Status, Status: http.StatusInternalServerError})
		_, problems := attempt(t, a, none, withTimeout(b, "create", shortTime))
		requireError(t, problems, "The task ", "was WAITING_FOR_GODOT at ", "The last response about the task: The appliance answered status 500",
			"Allow more time in the attribute timeouts", "adopt_existing", "Operation ID: terraform-")
	})
}

// TestBusy_sentAgain: the appliance declines a change while a task of the site runs. The provider sends it again
// until the site is free.
func TestBusy_sentAgain(t *testing.T) {
	t.Parallel()
	runConcurrently(t, onBothServices(map[string]int{"409": 409, "429": 429, "503": 503}), func(t *testing.T, c serviceCase[int]) {
		a, b := startSites(t, c.service, 50*time.Millisecond)
		made := applyConfig(t, a, none, values(b))
		a.SetBusy(c.value, 1)
		a.Fault(simulator.Fault{Method: "GET", Path: "/tasks", Kind: simulator.Status, Status: http.StatusForbidden}) // otherwise the provider waits for the task
		a.FreezeTasks(true)
		_, problems := attempt(t, a, made, withTimeout(b, "update", shortTime, "description", "two")) // its task keeps the site busy
		requireError(t, problems, "The operation timed out")
		declined := 0
		a.BeforeResponse(func(r *http.Request) {
			if r.Method == http.MethodPut {
				if declined++; declined == 2 {
					a.FreezeTasks(false)
				}
			}
		})
		changed := applyConfig(t, a, made, values(b, "description", "three"))
		requireComplete(t, a, changed)
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

// TestBusy_untilTheTimeout: the operation times out while the appliance declines.
func TestBusy_untilTheTimeout(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := applyConfig(t, a, none, withTimeout(b, "delete", "2s"))
		a.Fault(simulator.Fault{Method: "DELETE", Path: "/sites/*", Kind: simulator.Status, Status: http.StatusServiceUnavailable, Body: `{"code":"Busy","msg":"Another task is running."}`})
		kept, problems := attempt(t, a, made, nil)
		requireError(t, problems, "Unable to unpair", "503 Busy: Another task is running.")
		requireComplete(t, a, kept)
	})
}

// TestConflict_untilTheTimeout: a 409 is a declined request, with or without a task that explains it. The error has
// the last response.
func TestConflict_untilTheTimeout(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := applyConfig(t, a, none, values(b))
		a.Fault(simulator.Fault{Method: "DELETE", Path: "/sites/*", Kind: simulator.Status, Status: http.StatusConflict, Body: `{"code":"ReplicationsExist","msg":"There are replications."}`})
		start := clockOf(a).Now()
		kept, problems := attempt(t, a, made, nil)
		requireError(t, problems, "Unable to unpair", "409 ReplicationsExist: There are replications.", "The operation timed out", "declined the request")
		requireComplete(t, a, kept)
		if took := clockOf(a).Now().Sub(start); took < 10*time.Minute {
			t.Errorf("it gave up after %s", took)
		}
	})
}

// TestDeclined_interrupted: Ctrl-C ends the retries, and is not reported as a timeout.
func TestDeclined_interrupted(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		a.Fault(simulator.Fault{Method: "POST", Path: "/sites", Kind: simulator.Status, Status: http.StatusConflict})
		object, problems := interruptAt(t, a, none, values(b), isPair)
		requireError(t, problems, "The operation was interrupted.", "The appliance has declined the request each time, so nothing was paired.")
		if text := problems.Errors()[0]; strings.Contains(text, "timed out") {
			t.Error(text)
		}
		requireGone(t, a, object)
	})
}

// TestDeclined_thenPerformed: an appliance that serializes changes of its sites declines a request until it is free.
// Then the request is sent again.
func TestDeclined_thenPerformed(t *testing.T) {
	t.Parallel()
	type declined struct{ method, path string }
	runConcurrently(t, onBothServices(map[string]declined{"create": {"POST", "/sites"}, "update": {"PUT", "/sites/*"}, "delete": {"DELETE", "/sites/*"}}), func(t *testing.T, c serviceCase[declined]) {
		for _, status := range []int{http.StatusConflict, http.StatusLocked, http.StatusTooManyRequests, http.StatusServiceUnavailable} {
			a, b := startSites(t, c.service, time.Second)
			a.Fault(simulator.Fault{Method: c.value.method, Path: c.value.path, Times: 5, Kind: simulator.Status, Status: status, Body: `{"code":"Busy","msg":"Another site operation is in progress."}`})
			made := applyConfig(t, a, none, values(b))
			made = applyConfig(t, a, made, values(b, "description", "two"))
			requireGone(t, a, applyConfig(t, a, made, nil))
		}
	})
}

// TestBusy_serializedWrites: the appliance accepts one of several concurrent pairings and declines the others. Each
// is paired once, changed once and unpaired once.
func TestBusy_serializedWrites(t *testing.T) {
	t.Parallel()
	runConcurrently(t, map[string]simulator.Service{"manager": simulator.Manager, "cloud": simulator.Cloud}, func(t *testing.T, service simulator.Service) {
		var options []simulator.ApplianceOptions
		for _, site := range []string{"site-a", "site-b", "site-c", "site-d"} {
			options = append(options, simulator.ApplianceOptions{Site: site, Service: service, SerializeSiteWrites: true})
		}
		fixture := startOnClock(t, options...)
		a := fixture.Appliance("site-a")
		a.SetTaskDuration(time.Second)
		made := map[string]direct.Object{}
		for _, description := range []string{"", "two", "gone"} {
			p := newProcess(t, a)
			plans := map[string]direct.Plan{}
			for _, o := range options[1:] {
				v := values(fixture.Appliance(o.Site), "description", description)
				if description == "gone" {
					v = nil
				}
				plans[o.Site] = p.Plan(t, pairingType, made[o.Site], v)
			}
			var lock sync.Mutex
			runConcurrently(t, plans, func(t *testing.T, plan direct.Plan) {
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
	runConcurrently(t, map[string]simulator.Service{"manager": simulator.Manager, "cloud": simulator.Cloud}, func(t *testing.T, service simulator.Service) {
		options := acctest.TwoSites(service)
		options[1].Site = decomposed
		fixture := startOnClock(t, options...)
		a, b := fixture.Appliance("site-a"), fixture.Appliance(decomposed)
		made := applyConfig(t, a, none, values(b))
		requireUnchanged(t, a, made, values(b))
		requireUnchanged(t, a, made, values(b, "site", composed))
		requireSent(t, a, 1, 0, 0)
	})
}

// TestDelete_unpairedMeanwhile: the site is unpaired outside Terraform after the refresh.
func TestDelete_unpairedMeanwhile(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		isList := func(r *http.Request) bool { return r.Method == http.MethodGet && r.URL.Path == "/sites" }
		made := applyConfig(t, a, none, values(b))
		callAt(a, isList, func() { a.Unpair("site-b") })
		kept, problems := attempt(t, a, made, values(b, "description", "two"))
		requireError(t, problems, "It was unpaired meanwhile. Apply again to pair it.")
		if kept.Values["id"] != made.Values["id"] {
			t.Errorf("state %v", kept.Values)
		}
		removed, _ := readAgain(t, a, kept)
		requireNoState(t, removed)
		made = applyConfig(t, a, none, values(b)) // not mistaken for that of the first create
		callAt(a, isList, func() { a.Unpair("site-b") })
		requireGone(t, a, applyConfig(t, a, made, nil))
		requireSent(t, a, 2, 1, 1)
	})
}

// TestRead_renamed: on the Manager the key stays with a new name; on the Cloud service the name is the key, and the
// pairing is gone.
func TestRead_renamed(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := applyConfig(t, a, none, values(b))
		a.Rename("site-b", "site-x")
		seen, problems := readAgain(t, a, made)
		if len(problems.Errors()) > 0 {
			t.Fatal(problems.Errors())
		}
		if a.Service() == simulator.Cloud {
			requireNoState(t, seen)
			return
		}
		requireComplete(t, a, seen)
		if seen.Values["site"] != "site-x" {
			t.Errorf("state %v", seen.Values)
		}
	})
}

// TestRenamed_afterThePlan: an update keeps its planned name, and the next refresh shows the new one.
func TestRenamed_afterThePlan(t *testing.T) {
	t.Parallel()
	a, b := startSites(t, simulator.Manager, time.Second)
	unnamed := values(b, "description", "two")
	delete(unnamed, "site")
	for _, arguments := range []direct.Values{values(b, "description", "one"), unnamed} {
		made := applyConfig(t, a, none, values(b))
		p := newProcess(t, a)
		plan := p.Plan(t, pairingType, made, arguments)
		a.Rename("site-b", "site-x")
		changed := apply(t, p, plan)
		if changed.Values["site"] != "site-b" {
			t.Errorf("planned site-b, got %v", changed.Values["site"])
		}
		if now, _ := readAgain(t, a, changed); now.Values["site"] != "site-x" {
			t.Errorf("site %v after a refresh", now.Values["site"])
		}
		a.Rename("site-x", "site-b")
		requireGone(t, a, applyConfig(t, a, changed, nil))
	}
}

// TestNames_equal: on the Manager the id and the URL identify pairings, the name does not.
func TestNames_equal(t *testing.T) {
	t.Parallel()
	fixture := startOnClock(t, append(acctest.TwoSites(simulator.Manager), simulator.ApplianceOptions{Site: "site-c", Service: simulator.Manager})...)
	a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
	made := applyConfig(t, a, none, values(b))
	other := a.Pair("site-c")
	a.Rename("site-c", "site-b")
	now, problems := readAgain(t, a, made)
	if len(problems) > 0 || now.Values["id"] != made.Values["id"] {
		t.Errorf("%q, state %v", problems.Errors(), now.Values)
	}
	_, problems = attempt(t, a, none, values(b))
	requireError(t, problems, "terraform import vcda_site_pairing.NAME "+fmt.Sprint(made.Values["id"]))
	p := newProcess(t, a)
	_, diags := p.Import(t, pairingType, "site-b", nil)
	requireError(t, diags, "Several pairings go by that name", other, fixture.Appliance("site-c").PublicURL())
	changed := applyConfig(t, a, made, values(b, "description", "two"))
	requireNoState(t, applyConfig(t, a, changed, nil))
	if sites := a.Sites(); len(sites) != 1 || sites[0].ID != other || sites[0].Description != "" {
		t.Errorf("left on the appliance: %+v", sites)
	}
}

// strangeList is an invalid list of sites, and the error.
type strangeList struct{ body, says string }

var strangeLists = map[string]strangeList{
	"no key":        {`[{"site":"","id":"","apiUrl":"https://x"}]`, "a site in it has no id"},
	"null rows":     {`[null]`, "a site in it has no id"},
	"other columns": {`[{"name":"site-b","uuid":"1"}]`, "a site in it has no id"},
	"an object":     {`{"items":[]}`, "of another type than documented"},
	"two of one":    {`[{"id":"1","site":"site-b","apiPublicUrl":"URL"},{"id":"2","site":"site-b","apiPublicUrl":"URL"}]`, "shows this site twice, as 1 and as 2"},
}

// TestRead_rowsWithoutKey: a row without the key of the service could be the pairing, so a refresh keeps the state.
func TestRead_rowsWithoutKey(t *testing.T) {
	t.Parallel()
	rows := map[string]string{"the name alone": `[{"site":"site-b"},{"id":"1","site":"site-c"}]`, "the id alone": `[{"site":"site-c"},{"description":"1"}]`}
	services := map[string]simulator.Service{"the name alone": simulator.Manager, "the id alone": simulator.Cloud}
	runConcurrently(t, services, func(t *testing.T, service simulator.Service) {
		a, b := startSites(t, service, 50*time.Millisecond)
		made := applyConfig(t, a, none, values(b))
		for name, body := range rows {
			if services[name] == service {
				a.Fault(simulator.Fault{Method: "GET", Path: "/sites", Kind: simulator.Body, Body: body})
			}
		}
		kept, problems := readAgain(t, a, made)
		requireError(t, problems, "a site in it has no ")
		a.ClearFaults()
		requireComplete(t, a, kept)
	})
}

// TestLists_oddForms: an invalid list of sites is an error, and neither removes a pairing nor causes one.
func TestLists_oddForms(t *testing.T) {
	t.Parallel()
	runConcurrently(t, strangeLists, func(t *testing.T, list strangeList) {
		a, b := startSites(t, simulator.Manager, 50*time.Millisecond)
		a.Fault(simulator.Fault{Method: "GET", Path: "/sites", Kind: simulator.Body, Body: strings.ReplaceAll(list.body, "URL", b.URL())})
		object, problems := attempt(t, a, none, values(b))
		requireError(t, problems, "Unable to pair with the site at", list.says)
		requireGone(t, a, object)
		requireSent(t, a, 0, 0, 0)
	})
}

// TestTasks_resultsThatNoListShows: concurrent pairings are found by the results of their tasks, also if lists of
// tasks lack the results and lists of sites lack the public address.
func TestTasks_resultsThatNoListShows(t *testing.T) {
	t.Parallel()
	a, peers := startUnserved(t, simulator.Manager, 2, 0)
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
		default: // the list has shown the end of a task
			a.OmitTaskResults(false)
		}
	})
	p := newProcess(t, a)
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
	requireSent(t, a, 2, 0, 0)
}

// TestNames_composed: Terraform composes a name that the site has in decomposed form. The composed form pairs if the
// appliance reads the name from the site; changes and the unpairing use the appliance's form.
func TestNames_composed(t *testing.T) {
	t.Parallel()
	const composed, decomposed = "M\u00fcnchen", "Mu\u0308nchen"
	runConcurrently(t, map[string]simulator.Service{"manager": simulator.Manager, "cloud": simulator.Cloud}, func(t *testing.T, service simulator.Service) {
		options := acctest.TwoSites(service)
		options[1].Site = decomposed
		fixture := startOnClock(t, options...)
		a, b := fixture.Appliance("site-a"), fixture.Appliance(decomposed)
		v := values(b, "site", composed)
		if service == simulator.Cloud {
			v = values(b)
		}
		made := applyConfig(t, a, none, v)
		made = applyConfig(t, a, made, values(b, "site", composed, "description", "two"))
		requireGone(t, a, applyConfig(t, a, made, nil))
		requireSent(t, a, 1, 1, 1)
	})
}
