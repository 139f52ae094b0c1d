package archived

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/deployed"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

type calls = map[string]int

// change is a change of one attribute of a configuration, or of several that belong
// together, and the calls it needs. In the calls, $REPLICATOR_ID and $TUNNEL_ID are the
// IDs of the appliances.
type change struct {
	attribute string
	make      func(*deployed.Site) direct.Values // prepares the appliances, and returns the new values
	want      calls
	refused   string // part of the error of the plan
	replaces  bool
}

func value(name string, v any) func(*deployed.Site) direct.Values {
	return func(*deployed.Site) direct.Values { return direct.Values{name: v} }
}

const (
	otherLicense = "OTHER-AAAAA-AAAAA-AAAAA-AAAAA"
	repair       = "POST /replicators/$REPLICATOR_ID/reset-cookie"
	replicatorLS = "POST /config/replicators/lookup-service"
	changeTunnel = "PUT /config/tunnels/$TUNNEL_ID"
)

// otherServer changes to another lookup service or Cloud Director.
func otherServer(prefix, url string) func(*deployed.Site) direct.Values {
	return func(s *deployed.Site) direct.Values {
		return direct.Values{prefix + "_url": url, prefix + "_thumbprint": s.All.AddServer(url)}
	}
}

// newCertificate changes the certificate of a server.
func newCertificate(prefix, url string) func(*deployed.Site) direct.Values {
	return func(s *deployed.Site) direct.Values {
		return direct.Values{prefix + "_thumbprint": s.All.AddServer(url)}
	}
}

// otherSSO changes the administrator of the SSO domain, or the password.
func otherSSO(user, password string) func(*deployed.Site) direct.Values {
	return func(s *deployed.Site) direct.Values {
		accounts := s.Main.Accounts()
		more := accounts.SSOUsers[0]
		more.User, more.Username, more.Password = user, user, password
		accounts.SSOUsers = []simulator.PasswordAccount{more}
		s.Main.SetAccounts(accounts)
		return direct.Values{"sso_user": user, "sso_password": password}
	}
}

func otherVCD(user, password string) func(*deployed.Site) direct.Values {
	return func(s *deployed.Site) direct.Values {
		accounts := s.Main.Accounts()
		more := accounts.VCDUsers[0]
		more.User, more.Username, more.Password = user, user, password
		accounts.VCDUsers = []simulator.PasswordAccount{more}
		s.Main.SetAccounts(accounts)
		return direct.Values{"vcd_username": user, "vcd_password": password}
	}
}

var (
	sso = simulator.DefaultAccounts().SSOUsers[0]
	vcd = simulator.DefaultAccounts().VCDUsers[0]
)

var changes = map[string][]change{
	"vcda_appliance_password": {
		{attribute: "url", make: func(s *deployed.Site) direct.Values { return direct.Values{"url": s.Replicators[0].URL()} }, replaces: true},
		{attribute: "thumbprint", make: value("thumbprint", "SHA-256"+strings.Repeat(":AB", 32)), want: calls{}},
		{attribute: "current_password", make: value("current_password", "Something-else-1"), want: calls{}},
		{attribute: "new_password", make: value("new_password", "Another-passw0rd"), want: calls{"POST /config/root-password": 1}},
	},
	"vcda_vcenter_replication_manager": {
		{attribute: "site_name", make: value("site_name", "other"), refused: `has the site name "alpha"`},
		{attribute: "license_key", make: value("license_key", otherLicense), want: calls{"POST /license": 1}},
		{attribute: "license_key removed", make: value("license_key", nil), want: calls{}},
		{attribute: "lookup_service_url", make: otherServer("lookup_service", "https://vcenter-2.example.com"), want: calls{"POST /config/lookup-service": 1, "POST /config/vsphere-ui": 1}},
		{attribute: "lookup_service_thumbprint", make: newCertificate("lookup_service", simulator.LookupServiceURL), want: calls{"POST /config/lookup-service": 1, "POST /config/vsphere-ui": 1}},
		{attribute: "sso_user", make: otherSSO("second@vsphere.local", sso.Password), want: calls{"POST /config/lookup-service": 1}},
		{attribute: "sso_password", make: otherSSO(sso.Username, "Second-passw0rd"), want: calls{"POST /config/lookup-service": 1}},
		{attribute: "vsphere_plugin", make: value("vsphere_plugin", false), want: calls{"DELETE /config/vsphere-ui": 1}},
		{attribute: "reapply_triggers", make: value("reapply_triggers", direct.Values{"a": "b"}), want: calls{"POST /config/lookup-service": 1, "POST /config/vsphere-ui": 1}},
		{attribute: "reapply_triggers empty", make: value("reapply_triggers", direct.Values{}), want: calls{}},
	},
	"vcda_cloud_director_replication_manager": {
		{attribute: "site_name", make: value("site_name", "other"), refused: `has the site name "cloud-a"`},
		{attribute: "site_description", make: value("site_description", "west"), refused: `has the site name "cloud-a"`},
		{attribute: "license_key", make: value("license_key", otherLicense), want: calls{"POST /license": 1}},
		{attribute: "public_endpoint_address", make: value("public_endpoint_address", "other.example.com"), want: calls{"POST /config/endpoints": 1}},
		{attribute: "public_endpoint_port", make: value("public_endpoint_port", 8443), want: calls{"POST /config/endpoints": 1}},
		{attribute: "vcd_url", make: otherServer("vcd", "https://director-2.example.com"), want: calls{"POST /config/vcloud": 1}},
		{attribute: "vcd_thumbprint", make: newCertificate("vcd", simulator.DirectorURL), want: calls{"POST /config/vcloud": 1}},
		{attribute: "vcd_username", make: otherVCD("second@System", vcd.Password), want: calls{"POST /config/vcloud": 1}},
		{attribute: "vcd_password", make: otherVCD(vcd.Username, "Second-passw0rd"), want: calls{"POST /config/vcloud": 1}},
		{attribute: "lookup_service_url", make: otherServer("lookup_service", "https://vcenter-2.example.com"), want: calls{"POST /config/lookup-service": 1, "POST /config/manager/lookup-service": 1}},
		{attribute: "lookup_service_thumbprint", make: newCertificate("lookup_service", simulator.LookupServiceURL), want: calls{"POST /config/lookup-service": 1, "POST /config/manager/lookup-service": 1}},
		{attribute: "manager_lookup_service", make: value("manager_lookup_service", false), want: calls{}},
		{attribute: "reapply_triggers", make: value("reapply_triggers", direct.Values{"a": "b"}), want: calls{"POST /config/lookup-service": 1, "POST /config/manager/lookup-service": 1}},
		{attribute: "reapply_triggers with null", make: value("reapply_triggers", direct.Values{"a": nil}), want: calls{}},
	},
	"vcda_replicator": {
		{attribute: "api_url", make: func(s *deployed.Site) direct.Values { return direct.Values{"api_url": s.Replicators[0].URL()} }, want: calls{repair: 1}},
		{attribute: "api_thumbprint", make: func(s *deployed.Site) direct.Values {
			s.Replicators[0].RotateCertificate()
			return direct.Values{"api_thumbprint": s.Replicators[0].Thumbprint()}
		}, want: calls{repair: 1}},
		{attribute: "root_password", make: value("root_password", "Another-passw0rd"), want: calls{}},
		{attribute: "sso_user", make: otherSSO("second@vsphere.local", sso.Password), want: calls{repair: 1}},
		{attribute: "sso_password", make: otherSSO(sso.Username, "Second-passw0rd"), want: calls{repair: 1}},
		{attribute: "lookup_service_url", make: otherServer("lookup_service", "https://vcenter-2.example.com"), want: calls{replicatorLS: 1}},
		{attribute: "lookup_service_thumbprint", make: newCertificate("lookup_service", simulator.LookupServiceURL), want: calls{replicatorLS: 1}},
		{attribute: "owner", make: value("owner", "acme@alpha"), replaces: true},
		{attribute: "site_name", make: value("site_name", "beta"), replaces: true},
		{attribute: "description", make: value("description", "new"), want: calls{repair: 1}},
		{attribute: "repair_triggers", make: value("repair_triggers", direct.Values{"a": "b"}), want: calls{repair: 1}},
		{attribute: "repair_triggers empty", make: value("repair_triggers", direct.Values{}), want: calls{}},
	},
	"vcda_tunnel": {
		{attribute: "url", make: func(s *deployed.Site) direct.Values { return direct.Values{"url": s.Tunnels[0].URL()} }, want: calls{changeTunnel: 1}},
		{attribute: "certificate", make: func(s *deployed.Site) direct.Values {
			s.Tunnels[0].RotateCertificate()
			return direct.Values{"certificate": deployed.Encoded(s.Tunnels[0])}
		}, want: calls{changeTunnel: 1}},
		{attribute: "root_password", make: value("root_password", "Another-passw0rd"), want: calls{}},
		{attribute: "repair_triggers", make: value("repair_triggers", direct.Values{"a": "b"}), want: calls{changeTunnel: 1}},
		{attribute: "repair_triggers empty", make: value("repair_triggers", direct.Values{}), want: calls{}},
	},
}

// checks are the calls by which a Cloud service tries new settings.
var checks = []string{"POST /config/check-lookup-service", "POST /config/check-vcloud"}

// TestChanges changes each attribute of a state of the archived provider, and requires
// exactly the calls that the change needs.
func TestChanges(t *testing.T) {
	t.Parallel()
	for name, all := range changes {
		for _, c := range all {
			t.Run(name+"/"+c.attribute, func(t *testing.T) {
				t.Parallel()
				site, p := setUp(t, deployed.Kinds[name].Service)
				object, problems := p.Upgrade(t, name, 0, state(t, site, "2.1.0", name))
				deployed.NoErrors(t, problems)
				object, problems = p.Refresh(t, name, object)
				deployed.NoErrors(t, problems)
				config := deployed.Kinds[name].Config(site)
				maps.Copy(config, c.make(site))
				site.Main.ResetStats()
				plan := p.Plan(t, name, object, config)
				if text := strings.Join(plan.Diagnostics.Errors(), "\n"); !strings.Contains(text, c.refused) || (text == "") != (c.refused == "") {
					t.Errorf("errors: %q", text)
				}
				if plan.RequiresReplace != c.replaces {
					t.Errorf("it is replaced: %t", plan.RequiresReplace)
				}
				if c.want == nil {
					return
				}
				_, problems = p.Apply(t, plan)
				deployed.NoErrors(t, problems)
				want := calls{}
				for call, n := range c.want {
					ids := strings.NewReplacer("$REPLICATOR_ID", site.Replicators[0].Setup().InstanceID, "$TUNNEL_ID", site.Tunnels[0].Setup().InstanceID)
					want[ids.Replace(call)] = n
				}
				got := deployed.Count(site.Main)
				for _, check := range checks {
					delete(got, check)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("calls (-want +got):\n%s", diff)
				}
			})
		}
	}
}
