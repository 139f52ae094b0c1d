package replicationpolicy_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/twosites"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const name = "vcda_replication_policy"

var none direct.Object

func config(changes ...any) direct.Values {
	v := direct.Values{"name": "gold", "min_rpo_minutes": 15, "max_instances": 12, "max_pinned_instances": 2, "max_incoming": -1}
	for _, allowance := range []string{
		"incoming_migrations", "outgoing_migrations", "outgoing_onprem_migrations", "incoming_protections", "outgoing_protections", "custom_sla_settings",
		"advanced_retention_rules", "notification_configuration",
	} {
		v["allow_"+allowance] = true
	}
	for i := 0; i < len(changes); i += 2 {
		v[changes[i].(string)] = changes[i+1] //nolint:errcheck // a test that names none is wrong
	}
	return v
}

func apply(t *testing.T, f *twosites.Fixture, prior direct.Object, config direct.Values) direct.Object {
	t.Helper()
	object, problems := f.Apply(t, f.Plan(t, name, prior, config))
	if errors := problems.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	return object
}

func TestPolicy_lifeCycle(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	made := apply(t, f, none, config("onprem_data_cap", 512, "allow_outgoing_onprem_protections", true))
	if made.Values["id"] == nil || made.Values["organization_count"] != int64(0) {
		t.Fatalf("made %v", made.Values)
	}
	fresh, _ := f.Refresh(t, name, made)
	if plan := f.Plan(t, name, fresh, config("onprem_data_cap", 512, "allow_outgoing_onprem_protections", true)); !maps.Equal(plan.Values, fresh.Values) {
		t.Errorf("planned %v of %v", plan.Values, fresh.Values)
	}
	plan := f.Plan(t, name, fresh, config("min_rpo_minutes", 60))
	if warnings := plan.Diagnostics.Warnings(); len(warnings) != 0 {
		t.Errorf("warnings %q", warnings)
	}
	changed, problems := f.Apply(t, plan)
	if len(problems.Errors()) > 0 || changed.Values["min_rpo_minutes"] != int64(60) || changed.Values["id"] != made.Values["id"] {
		t.Errorf("changed %v, errors %q", changed.Values, problems.Errors())
	}
	if p := policyNamed(f, "gold"); p.OnpremDataCap == nil || *p.OnpremDataCap != 512 {
		t.Errorf("the data cap is %v", p.OnpremDataCap)
	}
	imported, problems := f.Import(t, name, made.Values["id"].(string), nil) //nolint:errcheck // checked above
	if imported, _ = f.Refresh(t, name, imported); imported.Values["name"] != "gold" {
		t.Errorf("imported %v, errors %q", imported.Values, problems.Errors())
	}
	f.B.AssignPolicy("beta", "gold")
	kept, problems := f.Apply(t, f.Plan(t, name, changed, nil))
	if errors := problems.Errors(); len(errors) != 1 || !strings.Contains(errors[0], "assigned to beta") || kept.Values == nil {
		t.Errorf("errors %q", errors)
	}
	f.B.AssignPolicy("beta", "")
	apply(t, f, kept, nil)
	if gone, _ := f.Refresh(t, name, kept); gone.Values != nil {
		t.Errorf("left %v", gone.Values)
	}
}

func policyNamed(f *twosites.Fixture, name string) simulator.Policy {
	for _, p := range f.B.Workloads().Policies {
		if p.Name == name {
			return p
		}
	}
	return simulator.Policy{}
}

// TestPolicy_dataCap: a create without a data cap does not send it, and an update that knows none warns.
func TestPolicy_dataCap(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	made := apply(t, f, none, config())
	if p := policyNamed(f, "gold"); p.OnpremDataCap != nil || made.Values["onprem_data_cap"] != nil {
		t.Errorf("the data cap is %v, in the state %v", p.OnpremDataCap, made.Values["onprem_data_cap"])
	}
	plan := f.Plan(t, name, made, config("min_rpo_minutes", 60))
	if warnings := plan.Diagnostics.Warnings(); len(warnings) != 1 || !strings.Contains(warnings[0], "data cap") {
		t.Errorf("warnings %q", warnings)
	}
	changed, problems := f.Apply(t, plan)
	if len(problems.Errors()) > 0 || changed.Values["onprem_data_cap"] != nil {
		t.Errorf("changed to %v, errors %q", changed.Values, problems.Errors())
	}
	changed = apply(t, f, changed, config("onprem_data_cap", 0))
	if p := policyNamed(f, "gold"); p.OnpremDataCap == nil || *p.OnpremDataCap != 0 || changed.Values["onprem_data_cap"] != int64(0) {
		t.Errorf("the data cap is %v, in the state %v", p.OnpremDataCap, changed.Values["onprem_data_cap"])
	}
}

// TestPolicy_declined: a declined request is sent again.
func TestPolicy_declined(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	decline := func(method, path string) {
		f.B.Fault(simulator.Fault{Method: method, Path: path, Times: 2, Kind: simulator.Status, Status: 409})
	}
	decline("POST", "/policies")
	made := apply(t, f, none, config())
	decline("PUT", "/policies/*")
	made = apply(t, f, made, config("min_rpo_minutes", 60))
	decline("DELETE", "/policies/*")
	apply(t, f, made, nil)
	for call, n := range map[string]int{"POST /policies": 3, "PUT /policies/{id}": 3, "DELETE /policies/{id}": 3} {
		if got := f.B.Stats().Requests[call]; got != n {
			t.Errorf("%s was sent %d times", call, got)
		}
	}
}

// TestPolicy_broken: a failed read keeps the state.
func TestPolicy_broken(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	made := apply(t, f, none, config())
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
		fault.Method, fault.Path = "GET", "/policies"
		f.B.Fault(fault)
		if kept, problems := f.Refresh(t, name, made); len(problems.Errors()) != 1 || kept.Values == nil {
			t.Errorf("%+v: %q, state %v", fault, problems.Errors(), kept.Values)
		}
		f.B.ClearFaults()
	}
}

// TestPolicy_version: an appliance of an older version gets only the fields that it knows.
func TestPolicy_version(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	f.Provider.Configure(t, direct.Values{
		"url": f.B.URL(), "thumbprint": f.B.Thumbprint(), "api_version": "4.6",
		"login": direct.Values{"local_user": direct.Values{"username": f.B.Accounts().LocalUsers[0].Username, "password": f.B.Accounts().LocalUsers[0].Password}},
	})
	made := apply(t, f, none, config())
	if made.Values["allow_outgoing_onprem_protections"] != nil {
		t.Errorf("made %v", made.Values)
	}
	for _, record := range f.B.Requests() {
		if record.Method == http.MethodPost && record.Path == "/policies" && strings.Contains(string(record.Body), "OnpremProtections") {
			t.Errorf("sent %s", record.Body)
		}
	}
	plan := f.Plan(t, name, none, config("name", "other", "allow_outgoing_onprem_protections", true))
	if errors := plan.Diagnostics.Errors(); len(errors) != 1 || !strings.Contains(errors[0], "since version 4.7") {
		t.Errorf("errors %q", errors)
	}
}

func TestPolicy_nameIsTaken(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	_, problems := f.Apply(t, f.Plan(t, name, none, config("name", "protect")))
	if errors := problems.Errors(); len(errors) != 1 || !strings.Contains(errors[0], "terraform import vcda_replication_policy.NAME") {
		t.Errorf("errors %q", errors)
	}
}

// TestPolicy_lostResponse: a policy is created once.
func TestPolicy_lostResponse(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	f.B.Fault(simulator.Fault{Method: "POST", Path: "/policies", Times: 1, Kind: simulator.DropResponse})
	made := apply(t, f, none, config())
	if n := f.B.Stats().Requests["POST /policies"]; n != 1 || made.Values["id"] == nil {
		t.Errorf("%d requests, made %v", n, made.Values)
	}
}

func TestPolicy_onAManager(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Manager, "site-b")
	_, problems := f.Apply(t, f.Plan(t, name, none, config()))
	if errors := problems.Errors(); len(errors) != 1 || !strings.Contains(errors[0], "Cloud service") {
		t.Errorf("errors %q", errors)
	}
	other := twosites.Start(t, simulator.Cloud, "site-b")
	made := apply(t, other, none, config())
	made.Private = nil // it is not known which appliance has it
	for _, config := range []direct.Values{config("min_rpo_minutes", 60), nil} {
		_, problems := f.Apply(t, f.Plan(t, name, made, config))
		if errors := problems.Errors(); len(errors) != 1 || !strings.Contains(errors[0], "Cloud service") {
			t.Errorf("errors %q", errors)
		}
	}
}

func TestDataSources(t *testing.T) {
	t.Parallel()
	f := twosites.Start(t, simulator.Cloud, "site-b")
	values, problems := f.ReadData(t, "vcda_replication_policies", direct.Values{})
	all, _ := values["policies"].([]any)
	if len(problems.Errors()) > 0 || len(all) != 2 {
		t.Errorf("policies %v, errors %q", all, problems.Errors())
	}
	for _, config := range []direct.Values{{"id": "default"}, {"name": "Default"}, {"name": "Default", "site": "site-a"}} {
		one, problems := f.ReadData(t, name, config)
		if len(problems.Errors()) > 0 || one["id"] != "default" || one["name"] != "Default" || one["allow_incoming_protections"] != false {
			t.Errorf("%v: %v, errors %q", config, one, problems.Errors())
		}
	}
	if _, problems := f.ReadData(t, name, direct.Values{"name": "other"}); len(problems.Errors()) != 1 {
		t.Errorf("errors %q", problems.Errors())
	}
	if errors := f.ValidateData(t, name, direct.Values{}).Errors(); len(errors) != 1 {
		t.Errorf("errors %q", errors)
	}
}

func TestPolicy_otherAppliance(t *testing.T) {
	t.Parallel()
	f, other := twosites.Start(t, simulator.Cloud, "site-b"), twosites.Start(t, simulator.Cloud, "site-b")
	made := apply(t, f, none, config())
	other.RequireOtherAppliance(t, name, made)
	made.Private = nil // as after an import
	learned, _ := f.Refresh(t, name, made)
	other.RequireOtherAppliance(t, name, learned)
}
