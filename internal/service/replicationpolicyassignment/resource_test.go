package replicationpolicyassignment_test

import (
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/twosites"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const name = "vcda_replication_policy_assignment"

func TestAssignment_lifeCycle(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	protect := f.B.Workloads().Policies[1].ID
	config := direct.Values{"organization": "beta", "policy_id": protect}
	made, problems := f.Apply(t, f.Plan(t, name, direct.Object{}, config))
	if len(problems.Errors()) > 0 || f.B.PolicyOf("beta") != "protect" || made.Identity["organization"] != "beta" {
		t.Fatalf("policy %s, errors %q", f.B.PolicyOf("beta"), problems.Errors())
	}
	imported, problems := f.Import(t, name, "beta", nil)
	if imported.Values["policy_id"] != protect {
		t.Errorf("imported %v, errors %q", imported.Values, problems.Errors())
	}
	f.B.AssignPolicy("beta", "Default")
	drifted, _ := f.Refresh(t, name, made)
	if drifted.Values["policy_id"] != "default" {
		t.Errorf("refreshed to %v", drifted.Values)
	}
	fixed, problems := f.Apply(t, f.Plan(t, name, drifted, config))
	if len(problems.Errors()) > 0 || f.B.PolicyOf("beta") != "protect" {
		t.Errorf("policy %s, errors %q", f.B.PolicyOf("beta"), problems.Errors())
	}
	if _, problems = f.Apply(t, f.Plan(t, name, fixed, nil)); len(problems.Errors()) > 0 || f.B.PolicyOf("beta") != "Default" {
		t.Errorf("policy %s, errors %q", f.B.PolicyOf("beta"), problems.Errors())
	}
}

func TestAssignment_refused(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	for _, config := range []direct.Values{{"organization": "other", "policy_id": "default"}, {"organization": "beta", "policy_id": "other"}} {
		object, problems := f.Apply(t, f.Plan(t, name, direct.Object{}, config))
		if errors := problems.Errors(); len(errors) != 1 || object.Values != nil {
			t.Errorf("%v: %q", config, errors)
		}
	}
	_, problems := f.Import(t, name, "other", nil)
	if errors := problems.Errors(); len(errors) != 1 || !strings.Contains(errors[0], "No replication policy lists this organization") {
		t.Errorf("errors %q", errors)
	}
}

// TestAssignment_shownLate: the appliance shows an assignment late, and a declined one is sent again.
func TestAssignment_shownLate(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	f.B.Fault(simulator.Fault{Method: "PATCH", Path: "/policies/*/orgs/*", Times: 2, Kind: simulator.Status, Status: 423})
	f.B.Fault(simulator.Fault{Method: "GET", Path: "/policies/*/status", Times: 3, Kind: simulator.Body, Body: "[]"})
	config := direct.Values{"organization": "beta", "policy_id": f.B.Workloads().Policies[1].ID}
	_, problems := f.Apply(t, f.Plan(t, name, direct.Object{}, config))
	if len(problems.Errors()) > 0 || f.B.PolicyOf("beta") != "protect" {
		t.Errorf("policy %s, errors %q", f.B.PolicyOf("beta"), problems.Errors())
	}
	f.B.Fault(simulator.Fault{Method: "GET", Path: "/policies/*/status", Kind: simulator.Body, Body: "[]"})
	object, problems := f.Apply(t, f.Plan(t, name, direct.Object{}, config))
	if errors := problems.Errors(); len(errors) != 1 || !strings.Contains(errors[0], "does not show it") || object.Values != nil {
		t.Errorf("errors %q, state %v", errors, object.Values)
	}
}

// TestAssignment_organizationIsGone: there is nothing left to assign.
func TestAssignment_organizationIsGone(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	gone := direct.Object{Values: direct.Values{"organization": "other", "policy_id": "default"}}
	if fresh, problems := f.Refresh(t, name, gone); fresh.Values != nil || len(problems.Errors()) > 0 {
		t.Errorf("refreshed to %v, errors %q", fresh.Values, problems.Errors())
	}
	if _, problems := f.Apply(t, f.Plan(t, name, gone, nil)); len(problems.Errors()) > 0 {
		t.Errorf("errors %q", problems.Errors())
	}
}

// TestAssignment_broken: a failed read keeps the state.
func TestAssignment_broken(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	made, _ := f.Apply(t, f.Plan(t, name, direct.Object{}, direct.Values{"organization": "beta", "policy_id": f.B.Workloads().Policies[1].ID}))
	for _, fault := range []simulator.Fault{
		{Kind: simulator.Body, Body: "{}"},
		{Kind: simulator.Body, Body: "null"},
		{Kind: simulator.Body, Body: "[{}]"},
		{Kind: simulator.Truncate},
		{Kind: simulator.Status, Status: 401},
		{Kind: simulator.Status, Status: 403},
		{Kind: simulator.Status, Status: 404},
		{Kind: simulator.Status, Status: 500},
	} {
		for _, path := range []string{"/policies", "/policies/*/status"} {
			fault.Method, fault.Path = "GET", path
			f.B.Fault(fault)
			kept, problems := f.Refresh(t, name, made)
			if len(problems.Errors()) != 1 || kept.Values == nil {
				t.Errorf("%s, %+v: %q, state %v", path, fault, problems.Errors(), kept.Values)
			}
			f.B.ClearFaults()
		}
	}
}

func TestAssignment_onAManager(t *testing.T) {
	t.Parallel()
	cloud := twosites.Start(t, simulator.Cloud, "site-b")
	config := direct.Values{"organization": "beta", "policy_id": cloud.B.Workloads().Policies[1].ID}
	made, _ := cloud.Apply(t, cloud.Plan(t, name, direct.Object{}, config))
	made.Private = nil // it is not known which appliance has it
	f := twosites.Start(t, simulator.Manager, "site-b")
	_, created := f.Apply(t, f.Plan(t, name, direct.Object{}, config))
	_, refreshed := f.Refresh(t, name, made)
	_, destroyed := f.Apply(t, f.Plan(t, name, made, nil))
	_, imported := f.Import(t, name, "beta", nil)
	for _, problems := range []direct.Diagnostics{created, refreshed, destroyed, imported} {
		if errors := problems.Errors(); len(errors) != 1 || !strings.Contains(errors[0], "Cloud service") {
			t.Errorf("errors %q", errors)
		}
	}
}

func TestAssignment_otherAppliance(t *testing.T) {
	t.Parallel()
	f, other := twosites.Start(t, simulator.Cloud, "site-b"), twosites.Start(t, simulator.Cloud, "site-b")
	config := direct.Values{"organization": "beta", "policy_id": f.B.Workloads().Policies[1].ID}
	made, _ := f.Apply(t, f.Plan(t, name, direct.Object{}, config))
	before := other.B.PolicyOf("beta")
	other.RequireOtherAppliance(t, name, made)
	if _, problems := other.Apply(t, other.Plan(t, name, made, direct.Values{"organization": "beta", "policy_id": "default"})); len(problems.Errors()) != 1 {
		t.Errorf("a change on another appliance: errors %q", problems.Errors())
	}
	if after := other.B.PolicyOf("beta"); after != before {
		t.Errorf("the organization of the other appliance has the policy %s", after)
	}
}
