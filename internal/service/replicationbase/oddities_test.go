package replicationbase_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestOddities_unknownValues: an unknown value is no conflict, because a module may set one of several arguments by
// variables.
func TestOddities_unknownValues(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		configs := map[string]direct.Values{
			"rules":      f.config("retention_rules", []any{direct.Values{"instances": direct.Unknown, "distance_minutes": 1}, direct.Values{"instances": 20, "distance_minutes": direct.Unknown}}),
			"settings":   f.config("rpo_minutes", direct.Unknown, "retention_rules", direct.Unknown, "quiesced", direct.Unknown, "initial_sync_at", direct.Unknown),
			"everything": f.config("source", direct.Unknown, "destination", direct.Unknown, "migration", direct.Unknown, "paused", direct.Unknown),
		}
		if f.service == simulator.Cloud {
			configs["profile or RPO"] = f.config("rpo_minutes", direct.Unknown, "sla_profile_id", direct.Unknown)
			configs["profile beside an unknown RPO"] = f.config("rpo_minutes", direct.Unknown, "sla_profile_id", "x")
			configs["profile of a migration"] = f.config("migration", true, "sla_profile_id", direct.Unknown)
			configs["networks"] = f.config("network_settings", direct.Unknown)
		}
		for name, config := range configs {
			if problems := f.ValidateResource(t, f.name, config); len(problems) > 0 {
				t.Errorf("%s: %q, %q", name, problems.Errors(), problems.Warnings())
			}
			if errors := f.Plan(t, f.name, none, config).Diagnostics.Errors(); len(errors) > 0 {
				t.Errorf("plan of %s: %q", name, errors)
			}
		}
	})
}

// listRow makes the destination list one row, in a form that another appliance may use.
func (f *fixture) listRow(row map[string]any) {
	f.t.Helper()
	text, err := json.Marshal(map[string]any{"items": []any{row}, "total": 1, "offset": 0, "limit": 100})
	if err != nil {
		f.t.Fatal(err)
	}
	f.B.ClearFaults()
	f.B.Fault(simulator.Fault{Method: http.MethodGet, Path: f.path, Kind: simulator.Body, Body: string(text)})
	f.Clock.Advance(2 * time.Minute) // so that no list is shared with the last read
}

// bareRow returns a replication with null in every field that a response may leave out.
func (f *fixture) bareRow(id string) map[string]any {
	source, destination := f.A.Workloads(), f.B.Workloads()
	vm := map[string]any{
		"id": id, "vmName": "web", "isPaused": nil, "settings": nil, "sourceState": nil, "destinationState": nil, "dataConnectionState": "INITIAL_SYNCING",
		"overallHealth": nil, "lastUpdated": nil, "storageProfile": nil,
	}
	if f.service == simulator.Manager {
		vm["settings"] = map[string]any{
			"vcId": source.VCenterID, "vmId": source.VMs[0].ID, "sourceLocation": map[string]any{"site": "site-a"}, "destinationLocation": map[string]any{"site": "site-b"},
			"replicationPlacement": map[string]any{"vcId": destination.VCenterID}, "retentionPolicy": nil, "excludedDiskKeys": nil,
		}
		return vm
	}
	vm["vmId"] = source.VApps[0].VMs[0].ID
	ends := map[string]any{
		"source":      map[string]any{"site": "site-a", "org": "acme", "vdcId": source.VDCs[0].ID, "vdcName": nil, "vappId": source.VApps[0].ID},
		"destination": map[string]any{"site": "site-b", "org": "acme", "vdcId": destination.VDCs[0].ID, "vdcName": nil, "recoveredVappId": nil}, "owner": "System@site-b",
	}
	if f.name == "vcda_vm_replication" {
		maps.Copy(vm, ends)
		return vm
	}
	vm["id"] = "C4-1"
	maps.Copy(ends, map[string]any{"id": id, "descriptor": map[string]any{"name": "shop"}, "vmReplications": []any{vm}, "lastUpdated": nil})
	return ends
}

// TestOddities_nulls: a field that a response leaves out is no drift, and a create accepts it.
func TestOddities_nulls(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		config := f.config("rpo_minutes", 60, "quiesced", false, "target_disk_type", "THIN", "retention_rules", []any{direct.Values{"instances": 3, "distance_minutes": 60}})
		made := f.apply(none, config)
		f.listRow(f.bareRow(id(made)))
		fresh := f.refresh(made)
		for name, want := range map[string]any{"rpo_minutes": int64(60), "quiesced": false, "target_disk_type": "THIN", "recovery_state": "NOT_STARTED", "health": nil} {
			if got := fresh.Values[name]; got != want {
				t.Errorf("%s is %v", name, got)
			}
		}
		f.requireNoChange(fresh, config)
		f.Restart(t, "site-b")
		adopted := f.apply(none, f.config("adopt_existing", true))
		if id(adopted) != id(made) || adopted.Values["rpo_minutes"] != nil || adopted.Values["quiesced"] != nil {
			t.Errorf("adopted %v", adopted.Values)
		}
		values, problems := f.ReadData(t, f.name+"s", direct.Values{})
		if all, _ := values["replications"].([]any); len(all) != 1 || len(problems.Errors()) > 0 {
			t.Errorf("listed %v, errors %q", all, problems.Errors())
		}
	})
}

// TestOddities_placesThatAreNotShown: configured and chosen values of a place stay if a response leaves them out.
func TestOddities_placesThatAreNotShown(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		config := f.config()
		switch destination := f.B.Workloads(); f.service {
		case simulator.Cloud:
			config["destination"] = direct.Values{"site": "site-b", "vcloud": direct.Values{"vdc_id": destination.VDCs[0].ID, "storage_profile_id": destination.VDCs[0].StorageProfiles[1].ID}}
		default:
			config["source"].(direct.Values)["replicator_id"] = f.A.Workloads().Replicators[0] //nolint:errcheck,forcetypeassert // as config says
		}
		made := f.apply(none, config)
		f.listRow(f.bareRow(id(made)))
		fresh := f.refresh(made)
		f.requireNoChange(fresh, config)
		if !equal(fresh.Values["destination"], made.Values["destination"]) || !equal(fresh.Values["source"], made.Values["source"]) {
			t.Errorf("%v became %v", made.Values, fresh.Values)
		}
	})
}

// TestOddities_recoveredBefore: an appliance may show the VM of a test that is over, and show a recovered vApp by its
// VMs only.
func TestOddities_recoveredBefore(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.apply(none, f.config())
		attribute := "recovered_vm"
		if f.name == "vcda_vapp_replication" {
			attribute = "recovered_vapp"
		}
		for state, isUp := range map[string]bool{"NOT_STARTED": false, "TEST": true, "IN_PROGRESS": false, "COMPLETE": true} {
			row := f.bareRow(id(made))
			for _, vm := range machines(row) {
				vm["destinationState"] = map[string]any{"recoveryInfo": map[string]any{"recoveryState": state, "vAppId": "a", "vcdVmId": "b"}}
			}
			f.listRow(row)
			if fresh := f.refresh(made); (fresh.Values[attribute] != nil) != isUp || fresh.Values["recovery_state"] != state {
				t.Errorf("%s: %v", state, fresh.Values[attribute])
			}
		}
	})
}

// TestOddities_pausedWithoutAFlag: not every appliance shows the flag.
func TestOddities_pausedWithoutAFlag(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.apply(none, f.config())
		row := f.bareRow(id(made))
		for _, vm := range machines(row) {
			vm["dataConnectionState"] = "PAUSED"
		}
		f.listRow(row)
		if fresh := f.refresh(made); fresh.Values["paused"] != true {
			t.Errorf("refreshed to %v", fresh.Values)
		}
	})
}

// machines returns the objects of the VMs in a row.
func machines(row map[string]any) []map[string]any {
	vms, isVApp := row["vmReplications"].([]any)
	if !isVApp {
		return []map[string]any{row}
	}
	all := []map[string]any{}
	for _, one := range vms {
		vm, _ := one.(map[string]any)
		all = append(all, vm)
	}
	return all
}

// TestOddities_importOfOnPremises: a value of an on-premises source that the appliance does not show replaces nothing
// after an import.
func TestOddities_importOfOnPremises(t *testing.T) {
	t.Parallel()
	for _, k := range kinds[:2] {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			f := start(t, k, "site-b")
			end := direct.Values{"vcenter_vm": direct.Values{"vcenter_id": f.vcenter(), "vm_id": "vm-15", "vapp_name": "shop"}}
			if f.name == "vcda_vapp_replication" {
				end = direct.Values{"vcenter_vapp": direct.Values{"vcenter_id": f.vcenter(), "vapp_name": "shop", "vm_ids": []any{"vm-15"}}}
			}
			end["site"] = "tenant"
			row := f.bareRow(f.prefix + "1")
			row["source"] = map[string]any{"site": "tenant", "org": nil, "vdcId": nil}
			machines(row)[0]["vmId"] = "vm-15"
			f.listRow(row)
			imported, problems := f.Import(t, f.name, f.prefix+"1", nil)
			if errors := problems.Errors(); len(errors) > 0 {
				t.Fatal(errors)
			}
			plan := f.Plan(t, f.name, f.refresh(imported), f.config("source", end))
			if plan.RequiresReplace || len(plan.Diagnostics.Errors()) > 0 {
				t.Errorf("replaced: %t, errors %q", plan.RequiresReplace, plan.Diagnostics.Errors())
			}
		})
	}
}

// TestOddities_order: another order of disks is no change, another disk replaces.
func TestOddities_order(t *testing.T) {
	t.Parallel()
	f := start(t, kinds[0], "site-b")
	vm := f.A.Workloads().VApps[0].VMs[0].ID
	without := func(keys ...any) direct.Values {
		return f.config("source", direct.Values{"site": "site-a", "vm": direct.Values{"id": vm, "excluded_disk_keys": keys}})
	}
	made := f.apply(none, without(2000, 2001))
	f.requireNoChange(f.refresh(made), without(2001, 2000))
	if plan := f.Plan(t, f.name, made, without(2001, 2002)); !plan.RequiresReplace {
		t.Error("another disk replaces nothing")
	}
	f.apply(made, nil)
	f.kindTest = kinds[1]
	source := f.A.Workloads().VApps[0]
	ofVApp := func(id string, keys ...any) direct.Values {
		return f.config("source", direct.Values{"site": "site-a", "vapp": direct.Values{"id": source.ID, "excluded_disk_keys": direct.Values{id: keys}}})
	}
	made = f.apply(none, ofVApp("urn:vcloud:vm:"+vm, 2000, 2001))
	f.requireNoChange(f.refresh(made), ofVApp(vm, 2001, 2000))
	if plan := f.Plan(t, f.name, made, ofVApp(vm, 2000)); !plan.RequiresReplace {
		t.Error("another disk replaces nothing")
	}
}

// TestOddities_otherAppliance: a replication stays in the state if another appliance does not list it.
func TestOddities_otherAppliance(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.apply(none, f.config())
		start(t, f.kindTest, "site-b").RequireOtherAppliance(t, f.name, made) // other sites with the same names
		f.Restart(t, "site-a")                                                // another appliance of the same sites
		f.requireNoChange(f.refresh(made), f.config())
	})
}

// TestOddities_earlyIDs: a start task may have the new id at once, or the id of the vApp replication that the VM's is
// part of.
func TestOddities_earlyIDs(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		f.B.NameReplicationsEarly(true)
		made := f.apply(none, f.config())
		if !strings.HasPrefix(id(made), f.prefix) {
			t.Errorf("made %v", made.Values)
		}
		f.requireNoChange(f.refresh(made), f.config())
	})
}

// TestOddities_importByAnAmbiguousName: the error lists the ids of all matches.
func TestOddities_importByAnAmbiguousName(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		var ids []string
		for _, name := range []string{"one", "two"} {
			p := simulator.Protection{SourceSite: "site-a", VM: name}
			if f.service == simulator.Cloud {
				p.VApp = name
			}
			f.B.Protect(p)
		}
		for _, r := range f.B.Replications() {
			f.Sites.EditReplication(r.ID, func(r *simulator.Replication) { r.VMName = "twin" })
			ids = append(ids, r.ID)
		}
		if f.name == "vcda_vapp_replication" {
			return // a vApp's name is its descriptor's
		}
		_, problems := f.Import(t, f.name, "site-b/twin", nil)
		requireError(t, problems, append(ids, "There are several with this name", "Import one of them by its id")...)
	})
}

// TestVSphere_replicators: the only replicator of each site is the default. Several are an error that lists them,
// none is an error.
func TestVSphere_replicators(t *testing.T) {
	t.Parallel()
	f := start(t, kinds[2], "site-b")
	two := `[{"id":"r-1","site":"site-b"},{"id":"r-2","site":"site-b"},{"id":"r-3","site":"site-a"}]`
	f.B.Fault(simulator.Fault{Method: "GET", Path: "/replicators", Kind: simulator.Body, Body: two})
	_, problems := f.attempt(none, f.config())
	requireError(t, problems, "The site site-b has several replicators", "Set replicator_id to one of these: r-1, r-2.")
	f.B.ClearFaults()
	f.B.Fault(simulator.Fault{Method: "GET", Path: "/replicators", Kind: simulator.Body, Body: "[]"})
	_, problems = f.attempt(none, f.config())
	requireError(t, problems, "The site site-a has no replicator")
	f.B.ClearFaults()
	f.requireSent(0, 0, 0)
	made := f.apply(none, f.config())
	source, _ := made.Values["source"].(direct.Values)
	if want := f.A.Workloads().Replicators[0]; source["replicator_id"] != want {
		t.Errorf("replicator %v, want %s", source["replicator_id"], want)
	}
}

// TestVSphere_folder: each replication gets its own folder, and keeps it.
func TestVSphere_folder(t *testing.T) {
	t.Parallel()
	f := start(t, kinds[2], "site-b")
	folder := func(object direct.Object) any {
		return object.Values["destination"].(direct.Values)["datastore_folder"] //nolint:errcheck // else it panics
	}
	first := f.apply(none, f.config())
	other := f.config("source", direct.Values{"site": "site-a", "vcenter_id": f.A.Workloads().VCenterID, "vm_id": f.A.Workloads().VMs[1].ID})
	second := f.apply(none, other)
	if folder(first) == nil || folder(first) == folder(second) {
		t.Errorf("folders %v and %v", folder(first), folder(second))
	}
	f.requireNoChange(f.refresh(first), f.config())
	if changed := f.apply(first, f.config("rpo_minutes", 60)); folder(changed) != folder(first) {
		t.Errorf("folder %v became %v", folder(first), folder(changed))
	}
}

// TestVSphere_diskCleanup: a destroy sends the configured treatment of the disks.
func TestVSphere_diskCleanup(t *testing.T) {
	t.Parallel()
	for _, cleanup := range []any{nil, "REMOVE_ALL", "REMOVE_NONE"} {
		f := start(t, kinds[2], "site-b")
		f.apply(f.apply(none, f.config("disk_cleanup", cleanup)), nil)
		want := "diskCleanup=AUTO"
		if cleanup != nil {
			want = "diskCleanup=" + cleanup.(string) //nolint:errcheck,forcetypeassert // as above
		}
		found := false
		for _, record := range f.B.Requests() {
			found = found || record.Method == http.MethodDelete && strings.Contains(record.Path, want)
		}
		if !found {
			t.Errorf("no stop with %s", want)
		}
	}
}

// TestVSphere_disks: single disks are placed, and come back with an import.
func TestVSphere_disks(t *testing.T) {
	t.Parallel()
	f := start(t, kinds[2], "site-b")
	disks := []any{
		direct.Values{"key": 2000, "datastore_id": "datastore-2", "path": "dir/seed.vmdk", "seed": true, "storage_profile_id": "gold"},
		direct.Values{"key": 2001, "datastore_id": "datastore-1", "seed": false},
	}
	config := f.config("destination", direct.Values{"site": "site-b", "vcenter_id": f.B.Workloads().VCenterID, "datastore_id": "datastore-1", "datastore_folder": "shop", "storage_profile_id": "silver", "disks": disks})
	made := f.apply(none, config)
	f.requireNoChange(f.refresh(made), config)
	imported, problems := f.Import(t, f.name, id(made), nil)
	if errors := problems.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	f.requireNoChange(f.refresh(imported), config)
}
