// Package deployed starts appliances that are not set up yet, for tests of their set-up: a
// Manager or Cloud service with two replicators and two tunnels.
package deployed

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// RootPassword is the root password of Ready appliances.
const RootPassword = "Chosen-passw0rd"

// Site is an appliance with the appliances that belong to it.
type Site struct {
	Clock       *clocktest.Clock
	All         *simulator.Fixture
	Main        *simulator.Appliance
	Replicators []*simulator.Appliance
	Tunnels     []*simulator.Appliance
}

// Fresh starts the appliances of a site as deployed.
func Fresh(t testing.TB, service simulator.Service, change ...func(*simulator.ApplianceOptions)) *Site {
	t.Helper()
	return start(t, service, 2, change...)
}

func start(t testing.TB, service simulator.Service, replicators int, change ...func(*simulator.ApplianceOptions)) *Site {
	t.Helper()
	clock := clocktest.New()
	main := simulator.ApplianceOptions{Site: "main", Service: service, Fresh: true, WithManager: service == simulator.Cloud}
	for _, edit := range change {
		edit(&main)
	}
	options := []simulator.ApplianceOptions{main}
	for i := range replicators {
		name := fmt.Sprintf("replicator-%d", i+1)
		options = append(options, simulator.ApplianceOptions{Site: name, Service: simulator.Replicator, Fresh: true, PublicURLs: []string{"https://" + name + ".example.com:8043"}})
	}
	for _, name := range []string{"tunnel-1", "tunnel-2"} {
		options = append(options, simulator.ApplianceOptions{Site: name, Service: simulator.Tunnel, Fresh: true, PublicURLs: []string{"https://" + name + ".example.com:8047"}})
	}
	all, err := simulator.Start(simulator.Options{Now: clock.Now, Appliances: options})
	if err != nil {
		t.Fatal(err)
	}
	s := &Site{
		Clock: clock, All: all, Main: all.Appliance("main"),
		Tunnels: []*simulator.Appliance{all.Appliance("tunnel-1"), all.Appliance("tunnel-2")},
	}
	for i := range replicators {
		s.Replicators = append(s.Replicators, all.Appliance(fmt.Sprintf("replicator-%d", i+1)))
	}
	t.Cleanup(func() {
		all.Close()
		for _, a := range s.appliances() {
			for _, violation := range a.Violations() {
				t.Errorf("%s: a request breaks the API: %s", a.Site(), violation)
			}
		}
	})
	return s
}

// Ready is Fresh with the root passwords changed to RootPassword.
func Ready(t testing.TB, service simulator.Service, change ...func(*simulator.ApplianceOptions)) *Site {
	t.Helper()
	return start(t, service, 2, change...).ready()
}

// ReadyWith is Ready with another number of replicators.
func ReadyWith(t testing.TB, service simulator.Service, replicators int) *Site {
	t.Helper()
	return start(t, service, replicators).ready()
}

func (s *Site) ready() *Site {
	for _, a := range s.appliances() {
		if a.RootPassword() != RootPassword {
			a.SetRootPassword(RootPassword)
		}
	}
	return s
}

func (s *Site) appliances() []*simulator.Appliance {
	all := append([]*simulator.Appliance{s.Main}, append(s.Replicators, s.Tunnels...)...)
	if manager := s.Main.Manager(); manager != nil {
		all = append(all, manager)
	}
	return all
}

// Block returns a provider block for the main appliance and its root user, with further
// attributes.
func (s *Site) Block(more direct.Values) direct.Values {
	block := direct.Values{
		"url": s.Main.URL(), "ca_certificate": s.All.CertificateAuthority(), "preflight": false,
		"login": direct.Values{"local_user": direct.Values{"username": "root", "password": s.Main.RootPassword()}},
	}
	if manager := s.Main.Manager(); manager != nil {
		block["manager"] = direct.Values{"url": manager.URL()}
	}
	maps.Copy(block, more)
	return block
}

// Provider serves a provider that is configured with Block.
func (s *Site) Provider(t testing.TB, more direct.Values) *direct.Provider {
	t.Helper()
	p := direct.Serve(t, acctest.FactoriesAt(t, s.Clock)["vcda"])
	if problems := p.Configure(t, s.Block(more)).Errors(); len(problems) > 0 {
		t.Fatal(problems)
	}
	return p
}

// SSO returns user and password of an administrator of the SSO domain.
func SSO() (user, password string) {
	account := simulator.DefaultAccounts().SSOUsers[0]
	return account.Username, account.Password
}

// LookupServiceThumbprint returns the thumbprint of simulator.LookupServiceURL.
func (s *Site) LookupServiceThumbprint() string {
	return s.All.ServerThumbprint(simulator.LookupServiceURL)
}

// VCenterManager returns a configuration of vcda_vcenter_replication_manager.
func (s *Site) VCenterManager(more direct.Values) direct.Values {
	user, password := SSO()
	config := direct.Values{
		"site_name": "alpha", "license_key": simulator.DefaultLicense,
		"lookup_service_url": "https://vcenter.example.com", "lookup_service_thumbprint": s.LookupServiceThumbprint(),
		"sso_user": user, "sso_password": password,
	}
	maps.Copy(config, more)
	return config
}

// DirectorManager returns a configuration of vcda_cloud_director_replication_manager.
func (s *Site) DirectorManager(more direct.Values) direct.Values {
	user := simulator.DefaultAccounts().VCDUsers[0]
	config := direct.Values{
		"site_name": "cloud-a", "site_description": "east", "license_key": simulator.DefaultLicense,
		"public_endpoint_address": "cloud-a.example.com",
		"vcd_url":                 "https://director.example.com", "vcd_thumbprint": s.All.ServerThumbprint(simulator.DirectorURL),
		"vcd_username": user.Username, "vcd_password": user.Password,
		"lookup_service_url": "https://vcenter.example.com/lookupservice/sdk", "lookup_service_thumbprint": s.LookupServiceThumbprint(),
	}
	maps.Copy(config, more)
	return config
}

// Replicator returns a configuration of vcda_replicator for one of the site's replicators.
func (s *Site) Replicator(index int, more direct.Values) direct.Values {
	user, password := SSO()
	config := direct.Values{
		"api_url": s.Replicators[index].PublicURL(), "api_thumbprint": s.Replicators[index].Thumbprint(), "root_password": RootPassword,
		"sso_user": user, "sso_password": password,
		"lookup_service_url": "https://vcenter.example.com", "lookup_service_thumbprint": s.LookupServiceThumbprint(),
	}
	maps.Copy(config, more)
	return config
}

// Tunnel returns a configuration of vcda_tunnel for one of the site's tunnels.
func (s *Site) Tunnel(index int, more direct.Values) direct.Values {
	config := direct.Values{"url": s.Tunnels[index].PublicURL(), "certificate": Encoded(s.Tunnels[index]), "root_password": RootPassword}
	maps.Copy(config, more)
	return config
}

// Kinds are the types that set appliances up, each with its service and a configuration
// that also has the defaults.
var Kinds = map[string]struct {
	Service simulator.Service
	Config  func(*Site) direct.Values
}{
	"vcda_appliance_password": {simulator.Manager, func(s *Site) direct.Values {
		return direct.Values{
			"url": s.Main.URL(), "thumbprint": s.Main.Thumbprint(), "new_password": RootPassword,
			"current_password": simulator.DefaultAccounts().LocalUsers[0].Password,
		}
	}},
	"vcda_vcenter_replication_manager": {simulator.Manager, func(s *Site) direct.Values { return s.VCenterManager(nil) }},
	"vcda_cloud_director_replication_manager": {simulator.Cloud, func(s *Site) direct.Values {
		return s.DirectorManager(direct.Values{"public_endpoint_port": 443})
	}},
	"vcda_replicator": {simulator.Manager, func(s *Site) direct.Values {
		return s.Replicator(0, direct.Values{"owner": "*", "site_name": "alpha"})
	}},
	"vcda_tunnel": {simulator.Cloud, func(s *Site) direct.Values { return s.Tunnel(0, nil) }},
}

// Encoded returns the certificate of an appliance as base64 of its DER form.
func Encoded(a *simulator.Appliance) string {
	block, _ := pem.Decode([]byte(a.CertificatePEM()))
	return base64.StdEncoding.EncodeToString(block.Bytes)
}

// Create plans and applies a create that must succeed.
func Create(t testing.TB, p *direct.Provider, name string, config direct.Values) direct.Object {
	t.Helper()
	return Change(t, p, name, direct.Object{}, config)
}

// Change plans and applies a change that must succeed, and requires an empty plan
// after it. Like a CLI before 1.12, it passes no identity.
func Change(t testing.TB, p *direct.Provider, name string, prior direct.Object, config direct.Values) direct.Object {
	t.Helper()
	prior.Identity = nil
	plan := p.Plan(t, name, prior, config)
	NoErrors(t, plan.Diagnostics)
	object, problems := p.Apply(t, plan)
	NoErrors(t, problems)
	return Unchanged(t, p, name, object, config)
}

// Unchanged refreshes an object, and requires an empty plan.
func Unchanged(t testing.TB, p *direct.Provider, name string, object direct.Object, config direct.Values) direct.Object {
	t.Helper()
	object, problems := p.Refresh(t, name, object)
	NoErrors(t, problems)
	if object.Values == nil {
		t.Fatalf("%s is gone", name)
	}
	if changes := Differences(t, p, name, object, config); len(changes) > 0 {
		t.Errorf("%s is planned to change: %v", name, changes)
	}
	return object
}

// Differences returns the attributes that a plan changes.
func Differences(t testing.TB, p *direct.Provider, name string, prior direct.Object, config direct.Values) map[string][2]any {
	t.Helper()
	plan := p.Plan(t, name, prior, config)
	NoErrors(t, plan.Diagnostics)
	return plan.Changes(prior)
}

// NoErrors fails the test if there are errors.
func NoErrors(t testing.TB, diagnostics direct.Diagnostics) {
	t.Helper()
	if problems := diagnostics.Errors(); len(problems) > 0 {
		t.Fatal(problems)
	}
}

// Count returns how often each call that changes something arrived at an appliance, and
// resets the counts.
func Count(a *simulator.Appliance) map[string]int {
	writes := map[string]int{}
	for _, record := range a.Requests() {
		if record.Method != http.MethodGet && !isSession(record.Path) {
			writes[record.Method+" "+record.Path]++
		}
	}
	a.ResetStats()
	return writes
}

func isSession(path string) bool { return path == "/sessions" }

// ID returns the id of an object.
func ID(t *testing.T, object direct.Object) string {
	t.Helper()
	id, ok := object.Values["id"].(string)
	if !ok {
		t.Fatalf("it has no id: %v", object.Values)
	}
	return id
}

// Row returns an item of a list.
func Row(t *testing.T, row any) direct.Values {
	t.Helper()
	values, ok := row.(direct.Values)
	if !ok {
		t.Fatalf("a row is %T", row)
	}
	return values
}
