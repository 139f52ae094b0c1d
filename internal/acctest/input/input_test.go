// Package input tests wrong and unknown values of every attribute of the types that set
// appliances up.
package input

import (
	"maps"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/deployed"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
)

// wrongValues are values that a configuration must not have, by type and attribute, with
// other attributes that they exclude or need.
var wrongValues = map[string][]struct {
	attribute string
	more      direct.Values
}{
	"vcda_appliance_password": {
		{"url", direct.Values{"url": "vcda-a.example.com"}},
		{"url", direct.Values{"url": "http://vcda-a.example.com"}},
		{"url", direct.Values{"url": "https://vcda-a.example.com/ui"}},
		{"url", direct.Values{"url": ""}},
		{"thumbprint", direct.Values{"thumbprint": "AB:CD"}},
		{"ca_certificate", direct.Values{"ca_certificate": "-----BEGIN CERTIFICATE-----"}},
		{"ca_certificate", direct.Values{"ca_certificate": ""}},
		{"current_password", direct.Values{"current_password": "Ends-in-a-line-1\n"}},
		{"current_password", direct.Values{"current_password_wo": "Two-passwords-1"}},
		{"current_password", direct.Values{"current_password": nil}},
		{"new_password", direct.Values{"new_password": "alllowercase"}},
		{"new_password", direct.Values{"new_password": "Sh0rt-1"}},
		{"new_password_wo", direct.Values{"new_password": nil, "new_password_wo": "NoSpecial1"}},
		{"new_password", direct.Values{"new_password_wo": "Two-passwords-1"}},
		{"new_password", direct.Values{"new_password": nil}},
		{"new_password_wo_version", direct.Values{"new_password_wo_version": 1}},
		{"timeouts.create", direct.Values{"timeouts": direct.Values{"create": "soon"}}},
	},
	"vcda_vcenter_replication_manager": {
		{"site_name", direct.Values{"site_name": "not a name"}},
		{"site_name", direct.Values{"site_name": ""}},
		{"license_key", direct.Values{"license_key_wo": "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA"}},
		{"license_key_wo_version", direct.Values{"license_key_wo_version": 1}},
		{"lookup_service_url", direct.Values{"lookup_service_url": "vcenter"}},
		{"lookup_service_url", direct.Values{"lookup_service_url": "https://vcenter.example.com/sdk"}},
		{"lookup_service_thumbprint", direct.Values{"lookup_service_thumbprint": "AB:CD"}},
		{"sso_user", direct.Values{"sso_user": ""}},
		{"sso_user", direct.Values{"sso_user": "administrator@vsphere.local\n"}},
		{"sso_password", direct.Values{"sso_password": "Ends-in-a-line-1\n"}},
		{"sso_password", direct.Values{"sso_password_wo": "Two-passwords-1"}},
		{"sso_password", direct.Values{"sso_password": nil}},
		{"sso_password_wo_version", direct.Values{"sso_password_wo_version": 1}},
		{"timeouts.delete", direct.Values{"timeouts": direct.Values{"delete": "soon"}}},
	},
	"vcda_cloud_director_replication_manager": {
		{"site_name", direct.Values{"site_name": "cloud a"}},
		{"public_endpoint_address", direct.Values{"public_endpoint_address": ""}},
		{"public_endpoint_address", direct.Values{"public_endpoint_address": "https://cloud-a.example.com"}},
		{"public_endpoint_address", direct.Values{"public_endpoint_address": "cloud-a.example.com:443"}},
		{"public_endpoint_port", direct.Values{"public_endpoint_port": 0}},
		{"public_endpoint_port", direct.Values{"public_endpoint_port": 65536}},
		{"vcd_url", direct.Values{"vcd_url": "director.example.com"}},
		{"vcd_url", direct.Values{"vcd_url": "https://director.example.com/cloud"}},
		{"vcd_username", direct.Values{"vcd_username": "administrator"}},
		{"vcd_password", direct.Values{"vcd_password": "Ends-in-a-line-1\n"}},
		{"vcd_password", direct.Values{"vcd_password": nil}},
		{"vcd_password_wo_version", direct.Values{"vcd_password_wo_version": 1}},
		{"vcd_thumbprint", direct.Values{"vcd_thumbprint": "AB:CD"}},
		{"lookup_service_url", direct.Values{"lookup_service_url": "vcenter"}},
		{"lookup_service_thumbprint", direct.Values{"lookup_service_thumbprint": "AB:CD"}},
		{"timeouts.update", direct.Values{"timeouts": direct.Values{"update": "soon"}}},
	},
	"vcda_replicator": {
		{"api_url", direct.Values{"api_url": "replicator-1"}},
		{"api_thumbprint", direct.Values{"api_thumbprint": "AB:CD"}},
		{"root_password", direct.Values{"root_password": "Ends-in-a-line-1\n"}},
		{"root_password", direct.Values{"root_password_wo": "Two-passwords-1"}},
		{"root_password", direct.Values{"root_password": nil}},
		{"sso_user", direct.Values{"sso_user": ""}},
		{"sso_password", direct.Values{"sso_password": nil}},
		{"sso_password_wo_version", direct.Values{"sso_password_wo_version": 1}},
		{"lookup_service_url", direct.Values{"lookup_service_url": "vcenter"}},
		{"lookup_service_thumbprint", direct.Values{"lookup_service_thumbprint": "AB:CD"}},
		{"owner", direct.Values{"owner": ""}},
		{"owner", direct.Values{"owner": "acme"}},
		{"site_name", direct.Values{"site_name": ""}},
		{"timeouts.read", direct.Values{"timeouts": direct.Values{"read": "soon"}}},
	},
	"vcda_tunnel": {
		{"url", direct.Values{"url": "tunnel-1"}},
		{"certificate", direct.Values{"certificate": "no certificate"}},
		{"certificate", direct.Values{"thumbprint": "SHA-256" + strings.Repeat(":AB", 32)}},
		{"certificate", direct.Values{"certificate": nil}},
		{"thumbprint", direct.Values{"certificate": nil, "thumbprint": "AB:CD"}},
		{"root_password", direct.Values{"root_password": nil}},
		{"lookup_service_url", direct.Values{"lookup_service_url": "https://vcenter.example.com"}},
		{"lookup_service_thumbprint", direct.Values{"lookup_service_thumbprint": "SHA-256" + strings.Repeat(":AB", 32)}},
		{"timeouts.create", direct.Values{"timeouts": direct.Values{"create": "soon"}}},
	},
}

// TestWrongValues requires that validation refuses each value with one error, which points
// at the attribute and has no secret.
func TestWrongValues(t *testing.T) {
	t.Parallel()
	for name, rows := range wrongValues {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := deployed.Ready(t, deployed.Kinds[name].Service)
			p := site.Provider(t, nil)
			for _, row := range rows {
				config := deployed.Kinds[name].Config(site)
				maps.Copy(config, row.more)
				problems := p.ValidateResource(t, name, config).Errors()
				if len(problems) != 1 || !strings.HasPrefix(problems[0], row.attribute+": ") {
					t.Errorf("%v: %q", row.more, problems)
				}
				if text := strings.Join(problems, "\n"); strings.Contains(text, "Ends-in-a-line-1") || strings.Contains(text, "Two-passwords-1") {
					t.Errorf("%v: the error holds a secret: %q", row.more, text)
				}
			}
			if n := site.Main.Stats().Total; n > 0 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// TestUnknownValues requires that an unknown attribute fails neither the validation nor the
// plan of a create or a change, and never replaces a registration.
func TestUnknownValues(t *testing.T) {
	t.Parallel()
	for name, kind := range deployed.Kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := deployed.Ready(t, kind.Service)
			site.Main.SetSite("alpha", "")
			if name == "vcda_cloud_director_replication_manager" {
				site.Main.SetSite("cloud-a", "east")
			}
			p := site.Provider(t, nil)
			object := deployed.Create(t, p, name, kind.Config(site))
			for attribute := range kind.Config(site) {
				config := kind.Config(site)
				config[attribute] = direct.Unknown
				deployed.NoErrors(t, p.ValidateResource(t, name, config))
				deployed.NoErrors(t, p.Plan(t, name, direct.Object{}, config).Diagnostics)
				plan := p.Plan(t, name, object, config)
				deployed.NoErrors(t, plan.Diagnostics)
				if plan.RequiresReplace && name != "vcda_appliance_password" {
					t.Errorf("an unknown %s replaces it", attribute)
				}
			}
		})
	}
}

// TestTwoResources requires that a second resource for the same object is refused before it
// sends anything.
func TestTwoResources(t *testing.T) {
	t.Parallel()
	for name, kind := range deployed.Kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			site := deployed.Ready(t, kind.Service)
			site.Main.SetSite("alpha", "")
			if name == "vcda_cloud_director_replication_manager" {
				site.Main.SetSite("cloud-a", "east")
			}
			p := site.Provider(t, nil)
			first, second := p.Plan(t, name, direct.Object{}, kind.Config(site)), p.Plan(t, name, direct.Object{}, kind.Config(site))
			_, problems := p.Apply(t, first)
			deployed.NoErrors(t, problems)
			writes := site.Main.Stats().Writes
			_, problems = p.Apply(t, second)
			if text := strings.Join(problems.Errors(), "\n"); !strings.Contains(text, "Two resources for one object") || site.Main.Stats().Writes > writes {
				t.Errorf("%q", text)
			}
		})
	}
}
