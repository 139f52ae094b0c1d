package messages_test

import (
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const replicationType = "vcda_vm_replication"

// replicationScene is an appliance of the Cloud service that is paired with site-b,
// where the VM web is to be replicated from.
type replicationScene struct {
	*recoveryScene
	b *simulator.Appliance
}

// replicating is what a replication has to say.
func replicating(title string, run func(t *testing.T, s *replicationScene)) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		a, b := s.fixture(t, simulator.Cloud)
		a.Pair("site-b")
		b.Pair("site-a")
		a.SetTaskDuration(time.Second)
		r := &replicationScene{&recoveryScene{scene: s, a: a}, b}
		r.restart(t, true)
		run(t, r)
	}}
}

// restart replaces the provider, whose session is extended to site-b if asked for.
func (s *replicationScene) restart(t *testing.T, extended bool) {
	t.Helper()
	changes := values{"preflight": true}
	if user := s.a.Accounts().VCDUsers[0]; extended {
		changes["session_extensions"] = []any{values{"site": "site-b", "credentials": values{"username": user.Username, "password": user.Password}}}
	}
	s.Provider = s.with(t, block(s.a, changes))
}

// web is the configuration of the replication, with changes.
func (s *replicationScene) web(changes values) values {
	config := values{
		"source":      values{"site": "site-b", "vm": values{"id": s.b.Workloads().VApps[0].VMs[0].ID}},
		"destination": values{"site": "site-a", "vcloud": values{"vdc_id": s.a.Workloads().VDCs[0].ID}},
	}
	maps.Copy(config, changes)
	return config
}

// made is a replication that was started without a word.
func (s *replicationScene) made(t *testing.T) direct.Object {
	t.Helper()
	return s.comesTo(t, replicationType, none, s.web(nil))
}

// there is a replication in a state of recovery.
func (s *replicationScene) there(t *testing.T, recovery string) direct.Object {
	t.Helper()
	imported, _ := s.Import(t, replicationType, s.a.Protect(simulator.Protection{SourceSite: "site-b", VApp: "shop", VM: "web", Recovery: recovery}), nil)
	fresh, d := s.Refresh(t, replicationType, imported)
	if len(d) > 0 {
		t.Fatal(d.Errors())
	}
	return fresh
}

var replications = []situation{
	replicating("Plan: arguments that exclude each other", func(t *testing.T, s *replicationScene) {
		s.says(t, s.ValidateResource(t, replicationType, s.web(values{"sla_profile_id": "gold", "rpo_minutes": 60})))
	}),
	replicating("Plan: a site that the appliance is not paired with", func(t *testing.T, s *replicationScene) {
		s.says(t, s.Plan(t, replicationType, none, s.web(values{"source": values{"site": "site-x", "vm": values{"id": s.b.Workloads().VApps[0].VMs[0].ID}}})).Diagnostics)
	}),
	replicating("Plan: a replacement", func(t *testing.T, s *replicationScene) {
		s.says(t, s.Plan(t, replicationType, s.made(t), s.web(values{"target_disk_type": "PREALLOCATED"})).Diagnostics)
	}),
	replicating("Plan: an SLA profile is removed", func(t *testing.T, s *replicationScene) {
		made := s.comesTo(t, replicationType, none, s.web(values{"sla_profile_id": s.a.Workloads().SLAProfiles[0].ID}))
		s.says(t, s.Plan(t, replicationType, made, s.web(nil)).Diagnostics)
	}),
	replicating("Plan: another resource has the replication", func(t *testing.T, s *replicationScene) {
		s.says(t, s.Plan(t, replicationType, s.made(t), s.web(nil)).Diagnostics)
		s.says(t, s.Plan(t, replicationType, none, s.web(values{"adopt_existing": true})).Diagnostics)
	}),
	replicating("Create: the source is replicated already", func(t *testing.T, s *replicationScene) {
		s.made(t)
		s.restart(t, true)
		s.comesTo(t, replicationType, none, s.web(nil))
	}),
	replicating("Create: what is there is adopted", func(t *testing.T, s *replicationScene) {
		s.made(t)
		s.restart(t, true)
		s.comesTo(t, replicationType, none, s.web(values{"adopt_existing": true}))
	}),
	replicating("Create: another object of the state has the replication", func(t *testing.T, s *replicationScene) {
		made := s.made(t)
		s.restart(t, true)
		if _, d := s.Refresh(t, replicationType, made); len(d) > 0 {
			t.Error(d.Errors())
		}
		s.comesTo(t, replicationType, none, s.web(values{"adopt_existing": true}))
	}),
	replicating("Create: the session is not extended to the source", func(t *testing.T, s *replicationScene) {
		s.restart(t, false)
		s.comesTo(t, replicationType, none, s.web(nil))
	}),
	replicating("Create: the policy of the organization forbids it", func(t *testing.T, s *replicationScene) {
		s.a.AssignPolicy("acme", "")
		s.comesTo(t, replicationType, none, s.web(nil))
	}),
	replicating("Create: the VM is not there", func(t *testing.T, s *replicationScene) {
		s.comesTo(t, replicationType, none, s.web(values{"source": values{"site": "site-b", "vm": values{"id": "00000000-0000-4000-8000-000000000000"}}}))
	}),
	replicating("Create: the answer got lost, and nothing was started", func(t *testing.T, s *replicationScene) {
		s.a.Fault(simulator.Fault{Method: http.MethodPost, Path: "/vm-replications", Times: 1, Kind: simulator.Reset})
		s.comesTo(t, replicationType, none, s.web(nil))
	}),
	replicating("Create: the task goes on when the time is up", func(t *testing.T, s *replicationScene) {
		s.a.FreezeTasks(true)
		s.comesTo(t, replicationType, none, s.web(values{"timeouts": values{"create": "1m"}}))
	}),
	replicating("Create: the first synchronization takes longer", func(t *testing.T, s *replicationScene) {
		s.a.SetSyncTime(48 * time.Hour)
		s.comesTo(t, replicationType, none, s.web(values{"wait_for_sync": true, "timeouts": values{"create": "1h"}}))
	}),
	replicating("Read: another appliance", func(t *testing.T, s *replicationScene) {
		made := s.made(t)
		other := &scene{clock: s.clock}
		a, _ := other.fixture(t, simulator.Cloud)
		s.names = append(s.names, other.names...)
		_, d := other.on(t, a).Refresh(t, replicationType, made)
		s.says(t, d)
	}),
	replicating("Update: the task fails", func(t *testing.T, s *replicationScene) {
		made := s.made(t)
		s.a.FailNextTask("reconfigure", "DatastoreFull", "The datastore is full.")
		s.comesTo(t, replicationType, made, s.web(values{"rpo_minutes": 60}))
	}),
	replicating("Delete: a failover test is active", func(t *testing.T, s *replicationScene) {
		s.comesTo(t, replicationType, s.there(t, simulator.Testing), nil)
	}),
	replicating("Delete: it has been failed over", func(t *testing.T, s *replicationScene) {
		s.comesTo(t, replicationType, s.there(t, simulator.Complete), nil)
	}),
	replicating("Delete: another resource of the run has adopted the replication", func(t *testing.T, s *replicationScene) {
		deposed := s.made(t)
		s.restart(t, true)
		if _, d := s.Apply(t, s.Plan(t, replicationType, none, s.web(values{"adopt_existing": true}))); len(d.Errors()) > 0 {
			t.Error(d.Errors())
		}
		s.comesTo(t, replicationType, deposed, nil)
	}),
	replicating("Import: another kind, and a name that nothing has", func(t *testing.T, s *replicationScene) {
		for _, id := range []string{"H4-1b4e28ba-2fa1-41d2-883f-0016d3cca427", "web", "site-a/web"} {
			_, d := s.Import(t, replicationType, id, nil)
			s.says(t, d)
		}
	}),
}
