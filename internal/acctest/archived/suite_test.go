package archived

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/deployed"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

// The acceptance tests of the archived provider, rewritten for this one, with the same
// configurations and checks. They need only Terraform 1.8.

// fillIn replaces the variables of a configuration: $URL_x, $THUMBPRINT_x and $CERTIFICATE_x
// of the appliance x, and those that all of them share.
func fillIn(all *simulator.Fixture, configuration string, appliances map[string]*simulator.Appliance) string {
	accounts := simulator.DefaultAccounts()
	pairs := []string{
		"$DEPLOYMENT_PASSWORD", accounts.LocalUsers[0].Password, "$ROOT_PASSWORD", deployed.RootPassword, "$LICENSE", simulator.DefaultLicense,
		"$SSO_USER", accounts.SSOUsers[0].Username, "$SSO_PASSWORD", accounts.SSOUsers[0].Password,
		"$VCD_USER", accounts.VCDUsers[0].Username, "$VCD_PASSWORD", accounts.VCDUsers[0].Password,
		"$LS_THUMBPRINT", all.ServerThumbprint(simulator.LookupServiceURL), "$VCD_THUMBPRINT", all.ServerThumbprint(simulator.DirectorURL),
	}
	for name, a := range appliances {
		pairs = append(pairs, "$URL_"+name, a.URL(), "$THUMBPRINT_"+name, a.Thumbprint(), "$CERTIFICATE_"+name, deployed.Encoded(a))
	}
	return strings.NewReplacer(pairs...).Replace(configuration)
}

// passwords returns a provider block that belongs to no appliance, and the password resources
// of appliances.
func passwords(names ...string) string {
	var all strings.Builder
	all.WriteString("provider \"vcda\" {\n  alias = \"first_boot\"\n}\n")
	for _, name := range names {
		fmt.Fprintf(&all, "resource \"vcda_appliance_password\" %q {\n  provider = vcda.first_boot\n  url = \"$URL_%[1]s\"\n  thumbprint = \"$THUMBPRINT_%[1]s\"\n"+
			"  current_password = \"$DEPLOYMENT_PASSWORD\"\n  new_password = \"$ROOT_PASSWORD\"\n}\n", name)
	}
	return all.String()
}

const cloudSuite = `
provider "vcda" {
  url        = vcda_appliance_password.cloud.id
  thumbprint = "$THUMBPRINT_cloud"
  login      = { local_user = { username = "root", password = "$ROOT_PASSWORD" } }
  manager    = { url = "$URL_manager", thumbprint = "$THUMBPRINT_manager" }
}

resource "vcda_cloud_director_replication_manager" "this" {
  license_key               = "$LICENSE"
  site_name                 = "cloud-a"
  site_description          = "cloud site"
  public_endpoint_address   = "cloud-a.example.com"
  public_endpoint_port      = 443
  vcd_url                   = "https://director.example.com"
  vcd_username              = "$VCD_USER"
  vcd_password              = "$VCD_PASSWORD"
  vcd_thumbprint            = "$VCD_THUMBPRINT"
  lookup_service_url        = "https://vcenter.example.com"
  lookup_service_thumbprint = "$LS_THUMBPRINT"
}

resource "vcda_tunnel" "this" {
  url           = "$URL_tunnel"
  certificate   = "$CERTIFICATE_tunnel"
  root_password = vcda_appliance_password.tunnel.new_password
  depends_on    = [vcda_cloud_director_replication_manager.this]
}

provider "vcda" {
  alias      = "manager" # the Manager by its own address, on port 8441 of the appliance
  url        = replace(vcda_appliance_password.cloud.id, "$URL_cloud", "$URL_manager")
  thumbprint = "$THUMBPRINT_manager"
  login      = { local_user = { username = "root", password = "$ROOT_PASSWORD" } }
}

resource "vcda_replicator" "on_8441" {
  provider                  = vcda.manager
  site_name                 = vcda_cloud_director_replication_manager.this.site_name
  api_url                   = "$URL_replicator"
  api_thumbprint            = "$THUMBPRINT_replicator"
  root_password             = vcda_appliance_password.replicator.new_password
  sso_user                  = "$SSO_USER"
  sso_password              = "$SSO_PASSWORD"
  lookup_service_url        = "https://vcenter.example.com/lookupservice/sdk"
  lookup_service_thumbprint = "$LS_THUMBPRINT"
}

data "vcda_appliance" "this" {
  depends_on = [vcda_tunnel.this]
}

data "vcda_health" "this" {
  depends_on = [vcda_tunnel.this, vcda_replicator.on_8441]
}

data "vcda_tunnels" "this" {
  depends_on = [vcda_tunnel.this]
}

data "vcda_replicators" "this" {
  depends_on = [vcda_replicator.on_8441]
}

check "cloud" {
  assert {
    condition     = vcda_cloud_director_replication_manager.this.is_licensed && vcda_cloud_director_replication_manager.this.is_configured
    error_message = "not licensed, or not configured"
  }
  assert {
    condition     = data.vcda_appliance.this.lookup_service_url == "https://vcenter.example.com:443/lookupservice/sdk"
    error_message = "lookup service"
  }
  assert {
    condition     = alltrue([for field, value in vcda_cloud_director_replication_manager.this.endpoints : value != null]) && length(vcda_cloud_director_replication_manager.this.endpoints) == 8
    error_message = "endpoints"
  }
  assert {
    condition     = vcda_tunnel.this.thumbprint == "$THUMBPRINT_tunnel" && length(data.vcda_tunnels.this.tunnels) == 1
    error_message = "tunnel"
  }
  assert {
    condition     = data.vcda_health.this.healthy && data.vcda_health.this.manager_instance_id != null
    error_message = "health"
  }
  assert {
    condition     = one(data.vcda_replicators.this.replicators).id == vcda_replicator.on_8441.id && vcda_replicator.on_8441.healthy
    error_message = "replicator"
  }
}
`

const managerSuite = `
provider "vcda" {
  url        = vcda_appliance_password.a.id
  thumbprint = "$THUMBPRINT_a"
  login      = { local_user = { username = "root", password = "$ROOT_PASSWORD" } }
}

provider "vcda" {
  alias      = "b"
  url        = vcda_appliance_password.b.id
  thumbprint = "$THUMBPRINT_b"
  login      = { local_user = { username = "root", password = "$ROOT_PASSWORD" } }
}

resource "vcda_vcenter_replication_manager" "a" {
  license_key               = "$LICENSE"
  site_name                 = "site-a"
  lookup_service_url        = "https://vcenter.example.com"
  lookup_service_thumbprint = "$LS_THUMBPRINT"
  sso_user                  = "$SSO_USER"
  sso_password              = "$SSO_PASSWORD"
}

resource "vcda_vcenter_replication_manager" "b" {
  provider                  = vcda.b
  license_key               = "$LICENSE"
  site_name                 = "site-b"
  lookup_service_url        = "https://vcenter.example.com"
  lookup_service_thumbprint = "$LS_THUMBPRINT"
  sso_user                  = "$SSO_USER"
  sso_password              = "$SSO_PASSWORD"
}

resource "vcda_replicator" "this" {
  site_name                 = vcda_vcenter_replication_manager.a.site_name
  api_url                   = "$URL_replicator"
  api_thumbprint            = "$THUMBPRINT_replicator"
  root_password             = vcda_appliance_password.replicator.new_password
  sso_user                  = "$SSO_USER"
  sso_password              = "$SSO_PASSWORD"
  lookup_service_url        = "https://vcenter.example.com"
  lookup_service_thumbprint = "$LS_THUMBPRINT"
}

data "vcda_remote_certificate" "b" {
  url = "$URL_b"
}

resource "vcda_site_pairing" "a_to_b" {
  api_url        = "$URL_b"
  api_thumbprint = data.vcda_remote_certificate.b.thumbprint
  expect_link    = false
  depends_on     = [vcda_vcenter_replication_manager.a, vcda_vcenter_replication_manager.b, vcda_replicator.this]
}

resource "vcda_site_pairing" "b_to_a" {
  provider       = vcda.b
  api_url        = "$URL_a"
  api_thumbprint = "$THUMBPRINT_a"
  wait_for_link  = true
  depends_on     = [vcda_site_pairing.a_to_b]
}

provider "vcda" {
  alias = "vcenter"
  vcenter = {
    url            = "$VCENTER_URL"
    thumbprint     = "$VCENTER_THUMBPRINT"
    login          = { credentials = { username = "$VCENTER_USER", password = "$VCENTER_PASSWORD" } }
  }
}

data "vcda_service_certificate" "a" {
  provider = vcda.vcenter
  vm_id    = "vm-42"
  service  = "manager"
}

data "vcda_health" "a" {
  depends_on = [vcda_site_pairing.b_to_a]
}

check "manager" {
  assert {
    condition     = vcda_vcenter_replication_manager.a.vsphere_plugin_status == "OK" && vcda_vcenter_replication_manager.a.is_licensed
    error_message = "plug-in or license"
  }
  assert {
    condition     = vcda_vcenter_replication_manager.a.license_expires_at == null
    error_message = "the license expires"
  }
  assert {
    condition     = vcda_replicator.this.healthy && vcda_replicator.this.owner == "*"
    error_message = "replicator"
  }
  assert {
    condition     = data.vcda_health.a.healthy && length(data.vcda_health.a.tunnels) > 0
    error_message = "health, or connectivity of the tunnel"
  }
  assert {
    condition     = vcda_site_pairing.b_to_a.healthy
    error_message = "pairing"
  }
  assert {
    condition     = data.vcda_remote_certificate.b.thumbprint == "$THUMBPRINT_b" && data.vcda_service_certificate.a.thumbprint == "$THUMBPRINT_a"
    error_message = "thumbprints"
  }
}
`

// TestSuite_cloud sets up a Cloud Director appliance with a tunnel and a replicator, and
// checks its health.
func TestSuite_cloud(t *testing.T) {
	t.Parallel()
	all := acctest.StartAppliances(t,
		simulator.ApplianceOptions{Site: "cloud", Service: simulator.Cloud, Fresh: true, WithManager: true},
		simulator.ApplianceOptions{Site: "tunnel", Service: simulator.Tunnel, Fresh: true},
		simulator.ApplianceOptions{Site: "replicator", Service: simulator.Replicator, Fresh: true})
	cloud := all.Appliance("cloud")
	configuration := fillIn(all, passwords("cloud", "tunnel", "replicator")+cloudSuite, map[string]*simulator.Appliance{
		"cloud": cloud, "manager": cloud.Manager(), "tunnel": all.Appliance("tunnel"), "replicator": all.Appliance("replicator"),
	})
	applyAndDestroy(t, configuration)
	if got := cloud.Setup(); got.DirectorURL != simulator.DirectorURL || got.LookupServiceURL != simulator.LookupServiceURL || got.SiteName != "cloud-a" || got.Description != "cloud site" {
		t.Errorf("%+v", got)
	}
}

// TestSuite_manager sets up a vCenter appliance with a replicator and another appliance,
// pairs them, and checks the health.
func TestSuite_manager(t *testing.T) {
	t.Parallel()
	all := acctest.StartAppliances(t,
		simulator.ApplianceOptions{Site: "a", Service: simulator.Manager, Fresh: true},
		simulator.ApplianceOptions{Site: "b", Service: simulator.Manager, Fresh: true},
		simulator.ApplianceOptions{Site: "replicator", Service: simulator.Replicator, Fresh: true})
	a := all.Appliance("a")
	server := acctest.VCenter(t, vcenter.Options{VMs: []vcenter.VM{{ID: "vm-42", ExtraConfig: map[string]string{"guestinfo.manager.certificate": deployed.Encoded(a)}}}})
	configuration := fillIn(all, passwords("a", "b", "replicator")+managerSuite, map[string]*simulator.Appliance{
		"a": a, "b": all.Appliance("b"), "replicator": all.Appliance("replicator"),
	})
	applyAndDestroy(t, strings.NewReplacer("$VCENTER_URL", server.URL(), "$VCENTER_THUMBPRINT", server.Thumbprint(), "$VCENTER_USER", server.Username(), "$VCENTER_PASSWORD", server.Password()).Replace(configuration))
	if got := a.Setup(); got.Plugin || got.SiteName != "site-a" || len(a.Replicators())+len(a.Sites()) > 0 {
		t.Errorf("after the destroy: %+v", got)
	}
}

// applyAndDestroy applies a configuration, requires that its checks pass and that a second
// plan is empty, and destroys.
func applyAndDestroy(t *testing.T, configuration string) {
	t.Helper()
	space := acctest.NewWorkspace(t, configuration)
	if out := space.MustRun(t, "apply", "-no-color", "-auto-approve"); strings.Contains(out, "Check block assertion") {
		t.Error(out)
	}
	if out, code := space.Run(t, "plan", "-no-color", "-detailed-exitcode"); code != 0 {
		t.Errorf("a second plan is not empty:\n%s", out)
	}
	space.MustRun(t, "destroy", "-no-color", "-auto-approve")
}
