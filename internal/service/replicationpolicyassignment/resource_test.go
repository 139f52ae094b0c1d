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
