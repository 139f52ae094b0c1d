package failovertest_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/twosites"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const testType = "vcda_failover_test"

// none is the state before a create.
var none direct.Object

// fixture is a replication of "web" or of the vApp "shop" from site-a to site-b.
type fixture struct {
	*twosites.Fixture
	t    *testing.T
	id   string
	path string // of its calls
}

// protections are one replication of each kind.
var protections = map[string]struct {
	service    simulator.Service
	path       string
	protection simulator.Protection
}{
	"VM":      {simulator.Cloud, "/vm-replications/{id}/failover-test", simulator.Protection{SourceSite: "site-a", VApp: "shop", VM: "web"}},
	"vApp":    {simulator.Cloud, "/vapp-replications/{id}/failover-test", simulator.Protection{SourceSite: "site-a", VApp: "shop"}},
	"vSphere": {simulator.Manager, "/replications/{id}/failover-test", simulator.Protection{SourceSite: "site-a", VM: "web"}},
}

// eachKind runs a test for each kind of replication, with a provider that is
// configured for the destination.
func eachKind(t *testing.T, test func(t *testing.T, f *fixture)) {
	t.Helper()
	t.Parallel()
	for name, kind := range protections {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fixture{Fixture: twosites.Start(t, kind.service, "site-b"), t: t, path: kind.path}
			f.B.SetRecoveryTime(20 * time.Second)
			f.id = f.B.Protect(kind.protection)
			if kind.service == simulator.Manager {
				f.Sites.StoreSettings(f.id, map[string]any{"testPlacement": map[string]any{"resourcePool": "resgroup-4"}})
			}
			test(t, f)
		})
	}
}

func (f *fixture) isVApp() bool { return strings.HasPrefix(f.id, "C4VAPP-") }

// config returns a configuration with further arguments in pairs.
func (f *fixture) config(more ...any) direct.Values {
	v := direct.Values{"replication_id": f.id}
	for i := 0; i < len(more); i += 2 {
		v[more[i].(string)] = more[i+1] //nolint:errcheck // a test that names none is wrong
	}
	return v
}

// attempt plans and applies.
func (f *fixture) attempt(prior direct.Object, config direct.Values) (direct.Object, direct.Diagnostics) {
	f.t.Helper()
	plan := f.Plan(f.t, testType, prior, config)
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
	fresh, problems := f.Refresh(f.t, testType, object)
	if errors := problems.Errors(); len(errors) > 0 {
		f.t.Fatal(errors)
	}
	return fresh
}

// requireSent requires the number of tests and clean-ups that the destination was asked for.
func (f *fixture) requireSent(tests, cleanUps int) {
	f.t.Helper()
	requests := f.B.Stats().Requests
	for call, want := range map[string]int{"POST " + f.path: tests, "DELETE " + f.path: cleanUps} {
		if got := requests[call]; got != want {
			f.t.Errorf("%s was sent %d times, want %d", call, got, want)
		}
	}
}

// requireState requires the recovery state of all VMs.
func (f *fixture) requireState(want string) {
	f.t.Helper()
	for _, r := range f.B.Replications() {
		if r.Recovery != want && (r.ID == f.id || r.GroupID() == f.id) {
			f.t.Errorf("the recovery state of %s is %s, want %s", r.VMName, r.Recovery, want)
		}
	}
}

// requireOne requires one text that contains each part.
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

func TestFailoverTest_lifeCycle(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.apply(none, f.config())
		f.requireState(simulator.Testing)
		vms, _ := made.Values["recovered_vm_ids"].(direct.Values)
		if made.Values["id"] != f.id || made.Identity["id"] != f.id || len(vms) == 0 || made.Values["started_at"] == nil || made.Values["pending_task_id"] != nil {
			t.Errorf("made %v", made.Values)
		}
		if vms[f.id] == nil && !f.isVApp() {
			t.Errorf("recovered VMs %v", vms)
		}
		fresh := f.refresh(made)
		if plan := f.Plan(t, testType, fresh, f.config()); len(plan.Changes(fresh)) > 0 {
			t.Errorf("the next plan changes %v", plan.Changes(fresh))
		}
		f.apply(fresh, nil)
		f.requireState(simulator.NotStarted)
		f.requireSent(1, 1)
	})
}

// TestFailoverTest_fromTheSource: a provider configured for the source learns the destination from the replication,
// or from the configuration.
func TestFailoverTest_fromTheSource(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		f.Configure(t, "site-a", true)
		for _, config := range []direct.Values{f.config(), f.config("site", "site-b")} {
			made := f.apply(none, config)
			f.requireState(simulator.Testing)
			f.apply(f.refresh(made), nil)
			f.requireState(simulator.NotStarted)
		}
	})
}

func TestFailoverTest_changes(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.apply(none, f.config())
		if plan := f.Plan(t, testType, made, f.config("power_on", false)); !plan.RequiresReplace {
			t.Error("another power_on does not replace")
		}
		made = f.apply(made, f.config("timeouts", direct.Values{"delete": "3h"}))
		f.requireSent(1, 0)
		f.apply(made, nil)
	})
}

func TestFailoverTest_sendsStoredSettings(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		want := `"failoverPlacement":{"resourcePool":"resgroup-4"}`
		if strings.HasPrefix(f.id, "C4") {
			f.Sites.StoreSettings(f.id, map[string]any{"failoverTestSettings": map[string]any{"vAppNetworkSettings": map[string]any{"copySourceNetworks": true}}})
			want = `"vAppNetworkSettings":{"copySourceNetworks":true}`
		}
		f.apply(none, f.config("sync", true))
		for _, record := range f.B.Requests() {
			if record.Method == http.MethodPost && strings.HasSuffix(record.Path, "/failover-test") {
				for _, part := range []string{want, `"powerOn":true`, `"sync":true`} {
					if !strings.Contains(string(record.Body), part) {
						t.Errorf("%s is missing in %s", part, record.Body)
					}
				}
			}
		}
	})
}

func TestFailoverTest_withoutRecoverySettings(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		if strings.HasPrefix(f.id, "C4") {
			f.Sites.StoreSettings(f.id, nil)
			f.apply(none, f.config()) // the Cloud service needs none
			return
		}
		f.Sites.StoreSettings(f.id, map[string]any{"failoverPlacement": map[string]any{"host": "host-4"}})
		_, problems := f.attempt(none, f.config())
		requireOne(t, problems.Errors(), "Unable to test the failover of "+f.id, "no recovery settings", "Set recovery_settings in its vcda_vsphere_replication")
		f.requireSent(0, 0)
	})
}

func TestFailoverTest_refused(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		for kind, says := range map[string]string{
			"failoverTest": "a failover test of it is active", "failover": "it has been recovered",
		} {
			f.recover("failoverTestCleanup")
			f.recover(kind)
			object, problems := f.attempt(none, f.config())
			requireOne(t, problems.Errors(), says)
			if object.Values != nil {
				t.Errorf("state %v", object.Values)
			}
		}
		f.requireSent(0, 0)
	})
}

// recover recovers the replication without a request.
func (f *fixture) recover(kind string) {
	for _, r := range f.B.Replications() {
		f.Sites.Recover(r.ID, kind)
	}
}

func TestFailoverTest_unknownReplication(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		prefix, _, _ := strings.Cut(f.id, "-")
		_, problems := f.attempt(none, direct.Values{"replication_id": prefix + "-unknown"})
		requireOne(t, problems.Errors(), "There is no replication "+prefix+"-unknown at this site", "set site to the name of that site")
		other := "H4-1"
		if prefix == "H4" {
			other = "C4-1"
		}
		_, problems = f.attempt(none, direct.Values{"replication_id": other})
		requireOne(t, problems.Errors(), "belongs to the", "service")
	})
}

func TestFailoverTest_instances(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		vm := f.B.Replications()[0]
		key := vm.Instances[0].Key
		argument := func(key string) direct.Values {
			if f.isVApp() {
				return f.config("instance_keys", direct.Values{vm.ID: key})
			}
			return f.config("instance_key", key)
		}
		_, problems := f.attempt(none, argument("replica-x"))
		requireOne(t, problems.Errors(), "has no instance replica-x", key)
		f.requireSent(0, 0)
		f.apply(none, argument(key))
		if !f.B.Replications()[0].Instances[0].IsPinned {
			t.Error("the instance is not in use")
		}
	})
}

func TestFailoverTest_invalidConfiguration(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	for name, config := range map[string]direct.Values{
		"no id":                {"replication_id": "web"},
		"sync and an instance": {"replication_id": "C4-1", "sync": true, "instance_key": "replica-1"},
		"instance of a vApp":   {"replication_id": "C4VAPP-1", "instance_key": "replica-1"},
		"instances of a VM":    {"replication_id": "C4-1", "instance_keys": direct.Values{"C4-1": "replica-1"}},
	} {
		if errors := f.ValidateResource(t, testType, config).Errors(); len(errors) == 0 {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestFailoverTest_cleanedUpByHand: the next refresh removes the test, and a destroy sends nothing.
func TestFailoverTest_cleanedUpByHand(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.apply(none, f.config())
		f.recover("failoverTestCleanup")
		f.apply(made, nil)
		if gone := f.refresh(made); gone.Values != nil {
			t.Errorf("state %v", gone.Values)
		}
		f.Sites.RemoveReplication(f.id)
		f.apply(made, nil)
		if gone := f.refresh(made); gone.Values != nil {
			t.Errorf("state %v", gone.Values)
		}
		f.requireSent(1, 0)
	})
}

func TestFailoverTest_import(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		_, problems := f.Import(t, testType, f.id, nil)
		requireOne(t, problems.Errors(), "No failover test", "is active")
		f.recover("failoverTest")
		f.Clock.Advance(time.Minute) // so that no list is shared with the last read
		for _, wanted := range []string{f.id, "site-b/" + f.id, ""} {
			var identity direct.Values
			if wanted == "" {
				identity = direct.Values{"id": f.id}
			}
			imported, problems := f.Import(t, testType, wanted, identity)
			if errors := problems.Errors(); len(errors) > 0 {
				t.Fatal(wanted, errors)
			}
			config := f.config()
			if strings.HasPrefix(wanted, "site-b/") {
				config = f.config("site", "site-b")
			}
			fresh := f.refresh(imported)
			if plan := f.Plan(t, testType, fresh, config); len(plan.Changes(fresh)) > 0 {
				t.Errorf("%q: the next plan changes %v", wanted, plan.Changes(fresh))
			}
		}
		_, problems = f.Import(t, testType, "web", nil)
		requireOne(t, problems.Errors(), "is not the id of a replication")
	})
}

// TestFailoverTest_interrupted: Ctrl-C saves the task, and the next refresh reads its result.
func TestFailoverTest_interrupted(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		f.B.FreezeTasks(true)
		f.atFirstPoll(func() { f.Stop(t) })
		object, problems := f.attempt(none, f.config())
		if errors := problems.Errors(); len(errors) > 0 {
			t.Fatal(errors)
		}
		requireOne(t, problems.Warnings(), "Interrupted while testing the failover", "The appliance goes on with the task")
		if object.Values["id"] != f.id || object.Values["pending_task_id"] == nil {
			t.Fatalf("state %v", object.Values)
		}
		waiting := f.refresh(object)
		if waiting.Values["pending_task_id"] != object.Values["pending_task_id"] {
			t.Errorf("while the task runs: %v", waiting.Values)
		}
		f.B.FreezeTasks(false)
		f.Clock.Advance(time.Minute)
		done := f.refresh(waiting)
		if vms, _ := done.Values["recovered_vm_ids"].(direct.Values); len(vms) == 0 || done.Values["pending_task_id"] != nil {
			t.Errorf("afterwards: %v", done.Values)
		}
		f.requireSent(1, 0)
	})
}

// atFirstPoll calls a function at the first poll of a task.
func (f *fixture) atFirstPoll(do func()) {
	called := false
	f.B.BeforeResponse(func(r *http.Request) {
		if !called && r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/tasks/") {
			called = true
			do()
		}
	})
}

// TestFailoverTest_destroyOfAnInterrupted waits for the task, and cleans up.
func TestFailoverTest_destroyOfAnInterrupted(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		f.B.FreezeTasks(true)
		f.atFirstPoll(func() { f.Stop(t) })
		object, _ := f.attempt(none, f.config())
		f.B.FreezeTasks(false)
		f.Configure(t, "site-b", true)
		f.apply(object, nil)
		f.requireState(simulator.NotStarted)
		f.requireSent(1, 1)
	})
}

// TestFailoverTest_timedOut: a test whose task still runs is saved with the error, so that a destroy cleans it up.
func TestFailoverTest_timedOut(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		f.B.FreezeTasks(true)
		object, problems := f.attempt(none, f.config())
		requireOne(t, problems.Errors(), "The operation timed out", "The appliance goes on with the task", "terraform destroy")
		if object.Values["id"] != f.id {
			t.Fatalf("state %v", object.Values)
		}
		f.B.FreezeTasks(false)
		f.Clock.Advance(time.Minute)
		f.Restart(t, "site-b") // the old process may have a request under way, which times out
		f.apply(object, nil)
		f.requireState(simulator.NotStarted)
		f.requireSent(1, 1)
	})
}

func TestFailoverTest_failedTask(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		f.B.FailNextTask("failoverTest", "NoResources", "There is no memory left.")
		object, problems := f.attempt(none, f.config())
		requireOne(t, problems.Errors(), "There is no memory left", "Operation ID: ")
		if object.Values != nil {
			t.Errorf("state %v", object.Values)
		}
		f.requireSent(1, 0)
	})
}

// TestFailoverTest_startsOnce: a lost or unreadable response is resolved from the list; a declined request is sent
// again.
func TestFailoverTest_startsOnce(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		for name, c := range map[string]struct {
			fault simulator.Fault
			posts int
		}{
			"lost answer": {simulator.Fault{Kind: simulator.DropResponse}, 1},
			"broken off":  {simulator.Fault{Kind: simulator.Truncate}, 1},
			"bad gateway": {simulator.Fault{Kind: simulator.Status, Status: http.StatusBadGateway, PerformFirst: true}, 1},
			"declined":    {simulator.Fault{Kind: simulator.Status, Status: http.StatusConflict}, 2},
		} {
			f.B.ResetStats()
			c.fault.Method, c.fault.Path, c.fault.Times = http.MethodPost, strings.ReplaceAll(f.path, "{id}", "*"), 1
			f.B.Fault(c.fault)
			made, problems := f.attempt(none, f.config())
			if errors := problems.Errors(); len(errors) > 0 {
				t.Fatal(name, errors)
			}
			f.requireState(simulator.Testing)
			f.requireSent(c.posts, 0)
			f.apply(made, nil)
			f.requireState(simulator.NotStarted)
		}
	})
}

// TestFailoverTest_killed: a crash leaves no state, and the error of the next create names the import.
func TestFailoverTest_killed(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		f.apply(none, f.config())
		_, problems := f.attempt(none, f.config())
		requireOne(t, problems.Errors(), "a failover test of it is active", "import it")
		f.requireSent(1, 0)
	})
}

func TestFailoverTest_brokenAnswersKeepTheState(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.apply(none, f.config())
		list := strings.TrimSuffix(f.path, "/{id}/failover-test")
		for name, fault := range map[string]simulator.Fault{
			"empty object": {Kind: simulator.Body, Body: "{}"},
			"forbidden":    {Kind: simulator.Status, Status: http.StatusForbidden},
			"server error": {Kind: simulator.Status, Status: http.StatusInternalServerError},
			"broken off":   {Kind: simulator.Truncate},
		} {
			fault.Method, fault.Path = http.MethodGet, list
			f.B.Fault(fault)
			f.Clock.Advance(2 * time.Minute) // so that no list is shared with the last read
			kept, problems := f.Refresh(t, testType, made)
			if len(problems.Errors()) != 1 || kept.Values["id"] != f.id {
				t.Errorf("%s: %q, state %v", name, problems.Errors(), kept.Values)
			}
			f.B.ClearFaults()
		}
	})
}

func TestFailoverTest_otherAppliance(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.apply(none, f.config())
		twosites.Start(t, f.A.Service(), "site-b").RequireOtherAppliance(t, testType, made)
	})
}
