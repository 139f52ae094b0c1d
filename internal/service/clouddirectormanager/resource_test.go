package clouddirectormanager_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/deployed"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const name = "vcda_cloud_director_replication_manager"

type calls = map[string]int

// checks are the calls by which the appliance checks planned values.
var checks = []string{"POST /config/check-lookup-service", "POST /config/check-vcloud"}

// requireCalls compares the calls that change something.
func requireCalls(t *testing.T, a *simulator.Appliance, want calls) {
	t.Helper()
	got := deployed.Count(a)
	for _, check := range checks {
		delete(got, check)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("calls that change something (-want +got):\n%s", diff)
	}
}

func requireError(t *testing.T, problems direct.Diagnostics, parts ...string) {
	t.Helper()
	text := strings.Join(problems.Errors(), "\n")
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("the error lacks %q:\n%s", part, text)
		}
	}
}

var everything = calls{
	"POST /license": 1, "POST /config/site": 1, "POST /config/endpoints": 1, "POST /config/vcloud": 1,
	"POST /config/lookup-service": 1, "POST /config/manager/lookup-service": 1,
}

func TestCreate(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"4.5", "4.6", "4.7"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			site := deployed.Ready(t, simulator.Cloud)
			site.Main.LagConfigured(2)
			site.Main.EmptyEndpoints()
			site.Main.RegisterTunnel(site.Tunnels[0])
			object := deployed.Create(t, site.Provider(t, direct.Values{"api_version": version}), name, site.DirectorManager(nil))
			requireCalls(t, site.Main, everything)
			v := object.Values
			endpoints, _ := v["endpoints"].(direct.Values)
			if v["id"] != site.Main.Setup().InstanceID || v["is_licensed"] != true || v["is_configured"] != true || v["vcd_url"] != "https://director.example.com" || len(endpoints) != 8 {
				t.Errorf("%v", v)
			}
			for field, value := range endpoints {
				if value == nil {
					t.Errorf("%s is null", field)
				}
			}
			got := site.Main.Setup()
			if got.SiteName != "cloud-a" || got.Description != "east" || got.DirectorURL != simulator.DirectorURL || got.Endpoints.APIPublicAddress != "cloud-a.example.com" || got.Endpoints.APIPublicPort != 443 {
				t.Errorf("%+v", got)
			}
			if site.Main.Manager().Setup().LookupServiceURL != simulator.LookupServiceURL {
				t.Error("the Manager has no lookup service")
			}
		})
	}
}

// TestCreate_withoutUnprovenCalls: the appliance lacks the calls that are known from old appliances only.
func TestCreate_withoutUnprovenCalls(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	site.Main.Lack("/config/check-lookup-service", "/config/check-vcloud", "/config/manager/lookup-service")
	p := site.Provider(t, nil)
	_, problems := p.Apply(t, p.Plan(t, name, direct.Object{}, site.DirectorManager(nil)))
	deployed.NoErrors(t, problems)
	if text := strings.Join(problems.Warnings(), "\n"); !strings.Contains(text, "The lookup service of the Manager was not set") {
		t.Errorf("warnings: %q", text)
	}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	site.Main.RegisterTunnel(site.Tunnels[0])
	p := site.Provider(t, nil)
	object := deployed.Create(t, p, name, site.DirectorManager(nil))
	site.Main.ResetStats()
	lookupService := site.All.AddServer("https://vcenter-2.example.com")
	director := site.All.AddServer("https://director-2.example.com")
	password := simulator.DefaultAccounts().VCDUsers[0].Password
	both := calls{"POST /config/lookup-service": 1, "POST /config/manager/lookup-service": 1}
	vcloud := calls{"POST /config/vcloud": 1}
	config := site.DirectorManager(nil)
	for _, change := range []struct {
		name string
		more direct.Values
		want calls
	}{
		{"license", direct.Values{"license_key": "OTHER-AAAAA-AAAAA-AAAAA-AAAAA"}, calls{"POST /license": 1}},
		{"endpoint", direct.Values{"public_endpoint_port": 8443}, calls{"POST /config/endpoints": 1}},
		{"endpoint removed", direct.Values{"public_endpoint_address": nil, "public_endpoint_port": nil}, calls{}},
		{"equal URL", direct.Values{"vcd_url": "https://director.example.com:443/api"}, calls{}},
		{"equal site description", direct.Values{"site_description": " east\r\n"}, calls{}},
		{"Cloud Director", direct.Values{"vcd_url": "https://director-2.example.com/api", "vcd_thumbprint": director}, vcloud},
		{"thumbprint removed", direct.Values{"vcd_thumbprint": nil}, calls{}},
		{"password write-only", direct.Values{"vcd_password": nil, "vcd_password_wo": password, "vcd_password_wo_version": 1}, calls{}},
		{"password version", direct.Values{"vcd_password_wo_version": 2}, vcloud},
		{"lookup service", direct.Values{"lookup_service_url": "https://vcenter-2.example.com", "lookup_service_thumbprint": lookupService}, both},
		{"Manager off", direct.Values{"manager_lookup_service": false}, calls{}},
		{"no triggers", direct.Values{"reapply_triggers": direct.Values{}}, calls{}},
		{"triggers", direct.Values{"reapply_triggers": direct.Values{"certificate": "2"}}, calls{"POST /config/lookup-service": 1}},
		{"Manager on", direct.Values{"manager_lookup_service": true}, calls{"POST /config/manager/lookup-service": 1}},
	} {
		maps.Copy(config, change.more)
		t.Log(change.name)
		object = deployed.Change(t, p, name, object, config)
		requireCalls(t, site.Main, change.want)
	}
	if got := site.Main.Setup().Endpoints; got.MgmtPublicAddress != "tn-"+site.Tunnels[0].Setup().InstanceID+".tnexus.io" && got.MgmtPublicAddress != "" {
		t.Errorf("the tunnel's name is lost: %+v", got)
	}
}

// TestUpdate_managerFails sets the lookup service of the Manager in the next apply, though
// that of the Cloud service is not due any more.
func TestUpdate_managerFails(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	p := site.Provider(t, nil)
	object := deployed.Create(t, p, name, site.DirectorManager(nil))
	changed := site.DirectorManager(direct.Values{"reapply_triggers": direct.Values{"a": "b"}})
	site.Main.Fault(simulator.Fault{Method: "POST", Path: "/config/manager/lookup-service", Kind: simulator.Status, Status: http.StatusInternalServerError, Times: 1})
	object, problems := p.Apply(t, p.Plan(t, name, object, changed))
	if text := strings.Join(problems.Errors(), "\n"); !strings.Contains(text, "The lookup service of the Manager was not set") {
		t.Errorf("errors: %q", text)
	}
	site.Main.ResetStats()
	deployed.Change(t, p, name, object, changed)
	requireCalls(t, site.Main, calls{"POST /config/manager/lookup-service": 1})
}

func TestDrift(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	p, config := site.Provider(t, nil), site.DirectorManager(nil)
	object := deployed.Create(t, p, name, config)
	site.Main.ResetStats()
	thumbprint, user := site.All.ServerThumbprint(simulator.DirectorURL), simulator.DefaultAccounts().VCDUsers[0].Username
	vcloud := calls{"POST /config/vcloud": 1}
	for drift, row := range map[string]struct {
		happen func()
		want   calls
	}{
		"license":         {site.Main.RemoveLicense, calls{"POST /license": 1}},
		"endpoint":        {func() { site.Main.SetPublicEndpoint("elsewhere.example.com", 8443) }, calls{"POST /config/endpoints": 1}},
		"Cloud Director":  {func() { site.Main.SetDirector("https://other.example.com:443/api", thumbprint, user) }, vcloud},
		"its user":        {func() { site.Main.SetDirector(simulator.DirectorURL, thumbprint, "other@System") }, vcloud},
		"its certificate": {func() { site.Main.SetDirector(simulator.DirectorURL, site.Main.Thumbprint(), user) }, vcloud},
		"lookup service":  {func() { site.Main.SetLookupService(simulator.LookupServiceURL, site.Main.Thumbprint()) }, calls{"POST /config/lookup-service": 1, "POST /config/manager/lookup-service": 1}},
	} {
		row.happen()
		refreshed, problems := p.Refresh(t, name, object)
		deployed.NoErrors(t, problems)
		if len(deployed.Differences(t, p, name, refreshed, config)) == 0 {
			t.Errorf("%s: the drift does not show", drift)
		}
		object = deployed.Change(t, p, name, refreshed, config)
		requireCalls(t, site.Main, row.want)
	}
}

// TestRestored: a restored backup has the same ID and older values, which the next
// apply fixes.
func TestRestored(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	p, config := site.Provider(t, nil), site.DirectorManager(nil)
	object := deployed.Create(t, p, name, config)
	before := site.Main.Setup()
	site.Main.RemoveLicense()
	site.Main.SetLookupService("https://former.example.com:443/lookupservice/sdk", site.Main.Thumbprint())
	site.Main.SetDirector("https://former.example.com/api", site.Main.Thumbprint(), "former@System")
	site.Main.SetPublicEndpoint("former.example.com", 8443)
	refreshed, problems := p.Refresh(t, name, object)
	deployed.NoErrors(t, problems)
	if refreshed.Values["id"] != object.Values["id"] || refreshed.Values["public_endpoint_address"] != "former.example.com" || refreshed.Values["vcd_username"] != "former@System" {
		t.Errorf("%v", refreshed.Values)
	}
	deployed.Change(t, p, name, refreshed, config)
	if diff := cmp.Diff(before, site.Main.Setup()); diff != "" {
		t.Errorf("after the apply (-before +after):\n%s", diff)
	}
}

// TestPreflight: with an open session, the plan of a change lets the appliance check it; a plan without one sends
// nothing.
func TestPreflight(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	object := deployed.Create(t, site.Provider(t, nil), name, site.DirectorManager(nil))
	site.Main.ResetStats()
	p := site.Provider(t, direct.Values{"preflight": true})
	wrong := site.DirectorManager(direct.Values{"vcd_password": "Wrong-passw0rd", "vcd_url": "https://127.0.0.1:1", "vcd_thumbprint": nil})
	if plan := p.Plan(t, name, object, wrong); len(plan.Diagnostics) > 0 || site.Main.Stats().Total > 0 {
		t.Errorf("without a session: %v, %d requests", plan.Diagnostics, site.Main.Stats().Total)
	}
	object = deployed.Unchanged(t, p, name, object, site.DirectorManager(nil))
	plan := p.Plan(t, name, object, wrong)
	deployed.NoErrors(t, plan.Diagnostics)
	text := strings.Join(plan.Diagnostics.Warnings(), "\n")
	if !strings.Contains(text, "vcd_url: The appliance can't use the Cloud Director") || !strings.Contains(text, "preflight = false") || strings.Contains(text, "Wrong-passw0rd") {
		t.Errorf("warnings: %q", text)
	}
	if diff := cmp.Diff(calls{"POST /config/check-vcloud": 1}, deployed.Count(site.Main)); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// TestTunnelAddress: the address that a tunnel has set stays when the public endpoint changes.
func TestTunnelAddress(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	p := site.Provider(t, nil)
	object := deployed.Create(t, p, name, site.DirectorManager(nil))
	tunnel := deployed.Create(t, p, "vcda_tunnel", site.Tunnel(0, nil))
	deployed.Change(t, p, name, object, site.DirectorManager(direct.Values{"public_endpoint_address": "other.example.com", "public_endpoint_port": 8443}))
	id, _ := tunnel.Values["id"].(string)
	want := simulator.Endpoints{MgmtPublicAddress: "tn-" + id + ".tnexus.io", MgmtPublicPort: 8048, APIPublicAddress: "other.example.com", APIPublicPort: 8443}
	if diff := cmp.Diff(want, site.Main.Setup().Endpoints); diff != "" {
		t.Errorf("endpoints (-want +got):\n%s", diff)
	}
}

// TestBadInput: wrong credentials and certificates are found before the site name is set.
func TestBadInput(t *testing.T) {
	t.Parallel()
	wrong := "SHA-256" + strings.Repeat(":AB", 32)
	for title, row := range map[string]struct {
		more direct.Values
		says []string
	}{
		"password":               {direct.Values{"vcd_password": "wrong"}, []string{"vcd_url: Unable to", "The appliance can't use the Cloud Director", "vcd_username"}},
		"thumbprint":             {direct.Values{"vcd_thumbprint": wrong}, []string{"vcd_url: Unable to", "vcd_thumbprint"}},
		"lookup service":         {direct.Values{"lookup_service_thumbprint": wrong}, []string{"lookup_service_url: Unable to", "lookup_service_thumbprint"}},
		"unknown Cloud Director": {direct.Values{"vcd_url": "https://nowhere.example.com"}, []string{"vcd_url: Unable to"}},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			site := deployed.Ready(t, simulator.Cloud)
			p := site.Provider(t, nil)
			object, problems := p.Apply(t, p.Plan(t, name, direct.Object{}, site.DirectorManager(row.more)))
			requireError(t, problems, row.says...)
			if object.Values != nil || site.Main.Setup().SiteName != "" {
				t.Error("the site name is set, or a failed create leaves a state")
			}
			deployed.Create(t, p, name, site.DirectorManager(nil))
		})
	}
}

func TestCreate_otherService(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Manager)
	p := site.Provider(t, nil)
	_, problems := p.Apply(t, p.Plan(t, name, direct.Object{}, site.DirectorManager(nil)))
	requireError(t, problems, "Use the type vcda_vcenter_replication_manager")
	requireCalls(t, site.Main, calls{})
}

func TestSiteDescription_changed(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	p := site.Provider(t, nil)
	object := deployed.Create(t, p, name, site.DirectorManager(nil))
	plan := p.Plan(t, name, object, site.DirectorManager(direct.Values{"site_description": "west"}))
	requireError(t, plan.Diagnostics, "site_description: Unable to change site_description")
}

func TestDelete(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	p := site.Provider(t, nil)
	object := deployed.Create(t, p, name, site.DirectorManager(nil))
	site.Main.ResetStats()
	plan := p.Plan(t, name, object, nil)
	_, problems := p.Apply(t, plan)
	deployed.NoErrors(t, problems)
	for _, warnings := range [][]string{plan.Diagnostics.Warnings(), problems.Warnings()} {
		if !strings.Contains(strings.Join(warnings, "\n"), "Nothing is undone") {
			t.Errorf("warnings: %q", warnings)
		}
	}
	requireCalls(t, site.Main, calls{})
}

func TestImport(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	p := site.Provider(t, nil)
	deployed.Create(t, p, name, site.DirectorManager(nil))
	site.Main.ResetStats()
	object, problems := p.Import(t, name, site.Main.Setup().InstanceID, nil)
	deployed.NoErrors(t, problems)
	object, problems = p.Refresh(t, name, object)
	deployed.NoErrors(t, problems)
	deployed.Change(t, p, name, object, site.DirectorManager(direct.Values{"license_key": nil}))
	requireCalls(t, site.Main, calls{"POST /config/vcloud": 1})
}
