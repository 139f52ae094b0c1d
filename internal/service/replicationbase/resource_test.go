package replicationbase_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func equal(a, b any) bool { return reflect.DeepEqual(a, b) }

func TestReplication_lifeCycle(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		config := f.config("rpo_minutes", 60, "description", "web shop", "retention_rules", []any{direct.Values{"instances": 3, "distance_minutes": 60}})
		made := f.apply(none, config)
		if !strings.HasPrefix(id(made), f.prefix) || made.Values["rpo_minutes"] != int64(60) || made.Values["recovery_state"] != "NOT_STARTED" || made.Values["reversed"] != false {
			t.Errorf("made %v", made.Values)
		}
		if made.Identity["id"] != id(made) {
			t.Errorf("identity %v", made.Identity)
		}
		f.requireNoChange(f.refresh(made), config)
		config = f.with(config, "rpo_minutes", 120, "description", "shop")
		changed := f.apply(f.refresh(made), config)
		if r := f.vm(); r.RPO != 120 || r.Description != "shop" || id(changed) != id(made) {
			t.Errorf("changed to %+v", r)
		}
		f.requireNoChange(f.refresh(changed), config)
		if gone := f.apply(changed, nil); gone.Values != nil || len(f.B.Replications()) != 0 {
			t.Errorf("left %v, %d replications", gone.Values, len(f.B.Replications()))
		}
		f.requireSent(1, 1, 1)
	})
}

// TestReplication_atTheOtherSite: a provider configured for the source names the destination in each call about the
// replication.
func TestReplication_atTheOtherSite(t *testing.T) {
	t.Parallel()
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			f := start(t, k, "site-a")
			config := f.config()
			made := f.apply(none, config)
			made = f.apply(f.refresh(made), f.with(config, "paused", true))
			if !f.vm().Paused {
				t.Error("it is not paused")
			}
			f.apply(made, nil)
			for _, record := range f.A.Requests() {
				if (strings.HasPrefix(record.Path, k.path) || strings.HasPrefix(record.Path, "/tasks")) && !strings.Contains(record.Path, "site=site-b") {
					t.Errorf("%s %s names no site", record.Method, record.Path)
				}
			}
		})
	}
}

func TestReplication_pausesAndResumes(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.apply(none, f.config("paused", true))
		if made.Values["paused"] != true || !f.vm().Paused {
			t.Errorf("paused is %v, at the appliance %t", made.Values["paused"], f.vm().Paused)
		}
		f.requireNoChange(f.refresh(made), f.config("paused", true))
		resumed := f.apply(f.refresh(made), f.config())
		if resumed.Values["paused"] != false || f.vm().Paused {
			t.Errorf("paused is %v, at the appliance %t", resumed.Values["paused"], f.vm().Paused)
		}
	})
}

func TestReplication_firstSynchronizationLater(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		at := f.Clock.Now().Add(time.Hour).UTC().Format(time.RFC3339)
		config := f.config("initial_sync_at", at)
		made := f.apply(none, config)
		if made.Values["paused"] != false {
			t.Error("a start for later counts as paused")
		}
		f.requireNoChange(f.refresh(made), config)
		f.Clock.Advance(20 * time.Minute)
		f.Clock.Advance(20 * time.Minute)
		later := f.Clock.Now().Add(10 * time.Minute).UTC().Format(time.RFC3339)
		made = f.apply(f.refresh(made), f.with(config, "initial_sync_at", later))
		f.requireSent(1, 1, 0)
		f.B.Replications()
		f.Clock.Advance(15 * time.Minute)
		f.B.Replications() // the first synchronization begins
		f.Clock.Advance(5 * time.Minute)
		if n := len(f.vm().Instances); n != 1 {
			t.Fatalf("%d instances", n)
		}
		f.apply(f.refresh(made), f.with(config, "initial_sync_at", at))
		f.requireSent(1, 1, 0)
	})
}

func TestReplication_waitsForSync(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		f.B.SetSyncTime(3 * time.Hour)
		f.apply(none, f.config("wait_for_sync", true))
		if n := len(f.vm().Instances); n != 1 {
			t.Errorf("%d instances at the end of the create", n)
		}
	})
}

// TestReplication_waitsForAMigration: a migration has no instances to wait for.
func TestReplication_waitsForAMigration(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		f.B.SetSyncTime(3 * time.Hour)
		begun := f.Clock.Now()
		made := f.apply(none, f.config("wait_for_sync", true, "migration", true))
		if took := f.Clock.Now().Sub(begun); len(f.vm().Instances) != 0 || made.Values["migration"] != true || took < 3*time.Hour {
			t.Errorf("made %v after %s", made.Values, took)
		}
	})
}

// TestReplication_syncTimesOut: the error says that the replication was started, and how the next apply adopts it.
func TestReplication_syncTimesOut(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		f.B.SetSyncTime(48 * time.Hour)
		object, problems := f.attempt(none, f.config("wait_for_sync", true, "timeouts", direct.Values{"create": "1h"}))
		requireError(t, problems, "The first synchronization had not ended", "INITIAL_SYNCING", "was started, and is not in the state", "terraform import "+f.name+".NAME "+f.prefix, "adopt_existing = true")
		if object.Values != nil {
			t.Errorf("state %v", object.Values)
		}
		f.apply(none, f.config("adopt_existing", true))
		f.requireSent(1, 0, 0)
	})
}

// TestReplication_interruptedDuringSync: the state has the replication, without an
// error.
func TestReplication_interruptedDuringSync(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		f.B.SetSyncTime(48 * time.Hour)
		begun, stopped := f.Clock.Now(), false
		f.B.BeforeResponse(requestHook(func(method, path string) {
			if !stopped && method == "GET" && path == f.path && f.Clock.Now().Sub(begun) > time.Hour {
				stopped = true
				f.Stop(t)
			}
		}))
		object, problems := f.attempt(none, f.config("wait_for_sync", true))
		if errors := problems.Errors(); len(errors) > 0 || !strings.HasPrefix(id(object), f.prefix) || object.Values["pending_task_id"] != nil {
			t.Fatalf("errors %q, state %v", errors, object.Values)
		}
		f.B.BeforeResponse(nil)
		f.Restart(t, "site-b")
		f.requireNoChange(f.refresh(object), f.config("wait_for_sync", true))
		f.requireSent(1, 0, 0)
	})
}

// TestReplication_startsPaused: the Manager service starts paused; the Cloud service is paused afterwards.
func TestReplication_startsPaused(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		f.apply(none, f.config("paused", true))
		want := map[simulator.Service]int{simulator.Cloud: 1}[f.service]
		if n := f.B.Stats().Requests["POST "+f.path+"/{id}/pause"]; n != want {
			t.Errorf("paused %d times, want %d", n, want)
		}
	})
}

// TestReplication_owner: a declined change of the owner is sent again, and an owner that is not configured is no
// drift.
func TestReplication_owner(t *testing.T) {
	t.Parallel()
	for _, k := range kinds[:2] {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			f := start(t, k, "site-b")
			f.B.Fault(simulator.Fault{Method: "PATCH", Path: f.path + "/*/chown", Times: 2, Kind: simulator.Status, Status: 409})
			made := f.apply(none, f.config("owner", "acme@site-b"))
			if made.Values["owner"] != "acme@site-b" || f.vm().Owner != "acme@site-b" {
				t.Errorf("made %v", made.Values)
			}
			f.requireNoChange(f.refresh(made), f.config())
			f.requireNoChange(f.refresh(made), f.config("owner", "acme@site-b"))
			f.apply(made, f.config("owner", "beta@site-b"))
			if f.vm().Owner != "beta@site-b" {
				t.Errorf("the owner is %s", f.vm().Owner)
			}
			if n := f.B.Stats().Requests["PATCH "+f.path+"/{id}/chown"]; n != 4 {
				t.Errorf("the owner was changed %d times", n)
			}
			errors := f.ValidateResource(t, f.name, f.config("owner", "acme")).Errors()
			requireOne(t, errors, "ORGANIZATION@SITE")
		})
	}
}

func TestReplication_existsAlready(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		first := f.apply(none, f.config())
		f.Restart(t, "site-b")
		f.B.ResetStats()
		object, problems := f.attempt(none, f.config())
		requireError(t, problems, "Unable to start the", "is already replicated to this destination", "terraform import "+f.name+".NAME "+id(first), "adopt_existing = true")
		if object.Values != nil {
			t.Errorf("state %v", object.Values)
		}
		object, problems = f.attempt(none, f.config("adopt_existing", true, "rpo_minutes", 30))
		if len(problems.Errors()) > 0 || id(object) != id(first) || f.vm().RPO != 30 {
			t.Errorf("adopted %v, errors %q", object.Values, problems.Errors())
		}
		requireOne(t, problems.Warnings(), "was adopted")
		f.requireSent(0, 1, 0)
	})
}

// TestReplication_twoOfOneRun: the second resource for one replication is refused
// before it sends anything, until the first one is gone.
func TestReplication_twoOfOneRun(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		others := []direct.Plan{f.Plan(t, f.name, none, f.config()), f.Plan(t, f.name, none, f.config("adopt_existing", true))}
		first := f.apply(none, f.config())
		f.B.ResetStats()
		for _, plan := range others {
			object, problems := f.Apply(t, plan)
			requireError(t, problems, "Another resource of this run", "Nothing was sent")
			if object.Values != nil {
				t.Errorf("state %v", object.Values)
			}
		}
		if n := f.B.Stats().Total; n != 0 {
			t.Errorf("%d requests", n)
		}
		f.apply(first, nil)
		f.apply(none, f.config())
		f.requireSent(1, 0, 1)
	})
}

func TestReplication_goneByHand(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.apply(none, f.config())
		f.Sites.RemoveReplication(id(made))
		if gone := f.refresh(made); gone.Values != nil {
			t.Errorf("state %v", gone.Values)
		}
		if gone := f.apply(made, nil); gone.Values != nil {
			t.Errorf("state %v", gone.Values)
		}
		f.requireSent(1, 0, 0)
	})
}

func TestReplication_driftOfSettings(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		config := f.config("rpo_minutes", 60)
		made := f.apply(none, config)
		for _, r := range f.B.Replications() {
			f.Sites.EditReplication(r.ID, func(r *simulator.Replication) { r.RPO, r.Paused = 240, true })
		}
		fresh := f.refresh(made)
		if fresh.Values["rpo_minutes"] != int64(240) || fresh.Values["paused"] != true {
			t.Errorf("refreshed to %v", fresh.Values)
		}
		fixed := f.apply(fresh, config)
		if r := f.vm(); r.RPO != 60 || r.Paused || fixed.Values["rpo_minutes"] != int64(60) {
			t.Errorf("fixed to %+v", r)
		}
	})
}

// TestReplication_reversed: the configured ends stay, and the former source manages the replication.
func TestReplication_reversed(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		config := f.config()
		made := f.apply(none, config)
		f.recover("failover")
		f.recover("reverse")
		fresh := f.refresh(made)
		if fresh.Values["reversed"] != true || !equal(fresh.Values["source"], made.Values["source"]) {
			t.Errorf("refreshed to %v", fresh.Values)
		}
		f.requireNoChange(fresh, config)
		fresh = f.apply(fresh, f.with(config, "rpo_minutes", 30))
		if r := f.vm(); r.RPO != 30 {
			t.Errorf("changed to %+v", r)
		}
		f.apply(fresh, nil)
		if n := len(f.A.Replications()); n != 0 {
			t.Errorf("%d replications are left", n)
		}
	})
}

// recover recovers all replications without a request.
func (f *fixture) recover(kind string) {
	f.t.Helper()
	for _, r := range f.B.Replications() {
		f.Sites.Recover(r.ID, kind)
	}
}

func TestReplication_destroyDuringATest(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.apply(none, f.config())
		f.recover("failoverTest")
		kept, problems := f.attempt(f.refresh(made), nil)
		requireError(t, problems, "Unable to stop the", "A failover test is active", "cleanup_test_on_destroy = true")
		if kept.Values == nil {
			t.Fatal("the state is gone")
		}
		made = f.apply(kept, f.config("cleanup_test_on_destroy", true))
		f.apply(made, nil)
		if n := len(f.B.Replications()); n != 0 {
			t.Errorf("%d replications are left", n)
		}
	})
}

func TestReplication_destroyAfterAFailover(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.apply(none, f.config())
		f.recover("failover")
		fresh := f.refresh(made)
		if fresh.Values["recovery_state"] != "COMPLETE" {
			t.Errorf("state %v", fresh.Values["recovery_state"])
		}
		_, problems := f.attempt(fresh, nil)
		requireOne(t, problems.Warnings(), "The recovered VMs stay", "At site-b")
	})
}

func TestReplication_interrupted(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		f.B.FreezeTasks(true)
		f.whenPolled(f.B, func() { f.Stop(t) })
		object, problems := f.attempt(none, f.config())
		if errors := problems.Errors(); len(errors) > 0 {
			t.Fatal(errors)
		}
		requireOne(t, problems.Warnings(), "Interrupted while starting", "The appliance goes on with the task")
		if object.Values["pending_task_id"] == nil {
			t.Fatalf("state %v", object.Values)
		}
		waiting := f.refresh(object)
		if waiting.Values["pending_task_id"] != object.Values["pending_task_id"] {
			t.Errorf("while the task runs: %v", waiting.Values)
		}
		f.B.FreezeTasks(false)
		f.Clock.Advance(time.Minute)
		done := f.refresh(waiting)
		if !strings.HasPrefix(id(done), f.prefix) || done.Values["pending_task_id"] != nil || done.Identity["id"] != id(done) {
			t.Errorf("afterwards: %v, identity %v", done.Values, done.Identity)
		}
		f.requireNoChange(done, f.config())
		f.requireSent(1, 0, 0)
		start(t, f.kindTest, "site-b").RequireOtherAppliance(t, f.name, object)
	})
}

// whenPolled calls a function at the first poll of a task.
func (f *fixture) whenPolled(a *simulator.Appliance, do func()) {
	called := false
	a.BeforeResponse(requestHook(func(method, path string) {
		if !called && method == "GET" && strings.HasPrefix(path, "/tasks/") {
			called = true
			do()
		}
	}))
}

func TestReplication_replacementWarns(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.apply(none, f.config())
		plan := f.Plan(t, f.name, made, f.config("target_disk_type", "PREALLOCATED"))
		if !plan.RequiresReplace {
			t.Error("no replacement")
		}
		requireOne(t, plan.Diagnostics.Warnings(), "costs a full synchronization", "target_disk_type")
	})
}

func TestReplication_changesWithoutACall(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.apply(none, f.config("description", "shop"))
		f.B.ResetStats()
		f.apply(made, f.config("description", " shop\r\n", "adopt_existing", true, "wait_for_sync", true, "timeouts", direct.Values{"create": "1h"}))
		for call, n := range f.B.Stats().Requests {
			if !strings.HasPrefix(call, "GET ") {
				t.Errorf("%s was sent %d times", call, n)
			}
		}
	})
}

func TestReplication_import(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		config := f.config("rpo_minutes", 60)
		made := f.apply(none, config)
		name := "web"
		if f.name == "vcda_vapp_replication" {
			name = "shop"
		}
		for _, wanted := range []string{id(made), "site-b/" + name, "site-b/" + id(made)} {
			imported, problems := f.Import(t, f.name, wanted, nil)
			if errors := problems.Errors(); len(errors) > 0 {
				t.Fatal(wanted, errors)
			}
			f.requireNoChange(f.refresh(imported), config)
		}
		if imported, problems := f.Import(t, f.name, "", direct.Values{"id": id(made)}); id(imported) != id(made) {
			t.Errorf("by identity: %v, %q", imported.Values, problems.Errors())
		}
		for wanted, says := range map[string]string{
			"site-b/we":     "There is no",
			f.prefix + "x":  "There is no",
			"web":           "is not the id of a replication",
			"X4-1":          "is not the id of a replication",
			otherID(f.name): "is the id of a replication of another kind",
		} {
			_, problems := f.Import(t, f.name, wanted, nil)
			requireError(t, problems, fmt.Sprintf("Unable to import the %s", strings.NewReplacer("vcda_vm_replication", "VM replication", "vcda_vapp_replication", "vApp replication", "vcda_vsphere_replication", "vSphere replication").Replace(f.name)), says)
		}
	})
}

func otherID(name string) string {
	if name == "vcda_vsphere_replication" {
		return "C4-1"
	}
	return "H4-1"
}

func TestReplication_list(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		f.apply(none, f.config())
		for config, want := range map[string]int{"": 1, "web": 0, "site-x": 0} {
			values := direct.Values{}
			switch config {
			case "web":
				values["name"] = "we"
			case "site-x":
				values["source_site"] = "site-x"
			}
			names, problems := f.List(t, f.name, values)
			if len(names) != want || len(problems.Errors()) > 0 {
				t.Errorf("%q: %v, %q", config, names, problems.Errors())
			}
		}
	})
}

func TestReplication_broken(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.apply(none, f.config())
		for name, fault := range map[string]simulator.Fault{
			"empty object": {Kind: simulator.Body, Body: "{}"},
			"no id":        {Kind: simulator.Body, Body: `{"items":[{}],"total":1}`},
			"forbidden":    {Kind: simulator.Status, Status: 403},
			"server error": {Kind: simulator.Status, Status: 500},
			"site unknown": {Kind: simulator.Status, Status: 404, Body: `{"code":"SiteNotFound","msg":"Site site-b was not found.","args":[]}`},
			"not extended": {Kind: simulator.Status, Status: 401, Body: `{"code":"RemoteAuthenticationFailure","msg":"No.","args":[]}`},
			"broken off":   {Kind: simulator.Truncate},
			"null":         {Kind: simulator.Body, Body: "null"},
		} {
			fault.Method, fault.Path = "GET", f.path
			f.B.Fault(fault)
			f.Clock.Advance(2 * time.Minute) // so that no list is shared with the last read
			kept, problems := f.Refresh(t, f.name, made)
			if len(problems.Errors()) != 1 || id(kept) != id(made) {
				t.Errorf("%s: %q, state %v", name, problems.Errors(), kept.Values)
			}
			f.B.ClearFaults()
		}
	})
}
