package recoveryaction_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/twosites"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// The actions under test.
const (
	syncType     = "vcda_replication_sync"
	failoverType = "vcda_replication_failover"
	migrateType  = "vcda_replication_migrate"
	reverseType  = "vcda_replication_reverse"
)

// fixture is replications from site-a to site-b, and a provider for site-b.
type fixture struct {
	*twosites.Fixture
	t       *testing.T
	service simulator.Service
}

// eachService runs a test for each service.
func eachService(t *testing.T, test func(t *testing.T, f *fixture)) {
	t.Helper()
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			f := &fixture{Fixture: twosites.Start(t, service, "site-b"), t: t, service: service}
			f.B.SetRecoveryTime(20 * time.Second)
			f.B.SetSyncTime(20 * time.Second)
			test(t, f)
		})
	}
}

// protect adds a replication of a VM, on the Cloud service with its vApp. It has all settings that a recovery needs.
func (f *fixture) protect(p simulator.Protection) (id string) {
	p.SourceSite = "site-a"
	if f.service == simulator.Cloud && p.VApp == "" {
		p.VApp = p.VM
	}
	id = f.B.Protect(p)
	if f.service == simulator.Manager {
		f.Sites.StoreSettings(id, map[string]any{"failoverPlacement": map[string]any{"host": "host-4"}})
	}
	return id
}

func (f *fixture) protectAll(names ...string) []any {
	ids := []any{}
	for _, name := range names {
		ids = append(ids, f.protect(simulator.Protection{VM: name}))
	}
	return ids
}

// invoke invokes an action, a reverse with consent.
func (f *fixture) invoke(name string, config direct.Values) (messages string, problems direct.Diagnostics) {
	f.t.Helper()
	if name == reverseType {
		config = maps.Clone(config)
		config["accept_source_deletion"] = true
	}
	lines, problems := f.Invoke(f.t, name, config)
	return strings.Join(lines, "\n"), problems
}

// mustInvoke invokes an action that has to succeed.
func (f *fixture) mustInvoke(name string, config direct.Values) (messages string) {
	f.t.Helper()
	messages, problems := f.invoke(name, config)
	if errors := problems.Errors(); len(errors) > 0 {
		f.t.Fatal(errors)
	}
	return messages
}

// requireError requires one error that contains each text.
func requireError(t *testing.T, d direct.Diagnostics, says ...string) {
	t.Helper()
	errors := d.Errors()
	if len(errors) != 1 {
		t.Fatalf("%d errors, not one: %q", len(errors), errors)
	}
	acctest.RequireTexts(t, errors[0], says...)
}

// sent counts the requests at the destination whose path ends in a part.
func (f *fixture) sent(part string) (n int) {
	for call, times := range f.B.Stats().Requests {
		if strings.HasPrefix(call, "POST ") && strings.HasSuffix(call, "/"+part) {
			n += times
		}
	}
	return n
}

func (f *fixture) requireSent(part string, want int) {
	f.t.Helper()
	if n := f.sent(part); n != want {
		f.t.Errorf("%s was sent %d times, want %d", part, n, want)
	}
}

func (f *fixture) requireState(want string) {
	f.t.Helper()
	for _, r := range f.B.Replications() {
		if r.Recovery != want {
			f.t.Errorf("the recovery state of %s is %s, want %s", r.VMName, r.Recovery, want)
		}
	}
}

func TestActions_wayThereAndBack(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		ids := f.protectAll("web", "db", "app")
		config := direct.Values{"replication_ids": ids}
		acctest.RequireTexts(t, f.mustInvoke(syncType, config), "web: synchronized after", "3 of 3 ended, 0 failed.")
		for _, r := range f.B.Replications() {
			if r.Instances[len(r.Instances)-1].SequenceNumber != 2 {
				t.Errorf("instances of %s: %v", r.VMName, r.Instances)
			}
		}
		messages := f.mustInvoke(failoverType, config)
		acctest.RequireTexts(t, messages, "web: started. 0 of 3 ended, 0 failed, running:", "db: failed over after ", "3 of 3 ended, 0 failed.")
		if strings.Contains(messages, fmt.Sprint(ids[0])) {
			t.Errorf("an id is shown: %s", messages)
		}
		f.requireState(simulator.Complete)
		f.mustInvoke(reverseType, config)
		for _, r := range f.B.Replications() {
			if !r.Reversed {
				t.Errorf("%s is not reversed", r.VMName)
			}
		}
		f.requireSent("sync", 3)
		f.requireSent("failover", 3)
		f.requireSent("reverse", 3)
	})
}

func TestMigrate_sendsNoInstance(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		ids := f.protectAll("web")
		f.mustInvoke(migrateType, direct.Values{"replication_ids": ids, "power_on": false, "consolidate": true})
		f.requireState(simulator.Complete)
		want := `"consolidate":true`
		if f.service == simulator.Manager {
			want = `"snapshotOptions":"CONSOLIDATE"`
		}
		for _, record := range f.B.Requests() {
			if strings.HasSuffix(record.Path, "/migrate") {
				acctest.RequireTexts(t, string(record.Body), `"powerOn":false`, want)
			}
		}
	})
}

// TestActions_kindsMix: one action takes VMs and vApps.
func TestActions_kindsMix(t *testing.T) {
	t.Parallel()
	f := &fixture{Fixture: twosites.Start(t, simulator.Cloud, "site-a"), t: t, service: simulator.Cloud}
	vm, vapp := f.protect(simulator.Protection{VM: "web", VApp: "one"}), f.protect(simulator.Protection{VApp: "shop"})
	acctest.RequireTexts(t, f.mustInvoke(failoverType, direct.Values{"replication_ids": []any{vm, vapp}}), "web: failed over", "shop: failed over")
	f.requireState(simulator.Complete)
}

func TestActions_refused(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		good := f.protectAll("good")[0]
		recovered := f.protect(simulator.Protection{VM: "recovered", Recovery: simulator.Complete})
		tested := f.protect(simulator.Protection{VM: "tested", Recovery: simulator.Testing})
		paused := f.protect(simulator.Protection{VM: "paused", Paused: true})
		migration := f.protect(simulator.Protection{VM: "moving", Migration: true})
		empty := f.protect(simulator.Protection{VM: "empty"})
		f.Sites.EditReplication(empty, func(r *simulator.Replication) { r.Instances = nil })
		for _, c := range []struct{ action, id, says string }{
			{syncType, paused, "it is paused"},
			{syncType, recovered, "it has been recovered"},
			{failoverType, tested, "a failover test of it is active"},
			{failoverType, empty, "it has no instance to recover to yet"},
			{failoverType, migration, "Use the action vcda_replication_migrate"},
			{migrateType, tested, "a failover test of it is active"},
			{reverseType, paused, "it has not been recovered"},
			{syncType, strings.Split(paused, "-")[0] + "-unknown", "There is no replication"},
		} {
			id := good
			if c.action == reverseType {
				id = recovered
			}
			_, problems := f.invoke(c.action, direct.Values{"replication_ids": []any{id, c.id}})
			requireError(t, problems, c.says, "Nothing was started.")
		}
		for call, n := range f.B.Stats().Requests {
			if strings.HasPrefix(call, "POST ") && !strings.HasPrefix(call, "POST /sessions") {
				t.Errorf("%s was sent %d times", call, n)
			}
		}
	})
}

func TestActions_invalidConfiguration(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	for name, c := range map[string]struct {
		action string
		config direct.Values
		says   string
	}{
		"no list":        {syncType, direct.Values{}, "replication_ids"},
		"empty list":     {syncType, direct.Values{"replication_ids": []any{}}, "at least 1"},
		"twice the same": {syncType, direct.Values{"replication_ids": []any{"C4-1", "C4-1"}}, "duplicate"},
		"no id":          {syncType, direct.Values{"replication_ids": []any{"web"}}, "must be the id of a replication"},
		"two services":   {failoverType, direct.Values{"replication_ids": []any{"C4-1", "H4-1"}}, "Use an action for each of them"},
		"no consent":     {reverseType, direct.Values{"replication_ids": []any{"C4-1"}, "accept_source_deletion": false}, "accept_source_deletion"},
		"no time":        {migrateType, direct.Values{"replication_ids": []any{"C4-1"}, "timeout": "0s"}, "duration above zero"},
		"none at once":   {migrateType, direct.Values{"replication_ids": []any{"C4-1"}, "max_parallel": 0}, "at least 1"},
	} {
		errors := strings.Join(f.ValidateAction(t, c.action, c.config).Errors(), "\n")
		if !strings.Contains(errors, c.says) {
			t.Errorf("%s: %q is missing in %q", name, c.says, errors)
		}
	}
}

func TestFailover_instances(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		ids := f.protectAll("web")
		id := fmt.Sprint(ids[0])
		key := f.B.Replications()[0].Instances[0].Key
		_, problems := f.invoke(failoverType, direct.Values{"replication_ids": ids, "instance_keys": direct.Values{id: "x"}})
		requireError(t, problems, "has no instance x", key, "Nothing was started.")
		_, problems = f.invoke(failoverType, direct.Values{"replication_ids": ids, "instance_keys": direct.Values{"C4-other": key}})
		requireError(t, problems, "instance_keys names C4-other", "Nothing was started.")
		f.mustInvoke(failoverType, direct.Values{"replication_ids": ids, "instance_keys": direct.Values{id: key}})
		f.requireSent("failover", 1)
	})
}

func TestFailover_withoutRecoverySettings(t *testing.T) {
	t.Parallel()
	f := &fixture{Fixture: twosites.Start(t, simulator.Manager, "site-b"), t: t, service: simulator.Manager}
	ids := f.protectAll("web", "db")
	f.Sites.StoreSettings(fmt.Sprint(ids[1]), nil)
	_, problems := f.invoke(failoverType, direct.Values{"replication_ids": ids})
	requireError(t, problems, "- db: ", "Set recovery_settings in its vcda_vsphere_replication", "Nothing was started.")
	f.requireSent("failover", 0)
}

// TestActions_goOnWhereTheyStopped: one task fails, the others end. The next run skips the finished ones.
func TestActions_goOnWhereTheyStopped(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		config := direct.Values{"replication_ids": f.protectAll("web", "db", "app"), "max_parallel": 1}
		for _, step := range []struct{ action, task, done string }{{failoverType, "failover", "failed over"}, {reverseType, "reverse", "reversed"}} {
			f.B.FailNextTask(step.task, "NoResources", "There is no memory left.")
			messages, problems := f.invoke(step.action, config)
			requireError(t, problems, "1 of 3 replications", "- web: ", "NoResources: There is no memory left", "Task: ", "Operation ID: ", "Run the action again")
			acctest.RequireTexts(t, messages, "web: failed after", "2 of 3 ended, 1 failed.")
			messages = f.mustInvoke(step.action, config)
			acctest.RequireTexts(t, messages, "db is skipped: it has been "+step.done, "app is skipped", "1 of 1 ended, 0 failed.")
			f.requireSent(step.task, 4)
		}
	})
}

// TestActions_sendOnce: a lost or unreadable response is resolved from the list; a declined request is sent again.
func TestActions_sendOnce(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		for name, c := range map[string]struct {
			fault simulator.Fault
			posts int
		}{
			"lost answer": {simulator.Fault{Kind: simulator.DropResponse}, 1},
			"broken off":  {simulator.Fault{Kind: simulator.Truncate}, 1},
			"bad gateway": {simulator.Fault{Kind: simulator.Status, Status: http.StatusBadGateway, PerformFirst: true}, 1},
			"declined":    {simulator.Fault{Kind: simulator.Status, Status: http.StatusConflict}, 2},
		} {
			ids := f.protectAll(name)
			f.once(name, syncType, "sync", ids, c.fault, c.posts)
			f.once(name, failoverType, "failover", ids, c.fault, c.posts)
			f.once(name, reverseType, "reverse", ids, c.fault, c.posts)
		}
	})
}

func (f *fixture) once(name, action, part string, ids []any, fault simulator.Fault, posts int) {
	f.t.Helper()
	f.B.ResetStats()
	fault.Method, fault.Path, fault.Times = http.MethodPost, "/*/*/"+part, 1
	f.B.Fault(fault)
	if _, problems := f.invoke(action, direct.Values{"replication_ids": ids}); len(problems.Errors()) > 0 {
		f.t.Fatal(name, part, problems.Errors())
	}
	f.requireSent(part, posts)
}

// TestActions_interrupted: the error names the tasks that still run. The next run waits for them.
func TestActions_interrupted(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		config := direct.Values{"replication_ids": f.protectAll("web", "db"), "max_parallel": 1}
		f.B.FreezeTasks(true)
		called := false
		f.B.BeforeResponse(func(r *http.Request) {
			if !called && r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/tasks/") {
				called = true
				go f.Stop(t)
			}
		})
		_, problems := f.invoke(failoverType, config)
		requireError(t, problems, "2 of 2 replications", "- web: ", "The appliance goes on with the task", "Not started: db.")
		f.B.BeforeResponse(nil)
		f.B.FreezeTasks(false)
		f.Configure(t, "site-b", true)
		acctest.RequireTexts(t, f.mustInvoke(failoverType, config), "1 of 1 ended, 0 failed.")
		f.requireState(simulator.Complete)
		f.requireSent("failover", 2)
	})
}

func TestActions_timedOut(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		f.B.FreezeTasks(true)
		_, problems := f.invoke(failoverType, direct.Values{"replication_ids": f.protectAll("web"), "timeout": "1h"})
		requireError(t, problems, "The operation timed out", "The appliance goes on with the task")
		f.requireSent("failover", 1)
	})
}

// TestFailover_ofMany: 200 replications take 200 requests, and fewer than fifty polls a minute for all running tasks.
func TestFailover_ofMany(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		var names []string
		for i := range 200 {
			names = append(names, fmt.Sprintf("vm%03d", i))
		}
		config := direct.Values{"replication_ids": f.protectAll(names...)}
		f.B.ResetStats()
		began := f.Clock.Now()
		acctest.RequireTexts(t, f.mustInvoke(failoverType, config), "200 of 200 ended, 0 failed.")
		f.requireState(simulator.Complete)
		f.requireSent("failover", 200)
		minutes := f.Clock.Now().Sub(began).Minutes()
		if polls := f.B.Stats().Polls; float64(polls) > 50*minutes {
			t.Errorf("%d polls in %.1f minutes", polls, minutes)
		}
		t.Logf("%d polls in %.1f minutes", f.B.Stats().Polls, minutes)
	})
}
