package vcda

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// protect starts n replications at site-a, of which site-b is the source.
func (f *fixture) protect(service Service, n int) (kind Kind, ids []string) {
	for i := range n {
		p := simulator.Protection{SourceSite: "site-b", VM: fmt.Sprintf("vm%04d", i)}
		if service == Cloud {
			p.VApp = p.VM
		}
		ids = append(ids, f.a.Protect(p))
	}
	return KindOf(ids[0]), ids
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]Kind{"C4-1": VM, "C4VAPP-1": VApp, "H4-1": VSphere, "": "", "c4-1": "", "site": ""} {
		if got := KindOf(id); got != want {
			t.Errorf("%q: %q, want %q", id, got, want)
		}
	}
}

func TestReplications_readsPagesConcurrently(t *testing.T) {
	forEachService(t, func(t *testing.T, service Service) {
		f := start(t, service)
		kind, ids := f.protect(service, 1000)
		f.a.ResetStats()
		all, err := f.Replications(t.Context(), kind, ReplicationFilter{})
		if err != nil || len(all) != len(ids) || all[0].ID != ids[0] || all[999].ID != ids[999] {
			t.Fatalf("%d replications, error %v", len(all), err)
		}
		if n := f.a.Stats().Requests["GET "+kind.path()]; n != 10 {
			t.Errorf("%d lists", n)
		}
		if r := all[3]; r.Name() != "vm0003" || r.SourceSite() != "site-b" || r.DestinationSite() != "site-a" || r.SourceVM() == "" || r.RecoveryState() != RecoveryNotStarted {
			t.Errorf("replication %+v", r)
		}
	})
}

func TestReplications_shareOneList(t *testing.T) {
	forEachService(t, func(t *testing.T, service Service) {
		f := start(t, service)
		kind, ids := f.protect(service, 150)
		f.a.ResetStats()
		runConcurrently(len(ids), func() {
			if r, err := f.FindReplication(t.Context(), ids[7]); err != nil || r == nil || r.ID != ids[7] {
				t.Errorf("found %v, error %v", r, err)
			}
		})
		if n := f.a.Stats().Requests["GET "+kind.path()]; n != 2 {
			t.Errorf("%d lists of 150", n)
		}
		if r, err := f.FindReplication(t.Context(), ids[7]+"0"); err != nil || r != nil {
			t.Errorf("found %v, error %v", r, err)
		}
		if n := f.a.Stats().Requests["GET "+kind.path()]; n != 3 {
			t.Errorf("%d lists with the one for the missing id", n)
		}
	})
}

func TestReplications_unusableLists(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ body, want string }{
		"empty object":       {`{}`, "no list of items"},
		"no total":           {`{"items":[]}`, "no total"},
		"no id":              {`{"items":[{"vmName":"web"}],"total":1}`, "no id"},
		"an array":           {`[]`, "a list, not a page"},
		"items as an object": {`{"items":{},"total":1}`, `field "items" is of another type`},
		"total as text":      {`{"items":[],"total":"1"}`, "another type"},
		"cut off":            {`{"items":[{"id":"C4-1"}`, "not valid JSON"},
		"null":               {`null`, "null"},
		"an error object":    {`{"code":"X","msg":"y"}`, "no list of items"},
	} {
		c := scripted(t, reply(http.StatusOK, test.body))
		_, err := c.Replications(t.Context(), VM, ReplicationFilter{})
		var response *rest.ResponseError
		if !errors.As(err, &response) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The passwords of a response are not decoded.
func TestReplications_secrets(t *testing.T) {
	f := start(t, Cloud)
	kind, _ := f.protect(Cloud, 1)
	all, err := f.Replications(t.Context(), kind, ReplicationFilter{})
	if err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprintf("%+v", all); strings.Contains(text, simulator.SecretAdminPassword) || strings.Contains(text, simulator.SecretDomainPassword) {
		t.Error("a password is decoded")
	}
}

func TestAt_otherSite(t *testing.T) {
	f := start(t, Manager)
	f.a.Pair("site-b")
	f.b.Pair("site-a")
	id := f.b.Protect(simulator.Protection{SourceSite: "site-a", VM: "web"})
	there := f.At("site-b")
	if there != f.At("site-b") || f.At("") != f.Client || there.Site() != "site-b" {
		t.Error("the client of a site is not the same each time")
	}
	task, err := there.Pause(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if task, err = there.Wait(t.Context(), task); err != nil || task.State != TaskSucceeded {
		t.Errorf("task %+v, error %v", task, err)
	}
	if r, err := there.ReplicationByID(t.Context(), id); err != nil || !r.IsPaused() {
		t.Errorf("replication %+v, error %v", r, err)
	}
	for _, record := range f.a.Requests() {
		if strings.HasPrefix(record.Path, "/replications") && !strings.Contains(record.Path, "site=site-b") {
			t.Errorf("%s names no site", record.Path)
		}
	}
	if _, err := f.At("site-x").Replications(t.Context(), VSphere, ReplicationFilter{}); !IsSiteNotFound(err) {
		t.Errorf("error %v", err)
	}
}

func TestAt_withoutExtension(t *testing.T) {
	f := start(t, Cloud)
	f.a.Pair("site-b")
	if _, err := f.At("site-b").Replications(t.Context(), VM, ReplicationFilter{}); !IsNotExtended(err) {
		t.Errorf("error %v", err)
	}
}

func TestHome(t *testing.T) {
	forEachService(t, func(t *testing.T, service Service) {
		f := start(t, service)
		for range 2 {
			if home, err := f.Home(t.Context()); err != nil || home != (Home{service, "site-a"}) {
				t.Errorf("home %+v, error %v", home, err)
			}
		}
		if n := f.a.Stats().Requests["GET /config"]; n != 1 {
			t.Errorf("%d reads of the configuration", n)
		}
	})
}

func TestHome_configurationForbidden(t *testing.T) {
	f := start(t, Cloud)
	f.a.Fault(simulator.Fault{Method: http.MethodGet, Path: "/config", Kind: simulator.Status, Status: http.StatusForbidden})
	if home, err := f.Home(t.Context()); err != nil || home != (Home{Cloud, "site-a"}) {
		t.Errorf("home %+v, error %v", home, err)
	}
}

func TestReplicationChanges(t *testing.T) {
	forEachService(t, func(t *testing.T, service Service) {
		f := start(t, service)
		_, ids := f.protect(service, 1)
		id := ids[0]
		run := func(name string, task Task, err error) {
			t.Helper()
			if err == nil {
				task, err = f.Wait(t.Context(), task)
			}
			if err != nil {
				t.Errorf("%s: %v, task %+v", name, err, task)
			}
		}
		task, err := f.Reconfigure(t.Context(), id, SettingsChange{RPO: new(int64(60))})
		run("reconfigure", task, err)
		if body := decodeObject(t, f.lastRequest(http.MethodPatch, KindOf(id).path()+"/"+id).Body); !cmp.Equal(body, map[string]any{"rpo": 60.0}) {
			t.Errorf("sent %v", body)
		}
		task, err = f.Pause(t.Context(), id)
		run("pause", task, err)
		task, err = f.Resume(t.Context(), id)
		run("resume", task, err)
		if service == Cloud {
			task, err = f.ApplyStorageProfile(t.Context(), id, f.a.Workloads().VDCs[0].StorageProfiles[1].ID)
			run("storage profile", task, err)
			if err := f.ChangeOwner(t.Context(), id, "acme@site-a"); err != nil {
				t.Error(err)
			}
			task, err = f.ReplaceNetworkSettings(t.Context(), id, map[string]any{"failoverSettings": nil})
		} else {
			task, err = f.ReplaceRecoverySettings(t.Context(), id, map[string]any{"failoverPlacement": nil})
		}
		run("settings", task, err)
		if KindOf(id) != VApp {
			if instances, err := f.Instances(t.Context(), id); err != nil || len(instances) != 1 || instances[0].Key == "" {
				t.Errorf("instances %+v, error %v", instances, err)
			}
		}
		task, err = f.StopReplication(t.Context(), id, map[Service]string{Manager: "REMOVE_ALL"}[service])
		run("stop", task, err)
		if r, err := f.ReplicationByID(t.Context(), id); r != nil || err != nil {
			t.Errorf("after the stop: %v, error %v", r, err)
		}
	})
}

func TestReplicationPaths_refuseOtherIDs(t *testing.T) {
	f := start(t, Cloud)
	if _, err := f.Pause(t.Context(), "../sessions"); err == nil || f.a.Stats().Total != 0 {
		t.Errorf("error %v after %d requests", err, f.a.Stats().Total)
	}
}

func TestPolicies(t *testing.T) {
	f := start(t, Cloud)
	policies, err := f.Policies(t.Context())
	if err != nil || len(policies) != 2 || policies[0].ID != DefaultPolicy {
		t.Fatalf("policies %+v, error %v", policies, err)
	}
	p := policies[1]
	p.DisplayName, p.OnPremDataCap = "new", new(int64(512))
	if err := f.CreatePolicy(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	policies, err = f.Policies(t.Context())
	if err != nil || len(policies) != 3 || policies[2].DisplayName != "new" {
		t.Fatalf("policies %+v, error %v", policies, err)
	}
	created := policies[2]
	created.MinRPO = 15
	if err := f.UpdatePolicy(t.Context(), created); err != nil {
		t.Error(err)
	}
	if policies, err = f.Policies(t.Context()); err != nil || policies[2].MinRPO != 15 {
		t.Errorf("policies %+v, error %v", policies, err)
	}
	if err := f.AssignPolicy(t.Context(), created.ID, "beta"); err != nil {
		t.Error(err)
	}
	if orgs, err := f.PolicyOrgs(t.Context(), created.ID); err != nil || !cmp.Equal(orgs, []string{"beta"}) {
		t.Errorf("organizations %v, error %v", orgs, err)
	}
	if err := f.DeletePolicy(t.Context(), created.ID); err == nil {
		t.Error("an assigned policy is deleted")
	}
	f.a.AssignPolicy("beta", "")
	if err := f.DeletePolicy(t.Context(), created.ID); err != nil {
		t.Error(err)
	}
	profiles, err := f.SLAProfiles(t.Context())
	if err != nil || len(profiles) != 3 {
		t.Fatalf("profiles %+v, error %v", profiles, err)
	}
	if err := errors.Join(f.AssignSLAProfile(t.Context(), "acme", profiles[0].ID), f.UnassignSLAProfile(t.Context(), "acme", profiles[0].ID)); err != nil {
		t.Error(err)
	}
}

func TestInventory(t *testing.T) {
	forEachService(t, func(t *testing.T, service Service) {
		f := start(t, service)
		for _, form := range []simulator.InventoryForm{simulator.InventoryAsKnown, simulator.InventoryArrays, simulator.InventoryPages} {
			f.a.SetInventoryForm(form)
			vms, err := f.Inventory(t.Context(), InventoryVMs, "")
			if err != nil || len(vms) != map[Service]int{Cloud: 3, Manager: 2}[service] || vms[0].Name != "web" || len(vms[0].Raw) == 0 {
				t.Errorf("form %d: %+v, error %v", form, vms, err)
			}
		}
		if service == Cloud {
			vdc := f.a.Workloads().VDCs[0].ID
			networks, err := f.Inventory(t.Context(), InventoryNetworks, vdc)
			if err != nil || len(networks) != 2 {
				t.Errorf("networks %+v, error %v", networks, err)
			}
			return
		}
		if found, err := f.SiteReplicators(t.Context(), "site-b"); err != nil || len(found) != 1 || found[0].Site != "site-b" {
			t.Errorf("replicators %+v, error %v", found, err)
		}
	})
}
