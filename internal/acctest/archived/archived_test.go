// Package archived tests states of the archived provider vmware/vcda: a plan must not
// change them, and nothing may be sent. The files of testdata are written by hand from
// the schemas of its three releases.
package archived

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/deployed"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestMain(m *testing.M) { acctest.Main(m) }

var releases = []string{"1.0.0", "2.0.0", "2.1.0"}

// setUp sets up a site by a provider, and returns both.
func setUp(t *testing.T, service simulator.Service) (*deployed.Site, *direct.Provider) {
	t.Helper()
	site := deployed.Ready(t, service)
	p := site.Provider(t, nil)
	if service == simulator.Cloud {
		deployed.Create(t, p, "vcda_cloud_director_replication_manager", site.DirectorManager(nil))
		deployed.Create(t, p, "vcda_tunnel", site.Tunnel(0, nil))
	} else {
		deployed.Create(t, p, "vcda_vcenter_replication_manager", site.VCenterManager(nil))
		deployed.Create(t, p, "vcda_replicator", site.Replicator(0, nil))
	}
	site.Main.ResetStats()
	return site, p
}

// state returns a state of testdata, with its variables replaced by values of the site.
func state(t *testing.T, site *deployed.Site, release, name string) direct.Values {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", release, name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	accounts := simulator.DefaultAccounts()
	director := site.All.ServerThumbprint(simulator.DirectorURL)
	filled := strings.NewReplacer(
		"$HOST", strings.TrimPrefix(site.Main.URL(), "https://"), "$MAIN_ID", site.Main.Setup().InstanceID, "$MAIN_CERTIFICATE", deployed.Encoded(site.Main),
		"$DEPLOYMENT_PASSWORD", accounts.LocalUsers[0].Password, "$ROOT_PASSWORD", deployed.RootPassword,
		"$LICENSE", simulator.DefaultLicense, "$LS_THUMBPRINT", site.LookupServiceThumbprint(),
		"$SSO_USER", accounts.SSOUsers[0].Username, "$SSO_PASSWORD", accounts.SSOUsers[0].Password,
		"$VCD_USER", accounts.VCDUsers[0].Username, "$VCD_PASSWORD", accounts.VCDUsers[0].Password,
		"$VCD_THUMBPRINT", director, "$VCD_BARE_THUMBPRINT", strings.ToLower(strings.TrimPrefix(director, "SHA-256:")),
		"$REPLICATOR_ID", site.Replicators[0].Setup().InstanceID, "$REPLICATOR_THUMBPRINT", site.Replicators[0].Thumbprint(),
		"$TUNNEL_ID", site.Tunnels[0].Setup().InstanceID, "$TUNNEL_CERTIFICATE", deployed.Encoded(site.Tunnels[0]),
	).Replace(string(text))
	var values direct.Values
	if err := json.Unmarshal([]byte(filled), &values); err != nil {
		t.Fatal(err)
	}
	return values
}

// TestStates reads each state by an upgrade, as after a change of source, and by a moved
// block, without and after terraform state replace-provider.
func TestStates(t *testing.T) {
	t.Parallel()
	for name, kind := range deployed.Kinds {
		for _, release := range releases {
			t.Run(name+"/"+release, func(t *testing.T) {
				t.Parallel()
				site, p := setUp(t, kind.Service)
				old := state(t, site, release, name)
				for method, read := range map[string]func() (direct.Object, direct.Diagnostics){
					"source changed": func() (direct.Object, direct.Diagnostics) { return p.Upgrade(t, name, 0, old) },
					"moved": func() (direct.Object, direct.Diagnostics) {
						return move(t, p, "registry.terraform.io/vmware/vcda", name, old)
					},
					"moved, own address": func() (direct.Object, direct.Diagnostics) {
						return move(t, p, "registry.terraform.io/vcda-dr/vcda", name, old)
					},
				} {
					site.Main.ResetStats()
					object, problems := read()
					deployed.NoErrors(t, problems)
					if n := site.Main.Stats().Total; n > 0 {
						t.Errorf("%s: %d calls", method, n)
					}
					object = deployed.Unchanged(t, p, name, object, kind.Config(site))
					if len(object.Identity) == 0 {
						t.Errorf("%s: no identity", method)
					}
					if site.Main.Stats().Writes > 0 {
						t.Errorf("%s: something was sent: %v", method, site.Main.Stats().Requests)
					}
				}
			})
		}
	}
}

func move(t *testing.T, p *direct.Provider, provider, name string, old direct.Values) (direct.Object, direct.Diagnostics) {
	t.Helper()
	return p.Move(t, direct.Source{Provider: provider, Type: name, Values: old}, name)
}

// TestStates_tunnelID reads a tunnel of release 1.0.0, whose id is its URL. The id becomes
// its UUID.
func TestStates_tunnelID(t *testing.T) {
	t.Parallel()
	site, p := setUp(t, simulator.Cloud)
	object, problems := p.Upgrade(t, "vcda_tunnel", 0, state(t, site, "1.0.0", "vcda_tunnel"))
	deployed.NoErrors(t, problems)
	object = deployed.Unchanged(t, p, "vcda_tunnel", object, site.Tunnel(0, nil))
	if id := site.Tunnels[0].Setup().InstanceID; object.Values["id"] != id || object.Identity["id"] != id {
		t.Errorf("%v, identity %v", object.Values["id"], object.Identity)
	}
}

// TestStates_valuesNeverSent reads values that the archived provider stored and never
// sent: the plan shows them.
func TestStates_valuesNeverSent(t *testing.T) {
	t.Parallel()
	site, p := setUp(t, simulator.Cloud)
	const name = "vcda_cloud_director_replication_manager"
	old := state(t, site, "2.1.0", name)
	old["vcd_url"], old["lookup_service_url"] = "https://director-2.example.com", "https://vcenter-2.example.com"
	object, problems := p.Upgrade(t, name, 0, old)
	deployed.NoErrors(t, problems)
	object, problems = p.Refresh(t, name, object)
	deployed.NoErrors(t, problems)
	config := site.DirectorManager(direct.Values{"vcd_url": "https://director-2.example.com", "lookup_service_url": "https://vcenter-2.example.com"})
	changes := deployed.Differences(t, p, name, object, config)
	if changes["vcd_url"][0] != simulator.DirectorURL || changes["lookup_service_url"][0] != simulator.LookupServiceURL {
		t.Errorf("%v", changes)
	}
	old["site_name"] = "never-sent"
	object, problems = p.Upgrade(t, name, 0, old)
	deployed.NoErrors(t, problems)
	object, problems = p.Refresh(t, name, object)
	deployed.NoErrors(t, problems)
	plan := p.Plan(t, name, object, site.DirectorManager(direct.Values{"site_name": "never-sent"}))
	if text := strings.Join(plan.Diagnostics.Errors(), "\n"); !strings.Contains(text, `has the site name "cloud-a"`) {
		t.Errorf("errors: %q", text)
	}
}

// TestStates_passwordFile reads a state without the password: the plan shows an update,
// which finds the password in use and changes nothing.
func TestStates_passwordFile(t *testing.T) {
	t.Parallel()
	site, p := setUp(t, simulator.Manager)
	const name = "vcda_appliance_password"
	old := state(t, site, "2.0.0", name)
	old["password_file"], old["new_password"] = "/etc/vcda-password", nil
	object, problems := p.Upgrade(t, name, 0, old)
	deployed.NoErrors(t, problems)
	deployed.Change(t, p, name, object, deployed.Kinds[name].Config(site))
	if n := site.Main.Stats().Writes; n > 0 {
		t.Errorf("%d writes", n)
	}
}
