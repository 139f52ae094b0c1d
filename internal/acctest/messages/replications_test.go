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

// replicationScenario has an appliance of the Cloud service that is paired with site-b,
// the site of the VM web.
type replicationScenario struct {
	*recoveryScenario
	b *simulator.Appliance
}

// replicationSituation runs a test for a replication.
func replicationSituation(title string, run func(t *testing.T, s *replicationScenario)) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		a, b := s.startAppliances(t, simulator.Cloud)
		a.Pair("site-b")
		b.Pair("site-a")
		a.SetTaskDuration(time.Second)
		r := &replicationScenario{&recoveryScenario{scenario: s, a: a}, b}
		r.restart(t, true)
		run(t, r)
	}}
}

// restart replaces the provider by another process, whose session can be extended to site-b.
func (s *replicationScenario) restart(t *testing.T, extended bool) {
	t.Helper()
	changes := values{"preflight": true}
	if user := s.a.Accounts().VCDUsers[0]; extended {
		changes["session_extensions"] = []any{values{"site": "site-b", "credentials": values{"username": user.Username, "password": user.Password}}}
	}
	s.Provider = s.configure(t, blockFor(s.a, changes))
}

// webConfig returns the configuration of the replication of web, with changes.
func (s *replicationScenario) webConfig(changes values) values {
	config := values{
		"source":      values{"site": "site-b", "vm": values{"id": s.b.Workloads().VApps[0].VMs[0].ID}},
		"destination": values{"site": "site-a", "vcloud": values{"vdc_id": s.a.Workloads().VDCs[0].ID}},
	}
	maps.Copy(config, changes)
	return config
}

// mustCreate starts the replication of web.
func (s *replicationScenario) mustCreate(t *testing.T) direct.Object {
	t.Helper()
	return s.change(t, replicationType, noState, s.webConfig(nil))
}

// importReplication imports a replication that is in a state of recovery.
func (s *replicationScenario) importReplication(t *testing.T, recovery string) direct.Object {
	t.Helper()
	imported, _ := s.Import(t, replicationType, s.a.Protect(simulator.Protection{SourceSite: "site-b", VApp: "shop", VM: "web", Recovery: recovery}), nil)
	fresh, d := s.Refresh(t, replicationType, imported)
	if len(d) > 0 {
		t.Fatal(d.Errors())
	}
	return fresh
}

var replications = []situation{
	replicationSituation("Plan: arguments that exclude each other", func(t *testing.T, s *replicationScenario) {
		s.record(t, s.ValidateResource(t, replicationType, s.webConfig(values{"sla_profile_id": "gold", "rpo_minutes": 60})))
	}),
	replicationSituation("Plan: a site that the appliance is not paired with", func(t *testing.T, s *replicationScenario) {
		s.record(t, s.Plan(t, replicationType, noState, s.webConfig(values{"source": values{"site": "site-x", "vm": values{"id": s.b.Workloads().VApps[0].VMs[0].ID}}})).Diagnostics)
	}),
	replicationSituation("Plan: a replacement", func(t *testing.T, s *replicationScenario) {
		s.record(t, s.Plan(t, replicationType, s.mustCreate(t), s.webConfig(values{"target_disk_type": "PREALLOCATED"})).Diagnostics)
	}),
	replicationSituation("Plan: an SLA profile is removed", func(t *testing.T, s *replicationScenario) {
		made := s.change(t, replicationType, noState, s.webConfig(values{"sla_profile_id": s.a.Workloads().SLAProfiles[0].ID}))
		s.record(t, s.Plan(t, replicationType, made, s.webConfig(nil)).Diagnostics)
	}),
	replicationSituation("Plan: another resource manages the replication", func(t *testing.T, s *replicationScenario) {
		s.record(t, s.Plan(t, replicationType, s.mustCreate(t), s.webConfig(nil)).Diagnostics)
		s.record(t, s.Plan(t, replicationType, noState, s.webConfig(values{"adopt_existing": true})).Diagnostics)
	}),
	replicationSituation("Create: the source is replicated already", func(t *testing.T, s *replicationScenario) {
		s.mustCreate(t)
		s.restart(t, true)
		s.change(t, replicationType, noState, s.webConfig(nil))
	}),
	replicationSituation("Create: the replication exists already, and adopt_existing is set", func(t *testing.T, s *replicationScenario) {
		s.mustCreate(t)
		s.restart(t, true)
		s.change(t, replicationType, noState, s.webConfig(values{"adopt_existing": true}))
	}),
	replicationSituation("Create: the state holds the replication already", func(t *testing.T, s *replicationScenario) {
		made := s.mustCreate(t)
		s.restart(t, true)
		if _, d := s.Refresh(t, replicationType, made); len(d) > 0 {
			t.Error(d.Errors())
		}
		s.change(t, replicationType, noState, s.webConfig(values{"adopt_existing": true}))
	}),
	replicationSituation("Create: the session is not extended to the source", func(t *testing.T, s *replicationScenario) {
		s.restart(t, false)
		s.change(t, replicationType, noState, s.webConfig(nil))
	}),
	replicationSituation("Create: the policy of the organization forbids it", func(t *testing.T, s *replicationScenario) {
		s.a.AssignPolicy("acme", "")
		s.change(t, replicationType, noState, s.webConfig(nil))
	}),
	replicationSituation("Create: the VM does not exist", func(t *testing.T, s *replicationScenario) {
		s.change(t, replicationType, noState, s.webConfig(values{"source": values{"site": "site-b", "vm": values{"id": "00000000-0000-4000-8000-000000000000"}}}))
	}),
	replicationSituation("Create: the response is lost, and the list has no replication", func(t *testing.T, s *replicationScenario) {
		s.a.Fault(simulator.Fault{Method: http.MethodPost, Path: "/vm-replications", Times: 1, Kind: simulator.Reset})
		s.change(t, replicationType, noState, s.webConfig(nil))
	}),
	replicationSituation("Create: timeout", func(t *testing.T, s *replicationScenario) {
		s.a.FreezeTasks(true)
		s.change(t, replicationType, noState, s.webConfig(values{"timeouts": values{"create": "1m"}}))
	}),
	replicationSituation("Create: timeout before the end of the first synchronization", func(t *testing.T, s *replicationScenario) {
		s.a.SetSyncTime(48 * time.Hour)
		s.change(t, replicationType, noState, s.webConfig(values{"wait_for_sync": true, "timeouts": values{"create": "1h"}}))
	}),
	replicationSituation("Read: another appliance", func(t *testing.T, s *replicationScenario) {
		made := s.mustCreate(t)
		other := &scenario{clock: s.clock}
		a, _ := other.startAppliances(t, simulator.Cloud)
		s.names = append(s.names, other.names...)
		_, d := other.connect(t, a).Refresh(t, replicationType, made)
		s.record(t, d)
	}),
	replicationSituation("Update: the task fails", func(t *testing.T, s *replicationScenario) {
		made := s.mustCreate(t)
		s.a.FailNextTask("reconfigure", "DatastoreFull", "The datastore is full.")
		s.change(t, replicationType, made, s.webConfig(values{"rpo_minutes": 60}))
	}),
	replicationSituation("Delete: a failover test is active", func(t *testing.T, s *replicationScenario) {
		s.change(t, replicationType, s.importReplication(t, simulator.Testing), nil)
	}),
	replicationSituation("Delete: the VM was recovered", func(t *testing.T, s *replicationScenario) {
		s.change(t, replicationType, s.importReplication(t, simulator.Complete), nil)
	}),
	replicationSituation("Delete: another resource of the run has adopted the replication", func(t *testing.T, s *replicationScenario) {
		deposed := s.mustCreate(t)
		s.restart(t, true)
		if _, d := s.Apply(t, s.Plan(t, replicationType, noState, s.webConfig(values{"adopt_existing": true}))); len(d.Errors()) > 0 {
			t.Error(d.Errors())
		}
		s.change(t, replicationType, deposed, nil)
	}),
	replicationSituation("Import: the id is of another kind, invalid, or not known", func(t *testing.T, s *replicationScenario) {
		for _, id := range []string{"H4-1b4e28ba-2fa1-41d2-883f-0016d3cca427", "web", "site-a/web"} {
			_, d := s.Import(t, replicationType, id, nil)
			s.record(t, d)
		}
	}),
}
