package provider_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const (
	anyThumbprint = "SHA-256:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB:AB"
	anyUUID       = "441a891a-6d6c-4b3f-9a3b-0d5e2d2c7f10"
)

// everyResource has a valid configuration of each resource, and the further values
// of its state.
var everyResource = map[string]struct{ config, state values }{
	"vcda_site_pairing":      {values{"api_url": "https://site-b.example.com:8048", "api_thumbprint": anyThumbprint, "site": "site-b"}, values{"id": "site-b"}},
	"vcda_session_extension": {values{"site": "site-b", "multisite": values{"org": "acme"}}, values{"id": "site-b"}},
	"vcda_vm_replication": {values{
		"source":      values{"site": "site-a", "vm": values{"id": anyUUID}},
		"destination": values{"site": "site-b", "vcloud": values{"vdc_id": anyUUID}},
	}, values{"id": "C4-" + anyUUID}},
	"vcda_vapp_replication": {values{
		"source":      values{"site": "site-a", "vapp": values{"id": anyUUID}},
		"destination": values{"site": "site-b", "vcloud": values{"vdc_id": anyUUID}},
	}, values{"id": "C4VAPP-" + anyUUID}},
	"vcda_vsphere_replication": {values{
		"source":      values{"site": "site-a", "vcenter_id": anyUUID, "vm_id": "vm-1"},
		"destination": values{"site": "site-b", "vcenter_id": anyUUID, "datastore_id": "datastore-1"},
	}, values{"id": "H4-" + anyUUID}},
	"vcda_failover_test": {values{"replication_id": "C4-" + anyUUID}, values{"id": "C4-" + anyUUID}},
	"vcda_recovery_plan": {values{
		"name": "shop", "steps": []any{values{"name": "databases", "replication_ids": []any{"C4VAPP-" + anyUUID}}},
	}, values{"id": anyUUID}},
	"vcda_recovery_plan_test": {values{"plan_id": anyUUID}, values{"id": anyUUID}},
	"vcda_replication_policy": {values{
		"name": "gold", "min_rpo_minutes": 15, "max_instances": 12, "max_pinned_instances": 2, "max_incoming": -1,
		"allow_incoming_migrations": true, "allow_outgoing_migrations": true, "allow_outgoing_onprem_migrations": true,
		"allow_incoming_protections": true, "allow_outgoing_protections": true, "allow_custom_sla_settings": true,
		"allow_advanced_retention_rules": true, "allow_notification_configuration": true,
	}, values{"id": anyUUID}},
	"vcda_replication_policy_assignment": {values{"organization": "acme@site-a", "policy_id": anyUUID}, nil},
	"vcda_sla_profile_assignment":        {values{"organization": "acme@site-a", "sla_profile_id": anyUUID}, nil},
	"vcda_vcenter_replication_manager": {values{
		"site_name": "site-a", "license_key": simulator.DefaultLicense, "lookup_service_url": "https://vcenter.example.com",
		"lookup_service_thumbprint": anyThumbprint, "sso_user": "administrator@vsphere.local", "sso_password": "secret",
	}, values{"id": anyUUID}},
	"vcda_cloud_director_replication_manager": {values{
		"site_name": "site-a", "license_key": simulator.DefaultLicense, "lookup_service_url": "https://vcenter.example.com",
		"lookup_service_thumbprint": anyThumbprint, "vcd_url": "https://director.example.com", "vcd_username": "administrator@System", "vcd_password": "secret",
	}, values{"id": anyUUID}},
	"vcda_replicator": {values{
		"api_url": "https://replicator.example.com:8043", "api_thumbprint": anyThumbprint, "root_password": "secret", "sso_user": "administrator@vsphere.local",
		"sso_password": "secret", "lookup_service_url": "https://vcenter.example.com", "lookup_service_thumbprint": anyThumbprint,
	}, values{"id": anyUUID}},
	"vcda_tunnel": {values{
		"url": "https://tunnel.example.com:8047", "thumbprint": anyThumbprint, "root_password": "secret",
		"lookup_service_url": "https://vcenter.example.com", "lookup_service_thumbprint": anyThumbprint,
	}, values{"id": anyUUID}},
	"vcda_appliance_password": {values{
		"url": "https://127.0.0.1:1", "thumbprint": anyThumbprint, "current_password": "Deployment-1", "new_password": "Another-1",
	}, values{"id": "https://127.0.0.1:1"}},
}

func TestEveryResource_isListed(t *testing.T) {
	t.Parallel()
	for name := range serve(t).Schemas().ResourceSchemas {
		if everyResource[name].config == nil {
			t.Errorf("no configuration of %s", name)
		} else if problems := serve(t).ValidateResource(t, name, everyResource[name].config).Errors(); len(problems) > 0 {
			t.Errorf("%s: %q", name, problems)
		}
	}
}

// The plan of a create does not fail if the appliance can't be reached or refuses
// the login. A refresh fails, and keeps the state.
func TestPlan_createWithoutAppliance(t *testing.T) {
	t.Parallel()
	html := simulator.Fault{Kind: simulator.Status, Status: http.StatusServiceUnavailable, ContentType: "text/html", Body: "<html>"}
	for name, block := range map[string]values{
		"not reachable":  {"url": "https://127.0.0.1:1"},
		"refused login":  {"login": root("wrong")},
		"proxy page":     nil,
		"no trust":       {"thumbprint": anyThumbprint},
		"not reachable*": {"url": "https://127.0.0.1:1", "service": "cloud", "preflight": false},
	} {
		for resource, c := range everyResource {
			t.Run(name+" "+resource, func(t *testing.T) {
				t.Parallel()
				clock := clocktest.New()
				options := acctest.TwoSites(simulator.Cloud)[:1]
				a := acctest.StartAppliancesAt(t, clock, options...).Appliance("site-a")
				if name == "proxy page" {
					a.Fault(html)
				}
				p := acctest.ConnectAt(t, clock, a, block)
				if problems := p.Plan(t, resource, direct.Object{}, c.config).Diagnostics.Errors(); len(problems) > 0 {
					t.Errorf("the plan of a create fails: %q", problems)
				}
				before := direct.Object{Values: values{}}
				for name := range p.Plan(t, resource, direct.Object{}, c.config).Values {
					before.Values[name] = c.config[name]
				}
				maps.Copy(before.Values, c.state)
				after, problems := p.Refresh(t, resource, before)
				if len(problems.Errors()) != 1 || strings.Contains(problems.Errors()[0], "bug in the provider") {
					t.Errorf("a refresh says %q and warns %q", problems.Errors(), problems.Warnings())
				}
				if len(after.Values) != len(before.Values) {
					t.Errorf("a refresh makes %v of the state %v", after.Values, before.Values)
				}
			})
		}
	}
}
