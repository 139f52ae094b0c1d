package slaprofile_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/twosites"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const name = "vcda_sla_profile_assignment"

func TestAssignment_lifeCycle(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	gold := f.B.Workloads().SLAProfiles[0].ID
	config := direct.Values{"organization": "acme", "sla_profile_id": gold}
	made, problems := f.Apply(t, f.Plan(t, name, direct.Object{}, config))
	if len(problems.Errors()) > 0 || !slices.Equal(f.B.SLAProfilesOf("acme"), []string{"Gold"}) {
		t.Fatalf("profiles %v, errors %q", f.B.SLAProfilesOf("acme"), problems.Errors())
	}
	if kept, problems := f.Refresh(t, name, made); kept.Values == nil || len(problems.Errors()) > 0 {
		t.Errorf("refreshed to %v, errors %q", kept.Values, problems.Errors())
	}
	if again, problems := f.Apply(t, f.Plan(t, name, direct.Object{}, config)); again.Values == nil || len(problems.Errors()) > 0 {
		t.Errorf("assigned again: %v, errors %q", again.Values, problems.Errors())
	}
	imported, problems := f.Import(t, name, "acme/"+gold, nil)
	if imported.Values["organization"] != "acme" || imported.Values["sla_profile_id"] != gold {
		t.Errorf("imported %v, errors %q", imported.Values, problems.Errors())
	}
	for range 2 { // the second one has nothing to remove
		if _, problems := f.Apply(t, f.Plan(t, name, made, nil)); len(problems.Errors()) > 0 || len(f.B.SLAProfilesOf("acme")) > 0 {
			t.Errorf("profiles %v, errors %q", f.B.SLAProfilesOf("acme"), problems.Errors())
		}
	}
}

func TestAssignment_importRefused(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	for _, id := range []string{"acme", "acme/other", "/x"} {
		if _, problems := f.Import(t, name, id, nil); len(problems.Errors()) != 1 {
			t.Errorf("%s: %q", id, problems.Errors())
		}
	}
}

func TestProfiles(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	for _, config := range []direct.Values{{}, {"site": "site-a"}} {
		values, problems := f.ReadData(t, "vcda_sla_profiles", config)
		all, _ := values["sla_profiles"].([]any)
		if len(problems.Errors()) > 0 || len(all) != 3 {
			t.Fatalf("profiles %v, errors %q", all, problems.Errors())
		}
		first, _ := all[0].(direct.Values)
		if first["name"] != "Gold" || first["rpo_minutes"] != int64(30) {
			t.Errorf("profile %v", first)
		}
	}
}

func TestAssignment_onAManager(t *testing.T) {
	t.Parallel()
	cloud := twosites.Start(t, simulator.Cloud, "site-b")
	gold := cloud.B.Workloads().SLAProfiles[0].ID
	config := direct.Values{"organization": "acme", "sla_profile_id": gold}
	made, _ := cloud.Apply(t, cloud.Plan(t, name, direct.Object{}, config))
	made.Private = nil // it is not known which appliance has it
	f := twosites.Start(t, simulator.Manager, "site-b")
	_, created := f.Apply(t, f.Plan(t, name, direct.Object{}, config))
	_, refreshed := f.Refresh(t, name, made)
	_, destroyed := f.Apply(t, f.Plan(t, name, made, nil))
	_, imported := f.Import(t, name, "acme/"+gold, nil)
	for _, problems := range []direct.Diagnostics{created, refreshed, destroyed, imported} {
		if errors := problems.Errors(); len(errors) != 1 || !strings.Contains(errors[0], "Cloud service") {
			t.Errorf("errors %q", errors)
		}
	}
}

// TestAssignment_faults: a declined request is sent again, and a failed read keeps the state. A deleted profile is
// detected.
func TestAssignment_faults(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	config := direct.Values{"organization": "acme", "sla_profile_id": f.B.Workloads().SLAProfiles[0].ID}
	f.B.Fault(simulator.Fault{Method: "POST", Path: "/sla-profiles/", Times: 2, Kind: simulator.Status, Status: 409})
	made, problems := f.Apply(t, f.Plan(t, name, direct.Object{}, config))
	if len(problems.Errors()) > 0 || !slices.Equal(f.B.SLAProfilesOf("acme"), []string{"Gold"}) {
		t.Fatalf("profiles %v, errors %q", f.B.SLAProfilesOf("acme"), problems.Errors())
	}
	for _, fault := range []simulator.Fault{
		{Kind: simulator.Body, Body: "{}"}, {Kind: simulator.Body, Body: "[{}]"}, {Kind: simulator.Status, Status: 403}, {Kind: simulator.Status, Status: 404}, {Kind: simulator.Status, Status: 500},
	} {
		fault.Method, fault.Path = "GET", "/sla-profiles"
		f.B.Fault(fault)
		if kept, problems := f.Refresh(t, name, made); len(problems.Errors()) != 1 || kept.Values == nil {
			t.Errorf("%+v: %q, state %v", fault, problems.Errors(), kept.Values)
		}
		f.B.ClearFaults()
	}
	f.B.Fault(simulator.Fault{Method: "GET", Path: "/sla-profiles", Kind: simulator.Body, Body: "[]"})
	if gone, problems := f.Refresh(t, name, made); len(problems.Errors()) > 0 || gone.Values != nil {
		t.Errorf("refreshed to %v, errors %q", gone.Values, problems.Errors())
	}
}

func TestAssignment_otherAppliance(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	config := direct.Values{"organization": "acme", "sla_profile_id": f.B.Workloads().SLAProfiles[0].ID}
	made, _ := f.Apply(t, f.Plan(t, name, direct.Object{}, config))
	twosites.Start(t, simulator.Cloud, "site-b").RequireOtherAppliance(t, name, made)
}
