package simulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// replicationFixture is two paired sites, seen from site-b, the destination.
type replicationFixture struct {
	*fixture
	service      simulator.Service
	collection   string
	source, dest simulator.Workloads
}

func startReplications(t *testing.T, service simulator.Service) replicationFixture {
	t.Helper()
	f := start(t, service, func(o *simulator.ApplianceOptions) { o.SyncTime, o.RecoveryTime = time.Minute, time.Minute })
	f.a.Pair("site-b")
	f.b.Pair("site-a")
	out := replicationFixture{fixture: f, service: service, collection: "/replications", source: f.a.Workloads(), dest: f.b.Workloads()}
	f.token = f.login(f.b)
	if service == simulator.Cloud {
		out.collection = "/vm-replications"
		f.extend(f.b, "site-a")
	}
	return out
}

func (f *fixture) extend(on *simulator.Appliance, site string) {
	f.t.Helper()
	user := on.Accounts().VCDUsers[0]
	f.must(http.StatusOK, request{on: on, method: "POST", path: "/sessions/extend", body: map[string]any{
		"type": "credentials", "site": site, "vcdUsername": user.Username, "vcdPassword": user.Password,
	}}, nil)
}

// startBody is the body of a start, with changes.
func (f replicationFixture) startBody(changes ...any) map[string]any {
	body := map[string]any{}
	if f.service == simulator.Cloud {
		body["source"] = map[string]any{"type": "vm", "site": "site-a", "vmId": f.source.VApps[0].VMs[0].ID}
		body["destination"] = map[string]any{"type": "vcloud", "site": "site-b", "vdc": f.dest.VDCs[0].ID, "storageProfile": "*"}
	} else {
		body = map[string]any{
			"vcId": f.source.VCenterID, "vmId": f.source.VMs[0].ID,
			"sourceLocation":       map[string]any{"site": "site-a", "replicatorId": f.source.Replicators[0]},
			"destinationLocation":  map[string]any{"site": "site-b", "replicatorId": f.dest.Replicators[0]},
			"replicationPlacement": map[string]any{"vcId": f.dest.VCenterID, "datastoreId": "datastore-1", "datastoreFolder": "folder"},
		}
	}
	for i := 0; i < len(changes); i += 2 {
		body[fmt.Sprint(changes[i])] = changes[i+1]
	}
	return body
}

type taskAnswer struct {
	ID, State, Site string
	WorkflowInfo    struct{ Type, ResourceType, ResourceID string }
	Result          *struct{ ID string }
	Error           *apiError
}

// run performs a request and its task to the end.
func (f replicationFixture) run(method, path string, body any) taskAnswer {
	f.t.Helper()
	var task taskAnswer
	f.must(http.StatusAccepted, request{on: f.b, method: method, path: path, body: body}, &task)
	f.clock.Advance(10 * time.Minute)
	f.must(http.StatusOK, request{on: f.b, method: "GET", path: "/tasks/" + task.ID}, &task)
	return task
}

func (f replicationFixture) start(changes ...any) string {
	f.t.Helper()
	done := f.run("POST", f.collection, f.startBody(changes...))
	if done.State != "SUCCEEDED" || done.Result == nil || done.Result.ID == "" {
		f.t.Fatalf("start: %+v", done)
	}
	f.clock.Advance(10 * time.Minute) // the first synchronization
	return done.Result.ID
}

// recoveryBody is the body of a failover or test.
func (f replicationFixture) recoveryBody(changes ...any) map[string]any {
	body := map[string]any{"type": "vcloud", "powerOn": true}
	if f.service == simulator.Manager {
		body = map[string]any{"powerOn": true, "failoverPlacement": map[string]any{"vmFolder": "group-v4"}}
	}
	for i := 0; i < len(changes); i += 2 {
		body[fmt.Sprint(changes[i])] = changes[i+1]
	}
	return body
}

type replicationAnswer struct {
	ID, VMID, VMName, Owner, DataConnectionState, OverallHealth, StorageProfile, VappReplicationID string
	IsPaused, IsReversed                                                                           bool
	Settings                                                                                       struct {
		RPO        int
		IsReversed bool
	}
	DestinationState struct {
		LatestInstance *struct{ Key string }
		RecoveryInfo   struct{ RecoveryState, VAppID, VcdVMID, VMID string }
	}
	Source, Destination *struct{ Site, VdcID string }
}

func (f replicationFixture) read(id string) (got replicationAnswer) {
	f.t.Helper()
	f.must(http.StatusOK, request{on: f.b, method: "GET", path: f.collection + "/" + id}, &got)
	return got
}

func TestReplication_lifeCycle(t *testing.T) {
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := startReplications(t, service)
		id := f.start("rpo", 60)
		got := f.read(id)
		if got.VMName != "web" || got.Settings.RPO != 60 || got.DataConnectionState != "OK" || got.OverallHealth != "GREEN" || got.DestinationState.LatestInstance == nil {
			t.Errorf("after the start: %+v", got)
		}
		one := f.collection + "/" + id
		f.requireRefusal(http.StatusBadRequest, "InvalidState", request{on: f.b, method: "POST", path: one + "/reverse"})
		f.run("POST", one+"/failover-test", f.recoveryBody())
		if info := f.read(id).DestinationState.RecoveryInfo; info.RecoveryState != "TEST" || info.VcdVMID+info.VMID == "" {
			t.Errorf("in the test: %+v", info)
		}
		f.requireRefusal(http.StatusBadRequest, "TestActive", request{on: f.b, method: "DELETE", path: one})
		f.requireRefusal(http.StatusBadRequest, "InvalidState", request{on: f.b, method: "POST", path: one + "/failover", body: f.recoveryBody()})
		f.run("DELETE", one+"/failover-test", nil)
		f.run("POST", one+"/failover", f.recoveryBody())
		if state := f.read(id).DestinationState.RecoveryInfo.RecoveryState; state != "COMPLETE" {
			t.Errorf("after the failover: %s", state)
		}
		f.run("POST", one+"/reverse", nil)
		got = f.read(id)
		if !got.IsReversed && !got.Settings.IsReversed || got.DestinationState.RecoveryInfo.RecoveryState != "NOT_STARTED" {
			t.Errorf("after the reverse: %+v", got)
		}
		if vms := len(f.a.Workloads().VMs); service == simulator.Manager && vms != 1 {
			t.Errorf("the source VM is still there")
		}
		f.requireRefusal(http.StatusBadRequest, "BadUserInput", request{on: f.b, method: "DELETE", path: one}) // managed at the other site now
		atA := one + "?site=site-a"
		f.must(http.StatusAccepted, request{on: f.b, method: "DELETE", path: atA}, nil)
		f.clock.Advance(10 * time.Minute)
		f.requireRefusal(http.StatusNotFound, "ReplicationNotFound", request{on: f.b, method: "GET", path: one})
		f.requireNoViolation()
	})
}

func TestReplication_startTaskNamesTheNewID(t *testing.T) {
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := startReplications(t, service)
		var task taskAnswer
		f.must(http.StatusAccepted, request{on: f.b, method: "POST", path: f.collection, body: f.startBody()}, &task)
		if named := task.WorkflowInfo.ResourceID != ""; named != (service == simulator.Manager) {
			t.Errorf("the first answer names %q", task.WorkflowInfo.ResourceID)
		}
		if (task.Site != "") != (service == simulator.Cloud) {
			t.Errorf("the first answer has the site %q", task.Site)
		}
		if n := len(f.b.Replications()); n != 0 {
			t.Errorf("%d replications before the task's end", n)
		}
	})
}

func TestReplication_siteOfTheQuery(t *testing.T) {
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := startReplications(t, service)
		f.token = f.login(f.a)
		path := f.collection + "?site=site-b"
		if service == simulator.Cloud {
			f.requireRefusal(http.StatusUnauthorized, "RemoteAuthenticationFailure", request{method: "GET", path: path})
			f.extend(f.a, "site-b")
		}
		f.requireRefusal(http.StatusNotFound, "SiteNotFound", request{method: "GET", path: f.collection + "?site=site-x"})
		var task taskAnswer
		f.must(http.StatusAccepted, request{method: "POST", path: path, body: f.startBody()}, &task)
		f.requireRefusal(http.StatusNotFound, "TaskNotFound", request{method: "GET", path: "/tasks/" + task.ID})
		f.must(http.StatusOK, request{method: "GET", path: "/tasks/" + task.ID + "?site=site-b"}, nil)
		f.clock.Advance(10 * time.Minute)
		if n := len(f.b.Replications()); n != 1 {
			t.Errorf("%d replications", n)
		}
		f.requireNoViolation()
	})
}

func TestReplication_refusedStarts(t *testing.T) {
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := startReplications(t, service)
		start := func(code string, changes ...any) {
			t.Helper()
			f.requireRefusal(http.StatusBadRequest, code, request{on: f.b, method: "POST", path: f.collection, body: f.startBody(changes...)})
		}
		start("BadUserInput", "rpo", 1441)
		start("BadUserInput", "isMigration", true, "retentionPolicy", map[string]any{"rules": []any{map[string]any{"numberOfInstances": 1, "distance": 60}}})
		start("BadUserInput", "retentionPolicy", map[string]any{"rules": []any{map[string]any{"numberOfInstances": 25, "distance": 60}}})
		start("BadUserInput", "unknown", 1)
		f.start()
		start("ReplicationExists")
		if service == simulator.Cloud {
			f.b.AssignPolicy("acme", "")
			body := f.startBody("source", map[string]any{"type": "vm", "site": "site-a", "vmId": f.source.VApps[1].VMs[0].ID})
			f.requireRefusal(http.StatusForbidden, "PolicyViolation", request{on: f.b, method: "POST", path: f.collection, body: body})
			f.b.SetPolicyRefusal(http.StatusAccepted)
			if done := f.run("POST", f.collection, body); done.State != "FAILED" || done.Error.Code != "PolicyViolation" {
				t.Errorf("task %+v", done)
			}
		}
	})
}

func TestReplication_ownSettingsDropTheSLAProfile(t *testing.T) {
	f := startReplications(t, simulator.Cloud)
	gold := f.dest.SLAProfiles[0]
	id := f.start("slaProfileId", gold.ID)
	if r := f.b.Replications()[0]; r.SLAProfile != gold.ID || r.RPO != gold.RPO {
		t.Errorf("with a profile: %+v", r)
	}
	f.run("PATCH", f.collection+"/"+id, map[string]any{"description": "text"})
	if r := f.b.Replications()[0]; r.SLAProfile != gold.ID {
		t.Error("a description drops the profile")
	}
	f.run("PATCH", f.collection+"/"+id, map[string]any{"rpo": 60})
	if r := f.b.Replications()[0]; r.SLAProfile != "" || r.RPO != 60 {
		t.Errorf("after a change: %+v", r)
	}
	f.requireNoViolation()
}

func TestReplication_ofAVApp(t *testing.T) {
	f := startReplications(t, simulator.Cloud)
	f.collection = "/vapp-replications"
	id := f.start("source", map[string]any{"type": "vapp", "site": "site-a", "vappId": f.source.VApps[0].ID})
	var got struct {
		VMReplications []replicationAnswer
		Descriptor     struct{ Name string }
	}
	f.must(http.StatusOK, request{on: f.b, method: "GET", path: f.collection + "/" + id}, &got)
	if !strings.HasPrefix(id, "C4VAPP-") || got.Descriptor.Name != "shop" || len(got.VMReplications) != 2 || !strings.HasPrefix(got.VMReplications[0].ID, "C4-") {
		t.Errorf("%s: %+v", id, got)
	}
	f.collection = "/vm-replications"
	if single := f.read(got.VMReplications[1].ID); single.VappReplicationID != id || single.StorageProfile != f.dest.VDCs[0].StorageProfiles[0].ID {
		t.Errorf("of one VM: %+v", single)
	}
	f.requireNoViolation()
}

func TestReplication_ownerHidesItFromTenants(t *testing.T) {
	f := startReplications(t, simulator.Cloud)
	id := f.start()
	tenant := f.b.Accounts().VCDUsers[1]
	asTenant := f.withToken(f.loginAs(f.b, map[string]any{"type": "vcdCredentials", "vcdUser": tenant.Username, "vcdPassword": tenant.Password}))
	one := f.collection + "/" + id
	asTenant.requireRefusal(http.StatusNotFound, "ReplicationNotFound", request{on: f.b, method: "GET", path: one})
	asTenant.requireRefusal(http.StatusForbidden, "Forbidden", request{on: f.b, method: "PATCH", path: one + "/chown", body: map[string]any{"owner": "acme@site-b"}})
	var got replicationAnswer
	f.must(http.StatusOK, request{on: f.b, method: "PATCH", path: one + "/chown", body: map[string]any{"owner": "acme@site-b"}}, &got)
	if got.Owner != "acme@site-b" {
		t.Errorf("owner %s", got.Owner)
	}
	asTenant.must(http.StatusOK, request{on: f.b, method: "GET", path: one}, nil)
}

func TestReplication_lists(t *testing.T) {
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := startReplications(t, service)
		for i := range 103 {
			p := simulator.Protection{SourceSite: "site-a", VM: fmt.Sprintf("vm%03d", i)}
			if service == simulator.Cloud {
				p.VApp = p.VM
			}
			f.b.Protect(p)
		}
		var page struct {
			Items                []replicationAnswer
			Total, Limit, Offset int
		}
		f.must(http.StatusOK, request{on: f.b, method: "GET", path: f.collection + "?limit=500"}, &page)
		if len(page.Items) != 100 || page.Total != 103 || page.Limit != 100 {
			t.Errorf("%d of %d, limit %d", len(page.Items), page.Total, page.Limit)
		}
		f.must(http.StatusOK, request{on: f.b, method: "GET", path: f.collection + "?offset=100"}, &page)
		if len(page.Items) != 3 {
			t.Errorf("%d on the second page", len(page.Items))
		}
		f.must(http.StatusOK, request{on: f.b, method: "GET", path: f.collection + "?vmName=vm00"}, &page)
		if len(page.Items) != 10 {
			t.Errorf("%d of a part of the name", len(page.Items))
		}
		f.must(http.StatusOK, request{on: f.b, method: "GET", path: f.collection + "?ids=" + page.Items[3].ID + ",other"}, &page)
		if len(page.Items) != 1 || page.Items[0].VMName != "vm003" {
			t.Errorf("by id: %+v", page.Items)
		}
		f.requireNoViolation()
	})
}

func TestReplication_pausesAndStoresSettings(t *testing.T) {
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := startReplications(t, service)
		id := f.start()
		one := f.collection + "/" + id
		f.run("POST", one+"/pause", nil)
		if got := f.read(id); !got.IsPaused || got.DataConnectionState != "PAUSED" {
			t.Errorf("paused: %+v", got)
		}
		f.run("POST", one+"/resume", nil)
		path, body := "/network-settings", any(map[string]any{"failoverSettings": map[string]any{"vmNetworkSettings": map[string]any{"nics": []any{map[string]any{"nicIndex": 0}}}}})
		if service == simulator.Manager {
			path, body = "/recovery-settings", map[string]any{"failoverPlacement": map[string]any{"vmFolder": "group-v4"}}
		}
		f.run("PUT", one+path, body)
		var stored map[string]json.RawMessage
		f.must(http.StatusOK, request{on: f.b, method: "GET", path: one + path}, &stored)
		if len(stored) != 2 || len(f.b.StoredSettings(id)) != 1 {
			t.Errorf("stored %s", stored)
		}
		f.requireNoViolation()
		f.requireRefusal(http.StatusBadRequest, "BadUserInput", request{on: f.b, method: "PUT", path: one + path, body: map[string]any{"other": nil}})
	})
}

func TestReplication_instances(t *testing.T) {
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := startReplications(t, service)
		id := f.start("retentionPolicy", map[string]any{"rules": []any{map[string]any{"numberOfInstances": 2, "distance": 60}}})
		for range 2 {
			f.run("POST", f.collection+"/"+id+"/sync", nil)
		}
		answer := f.must(http.StatusOK, request{on: f.b, method: "GET", path: f.collection + "/" + id + "/instances"}, nil).body
		if isArray := strings.HasPrefix(string(answer), "["); isArray != (service == simulator.Cloud) {
			t.Errorf("instances %s", answer)
		}
		if n := len(f.b.Replications()[0].Instances); n != 2 {
			t.Errorf("%d instances are kept", n)
		}
	})
}

func TestPolicies(t *testing.T) {
	f := startReplications(t, simulator.Cloud)
	f.requireRefusal(http.StatusBadRequest, "BadUserInput", request{on: f.b, method: "DELETE", path: "/policies/default"})
	var policies []map[string]any
	f.must(http.StatusOK, request{on: f.b, method: "GET", path: "/policies"}, &policies)
	body := policies[1]
	delete(body, "orgs")
	delete(body, "id")
	body["displayName"], body["onpremDataCap"] = "new", 512
	var made struct{ ID string }
	f.must(http.StatusCreated, request{on: f.b, method: "POST", path: "/policies", body: body}, &made)
	f.must(http.StatusAccepted, request{on: f.b, method: "PATCH", path: "/policies/" + made.ID + "/orgs/acme"}, nil)
	f.requireRefusal(http.StatusBadRequest, "PolicyInUse", request{on: f.b, method: "DELETE", path: "/policies/" + made.ID})
	var status []struct{ Org string }
	f.must(http.StatusOK, request{on: f.b, method: "GET", path: "/policies/" + made.ID + "/status"}, &status)
	if len(status) != 1 || status[0].Org != "acme" {
		t.Errorf("status %+v", status)
	}
	f.b.AssignPolicy("acme", "")
	f.must(http.StatusNoContent, request{on: f.b, method: "DELETE", path: "/policies/" + made.ID}, nil)
	gold := f.dest.SLAProfiles[0].ID
	path := "/sla-profiles/orgs/acme/profiles/" + gold
	f.must(http.StatusCreated, request{on: f.b, method: "POST", path: path}, nil)
	if names := f.b.SLAProfilesOf("acme"); len(names) != 1 || names[0] != "Gold" {
		t.Errorf("profiles %v", names)
	}
	f.must(http.StatusNoContent, request{on: f.b, method: "DELETE", path: path}, nil)
	f.requireNoViolation()
}

func TestInventory(t *testing.T) {
	f := startReplications(t, simulator.Cloud)
	for path, wanted := range map[string]int{
		"/inventory/vms": 3, "/inventory/vapps": 2, "/inventory/orgs": 2, "/inventory/vdcs": 2, "/inventory/vdcs?name=acme-vdc": 1,
		"/inventory/vdcs/" + f.dest.VDCs[0].ID + "/networks": 2,
	} {
		var page struct{ Items []struct{ ID, Name string } }
		f.must(http.StatusOK, request{on: f.b, method: "GET", path: path}, &page)
		if len(page.Items) != wanted {
			t.Errorf("%s: %d items", path, len(page.Items))
		}
	}
	var profiles []struct{ ID, Name string }
	f.must(http.StatusOK, request{on: f.b, method: "GET", path: "/inventory/vdcs/" + f.dest.VDCs[0].ID + "/storage-profiles"}, &profiles)
	if len(profiles) != 2 {
		t.Errorf("profiles %v", profiles)
	}
	f.b.SetInventoryForm(simulator.InventoryMissing)
	f.requireRefusal(http.StatusNotFound, "NotFound", request{on: f.b, method: "GET", path: "/inventory/vms"})
}
