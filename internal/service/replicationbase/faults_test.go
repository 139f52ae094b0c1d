package replicationbase_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const badGateway = "<html><body><h1>Bad Gateway</h1></body></html>"

// unperformed are faults before a request is performed.
var unperformed = map[string]simulator.Fault{
	"reset":        {Kind: simulator.Reset},
	"no response":  {Kind: simulator.Hang},
	"bad gateway":  {Kind: simulator.Status, Status: http.StatusBadGateway, ContentType: "text/html", Body: badGateway},
	"server error": {Kind: simulator.Status, Status: http.StatusInternalServerError},
}

// lostResponses are faults after a request is performed.
var lostResponses = map[string]simulator.Fault{
	"reset":          {Kind: simulator.Reset, PerformFirst: true},
	"closed":         {Kind: simulator.DropResponse},
	"no response":    {Kind: simulator.Hang, PerformFirst: true},
	"bad gateway":    {Kind: simulator.Status, PerformFirst: true, Status: http.StatusBadGateway, ContentType: "text/html", Body: badGateway},
	"server error":   {Kind: simulator.Status, PerformFirst: true, Status: http.StatusInternalServerError},
	"broken off":     {Kind: simulator.Truncate},
	"empty":          {Kind: simulator.Empty, PerformFirst: true},
	"null":           {Kind: simulator.Body, PerformFirst: true, Body: "null"},
	"HTML":           {Kind: simulator.Body, PerformFirst: true, ContentType: "text/html", Body: badGateway},
	"no JSON":        {Kind: simulator.Body, PerformFirst: true, Body: `{"id":"5fd0`},
	"another object": {Kind: simulator.Body, PerformFirst: true, Body: `{"task":{"uuid":"1"}}`},
}

// declined are responses after which nothing was performed, and the request is sent again.
var declined = map[string]simulator.Fault{
	"conflict":          {Kind: simulator.Status, Status: http.StatusConflict},
	"locked":            {Kind: simulator.Status, Status: http.StatusLocked},
	"too many requests": {Kind: simulator.Status, Status: http.StatusTooManyRequests, RetryAfter: "3"},
	"unavailable":       {Kind: simulator.Status, Status: http.StatusServiceUnavailable},
}

// requestLimit is longer than the request timeout.
const requestLimit = 2 * time.Minute

// eachFault runs a test for each kind with each fault.
func eachFault(t *testing.T, faults map[string]simulator.Fault, test func(t *testing.T, f *fixture, fault simulator.Fault)) {
	t.Helper()
	t.Parallel()
	for _, k := range kinds {
		for name, fault := range faults {
			t.Run(k.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				f := start(t, k, "site-b")
				fault.OnHang = func() { f.Clock.Advance(requestLimit) }
				test(t, f, fault)
			})
		}
	}
}

// addFault adds a fault for the next request of a method.
func (f *fixture) addFault(fault simulator.Fault, method string) {
	fault.Method, fault.Times = method, 1
	fault.Path = f.path
	if method != http.MethodPost {
		fault.Path += "/*"
	}
	f.B.Fault(fault)
}

// TestFaults_lostResponses: the result is found in the list, and nothing is sent twice.
func TestFaults_lostResponses(t *testing.T) {
	eachFault(t, lostResponses, func(t *testing.T, f *fixture, fault simulator.Fault) {
		f.addFault(fault, http.MethodPost)
		made := f.apply(none, f.config())
		f.requireSent(1, 0, 0)
		f.addFault(fault, http.MethodPatch)
		made = f.apply(f.refresh(made), f.config("rpo_minutes", 60))
		f.requireSent(1, 1, 0)
		if r := f.vm(); r.RPO != 60 {
			t.Errorf("the RPO is %d", r.RPO)
		}
		f.addFault(fault, http.MethodDelete)
		f.apply(f.refresh(made), nil)
		f.requireSent(1, 1, 1)
	})
}

// TestFaults_unperformed: one error, nothing is sent twice, and the next run works.
func TestFaults_unperformed(t *testing.T) {
	eachFault(t, unperformed, func(t *testing.T, f *fixture, fault simulator.Fault) {
		f.addFault(fault, http.MethodPost)
		object, problems := f.attempt(none, f.config())
		requireError(t, problems, "Unable to start the", "It is not known whether the request was performed. It was not sent again.", "Operation ID: terraform-")
		if object.Values != nil {
			t.Errorf("state %v", object.Values)
		}
		f.requireSent(1, 0, 0)
		made := f.apply(none, f.config())
		f.addFault(fault, http.MethodPatch)
		kept, problems := f.attempt(made, f.config("rpo_minutes", 60))
		requireError(t, problems, "Unable to change the", "It was not sent again")
		f.requireSent(2, 1, 0)
		f.addFault(fault, http.MethodDelete)
		kept, problems = f.attempt(kept, nil)
		requireError(t, problems, "Unable to stop the", "It was not sent again")
		f.apply(kept, nil)
		f.requireSent(2, 1, 2)
	})
}

// TestFaults_declined: a declined request is sent again until it is accepted.
func TestFaults_declined(t *testing.T) {
	eachFault(t, declined, func(t *testing.T, f *fixture, fault simulator.Fault) {
		f.addFault(fault, http.MethodPost)
		made := f.apply(none, f.config())
		f.addFault(fault, http.MethodPatch)
		made = f.apply(made, f.config("rpo_minutes", 60))
		f.addFault(fault, http.MethodDelete)
		f.apply(made, nil)
		f.requireSent(2, 2, 2)
	})
}

// TestFaults_taskFails: the error has the reason of the appliance, and no state is left.
func TestFaults_taskFails(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		f.B.FailNextTask("start", "DatastoreFull", "The datastore is full.")
		object, problems := f.attempt(none, f.config())
		requireError(t, problems, "DatastoreFull: The datastore is full.")
		if object.Values != nil {
			t.Errorf("state %v", object.Values)
		}
		made := f.apply(none, f.config())
		f.B.FailNextTask("reconfigure", "Broken", "It broke.")
		kept, problems := f.attempt(made, f.config("rpo_minutes", 60))
		requireError(t, problems, "Broken: It broke.", "The state is as it was before.")
		f.B.FailNextTask("stop", "Broken", "It broke.")
		kept, problems = f.attempt(kept, nil)
		requireError(t, problems, "Broken: It broke.")
		f.apply(kept, nil)
	})
}

// TestFaults_earlierStart: a create waits for the start of an earlier run and does not send another one.
func TestFaults_earlierStart(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		f.B.FreezeTasks(true)
		f.whenPolled(f.B, func() { f.Stop(t) })
		f.attempt(none, f.config()) // its state is lost
		f.requireSent(1, 0, 0)
		f.B.BeforeResponse(nil)
		f.Restart(t, "site-b")
		f.B.FreezeTasks(false)
		made := f.apply(none, f.config("adopt_existing", true))
		if id(made) == "" {
			t.Errorf("made %v", made.Values)
		}
		f.requireSent(1, 0, 0)
	})
}

// TestFaults_poll: a failed poll does not end the wait.
func TestFaults_poll(t *testing.T) {
	eachFault(t, unperformed, func(t *testing.T, f *fixture, fault simulator.Fault) {
		fault.Method, fault.Path, fault.Times = http.MethodGet, "/tasks/*", 2
		f.B.Fault(fault)
		f.apply(none, f.config())
		f.requireSent(1, 0, 0)
	})
}

// TestFaults_withoutAnExtension: the error names the site and the argument.
func TestFaults_withoutAnExtension(t *testing.T) {
	t.Parallel()
	for _, k := range kinds[:2] {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			f := start(t, k, "site-b")
			f.Configure(t, "site-b", false)
			_, problems := f.attempt(none, f.config())
			requireError(t, problems, "not extended to the site site-a", "session_extensions")
			if n := len(f.B.Replications()); n != 0 {
				t.Errorf("%d replications", n)
			}
		})
	}
}

// TestFaults_badInput: each invalid value is one clear error.
func TestFaults_badInput(t *testing.T) {
	t.Parallel()
	f := start(t, kinds[0], "site-b")
	vm := f.config()["source"].(direct.Values)["vm"] //nolint:errcheck,forcetypeassert // as config says
	for name, test := range map[string]struct {
		config direct.Values
		says   string
	}{
		"two sources":           {f.config("source", direct.Values{"site": "site-a", "vm": vm, "vcenter_vm": direct.Values{"vcenter_id": "x", "vm_id": "vm-1", "vapp_name": "a"}}), "Exactly one of vm or vcenter_vm must be set, and 2 are"},
		"no destination":        {f.config("destination", direct.Values{"site": "site-b"}), "Exactly one of vcloud or vcenter must be set, and 0 are"},
		"large RPO":             {f.config("rpo_minutes", 1441), "between 1 and 1440"},
		"small RPO":             {f.config("rpo_minutes", 0), "between 1 and 1440"},
		"profile and RPO":       {f.config("sla_profile_id", "x", "rpo_minutes", 60), "Remove rpo_minutes or sla_profile_id"},
		"migration and rules":   {f.config("migration", true, "retention_rules", []any{direct.Values{"instances": 1, "distance_minutes": 1}}), "A migration keeps no instances"},
		"migration and profile": {f.config("migration", true, "sla_profile_id", "x"), "A migration has no SLA profile"},
		"too many instances":    {f.config("retention_rules", []any{direct.Values{"instances": 20, "distance_minutes": 1}, direct.Values{"instances": 5, "distance_minutes": 1}}), "at most 24"},
		"no UUID":               {f.config("source", direct.Values{"site": "site-a", "vm": direct.Values{"id": "web"}}), "must be a UUID"},
		"no moid":               {f.config("source", direct.Values{"site": "site-a", "vcenter_vm": direct.Values{"vcenter_id": "x", "vm_id": "15", "vapp_name": "a"}}), "managed object id"},
		"time":                  {f.config("initial_sync_at", "tomorrow"), "RFC 3339"},
	} {
		errors := f.ValidateResource(t, f.name, test.config).Errors()
		if len(errors) != 1 {
			t.Errorf("%s: %q", name, errors)
			continue
		}
		requireOne(t, errors, test.says)
	}
	if warnings := f.ValidateResource(t, f.name, f.config("rpo_minutes", 4)).Warnings(); len(warnings) != 1 {
		t.Errorf("a short RPO: %q", warnings)
	}
	unknownVM := f.config("source", direct.Values{"site": "site-a", "vm": direct.Values{"id": "00000000-0000-4000-8000-000000000000"}})
	_, problems := f.attempt(none, unknownVM)
	requireError(t, problems, "Unable to start the VM replication", "VmNotFound")
	_, problems = f.attempt(none, f.config("wait_for_sync", true, "paused", true))
	requireError(t, problems, "Remove wait_for_sync, paused or initial_sync_at")
	f.B.AssignPolicy("acme", "")
	_, problems = f.attempt(none, f.config())
	requireError(t, problems, "PolicyViolation", "change the policy or the settings")
	plan := f.Plan(t, f.name, none, f.config("source", direct.Values{"site": "site-x", "vm": vm}))
	requireOne(t, plan.Diagnostics.Warnings(), "is not paired with a site")
}

// TestFaults_shortRPO: the appliance refuses an RPO below the minimum of the policy, and the error has its message.
func TestFaults_shortRPO(t *testing.T) {
	t.Parallel()
	f := start(t, kinds[0], "site-b")
	f.Apply(t, f.Plan(t, "vcda_replication_policy", none, direct.Values{
		"name": "gold", "min_rpo_minutes": 120, "max_instances": 12, "max_pinned_instances": 2, "max_incoming": -1,
		"allow_incoming_migrations": true, "allow_outgoing_migrations": true, "allow_outgoing_onprem_migrations": true,
		"allow_incoming_protections": true, "allow_outgoing_protections": true, "allow_custom_sla_settings": true,
		"allow_advanced_retention_rules": true, "allow_notification_configuration": true,
	}))
	f.B.AssignPolicy("acme", "gold")
	object, problems := f.attempt(none, f.config("rpo_minutes", 60))
	requireError(t, problems, "PolicyViolation: The replication policy of organization acme does not allow this.",
		`The replication policy of the organization acme is "gold". If it forbids this, change the policy or the settings.`)
	if object.Values != nil {
		t.Errorf("state %v", object.Values)
	}
	f.requireSent(1, 0, 0)
	made := f.apply(none, f.config("rpo_minutes", 120))
	_, problems = f.attempt(made, f.config("rpo_minutes", 60))
	requireError(t, problems, "PolicyViolation", `The replication policy of the organization acme is "gold".`)
	f.B.SetInventoryForm(simulator.InventoryMissing)
	other := f.config("source", direct.Values{"site": "site-a", "vm": direct.Values{"id": f.A.Workloads().VApps[0].VMs[1].ID}}, "rpo_minutes", 60)
	_, problems = f.attempt(none, other)
	requireError(t, problems, `The replication policy of the organization acme is "gold".`) // which the first replication shows
	f.apply(made, nil)
	_, problems = f.attempt(none, f.with(other, "owner", "acme@site-b"))
	requireError(t, problems, `The replication policy of the organization acme is "gold".`)
	_, problems = f.attempt(none, other)
	requireError(t, problems, "If the replication policy of the destination's organization forbids this")
}

// TestFaults_otherService: a replication of the other service is refused before
// anything is sent.
func TestFaults_otherService(t *testing.T) {
	t.Parallel()
	f := start(t, kinds[2], "site-b")
	other := start(t, kinds[0], "site-b")
	plan := f.Plan(t, "vcda_vm_replication", none, other.config())
	requireError(t, plan.Diagnostics, "Cloud service")
}

// TestFaults_spelling: another form of the same ids is no change.
func TestFaults_spelling(t *testing.T) {
	t.Parallel()
	f := start(t, kinds[0], "site-b")
	made := f.apply(none, f.config())
	source, destination := f.A.Workloads(), f.B.Workloads()
	f.requireNoChange(made, f.config(
		"source", direct.Values{"site": "site-a", "vm": direct.Values{"id": "urn:vcloud:vm:" + source.VApps[0].VMs[0].ID}},
		"destination", direct.Values{"site": "site-b", "vcloud": direct.Values{"vdc_id": "urn:vcloud:vdc:" + destination.VDCs[0].ID, "storage_profile_id": "*"}}))
}

// TestStorageProfile: another profile is applied in place; with any, the current one stays.
func TestStorageProfile(t *testing.T) {
	t.Parallel()
	for _, k := range kinds[:2] {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			f := start(t, k, "site-b")
			vdc := f.B.Workloads().VDCs[0]
			to := func(profile any) direct.Values {
				return f.config("destination", direct.Values{"site": "site-b", "vcloud": direct.Values{"vdc_id": vdc.ID, "storage_profile_id": profile}})
			}
			made := f.apply(none, to("*"))
			f.requireNoChange(f.refresh(made), to("*"))
			silver := vdc.StorageProfiles[1].ID
			made = f.apply(made, to(silver))
			if got := f.vm().StorageProfile(); got != silver {
				t.Errorf("profile %s", got)
			}
			f.requireNoChange(f.refresh(made), to(silver))
			f.requireNoChange(made, to("*"))
			f.requireNoChange(made, to(nil))
			if n := f.B.Stats().Requests["POST "+f.path+"/{id}/storage-profile"]; n != 1 {
				t.Errorf("applied %d times", n)
			}
		})
	}
}

// TestSLAProfile: a profile is applied, and replaced by another one or by own settings. It can't be removed without
// either.
func TestSLAProfile(t *testing.T) {
	t.Parallel()
	for _, k := range kinds[:2] {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			f := start(t, k, "site-b")
			profiles := f.B.Workloads().SLAProfiles
			made := f.apply(none, f.config("sla_profile_id", profiles[0].ID))
			if f.vm().SLAProfile != profiles[0].ID || made.Values["rpo_minutes"] != int64(30) {
				t.Fatalf("made %v", made.Values)
			}
			f.requireNoChange(f.refresh(made), f.config("sla_profile_id", profiles[0].ID))
			made = f.apply(made, f.config("sla_profile_id", profiles[1].ID))
			if f.vm().SLAProfile != profiles[1].ID || made.Values["rpo_minutes"] != int64(120) {
				t.Errorf("changed to %v", made.Values)
			}
			plan := f.Plan(t, f.name, made, f.config())
			requireOne(t, plan.Diagnostics.Warnings(), "The SLA profile stays")
			made = f.apply(made, f.config("rpo_minutes", 120)) // the same as that of the profile
			if r := f.vm(); r.SLAProfile != "" || r.RPO != 120 {
				t.Errorf("with a setting of its own: %+v", r)
			}
			f.requireNoChange(f.refresh(made), f.config("rpo_minutes", 120))
		})
	}
}

func TestStoredSettings(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		name, settings := "network_settings", direct.Values{"failover": direct.Values{"copy_source_networks": true}}
		if f.name == "vcda_vsphere_replication" {
			name, settings = "recovery_settings", direct.Values{"failover": direct.Values{"vm_folder_id": "group-v4", "default_network_id": "network-14"}}
		}
		config := f.config(name, settings)
		made := f.apply(none, config)
		stored := f.B.StoredSettings(id(made))
		if len(stored) != 1 {
			t.Fatalf("stored %v", stored)
		}
		f.requireNoChange(f.refresh(made), config)
		f.B.ResetStats()
		f.apply(made, f.config())
		for call, n := range f.B.Stats().Requests {
			if n > 0 && call[:3] != "GET" {
				t.Errorf("%s was sent %d times when the settings were left out", call, n)
			}
		}
	})
}

// TestCost: a refresh of many reads the list once.
func TestCost(t *testing.T) {
	eachKind(t, func(t *testing.T, f *fixture) {
		made := f.apply(none, f.config())
		for i := range 250 {
			name := "more" + string(rune('a'+i%26)) + string(rune('a'+i/26))
			p := simulator.Protection{SourceSite: "site-a", VM: name}
			if f.service == simulator.Cloud {
				p.VApp = name
			}
			f.B.Protect(p)
		}
		f.Restart(t, "site-b")
		f.B.ResetStats()
		for range 50 {
			f.refresh(made)
		}
		requests := f.B.Stats().Requests
		if requests["GET "+f.path] != 3 || requests["GET /config"] != 1 || requests["POST /sessions"] != 1 {
			t.Errorf("requests %v", requests)
		}
	})
}
