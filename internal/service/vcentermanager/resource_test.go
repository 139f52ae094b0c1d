package vcentermanager_test

import (
	"bytes"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/deployed"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const name = "vcda_vcenter_replication_manager"

type calls = map[string]int

func requireCalls(t *testing.T, a *simulator.Appliance, want calls) {
	t.Helper()
	if diff := cmp.Diff(want, deployed.Count(a)); diff != "" {
		t.Errorf("calls that change something (-want +got):\n%s", diff)
	}
}

func TestCreate(t *testing.T) {
	t.Parallel()
	for version, register := range map[string]string{"4.5": "POST /config/vsphere-ui/register", "4.6": "POST /config/vsphere-ui", "4.7": "POST /config/vsphere-ui"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			site := deployed.Ready(t, simulator.Manager)
			p := site.Provider(t, direct.Values{"api_version": version})
			site.Main.LagConfigured(3)
			site.Main.MaskLicense()
			object := deployed.Create(t, p, name, site.VCenterManager(nil))
			v := object.Values
			if v["id"] != site.Main.Setup().InstanceID || v["vsphere_plugin_status"] != "OK" || v["is_licensed"] != true || v["is_configured"] != true || v["license_expires_at"] != nil {
				t.Errorf("%v", v)
			}
			if v["lookup_service_url"] != "https://vcenter.example.com" {
				t.Errorf("lookup service %v", v["lookup_service_url"])
			}
			requireCalls(t, site.Main, calls{"POST /license": 1, "POST /config/site": 1, "POST /config/lookup-service": 1, register: 1})
			got := site.Main.Setup()
			if got.SiteName != "alpha" || got.LookupServiceURL != simulator.LookupServiceURL || !got.Plugin {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestUpdate changes one attribute after the other: each sends only the calls that it needs.
func TestUpdate(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Manager)
	p := site.Provider(t, nil)
	object := deployed.Create(t, p, name, site.VCenterManager(nil))
	site.Main.ResetStats()
	other := site.All.AddServer("https://vcenter-2.example.com")
	accounts := site.Main.Accounts()
	second := accounts.SSOUsers[0]
	second.User, second.Username, second.Password = "second@vsphere.local", "second@vsphere.local", "Second-pass-1"
	accounts.SSOUsers = append(accounts.SSOUsers, second)
	site.Main.SetAccounts(accounts)
	lookupService := calls{"POST /config/lookup-service": 1}
	config := site.VCenterManager(nil)
	for _, change := range []struct {
		name string
		more direct.Values
		want calls
	}{
		{"license", direct.Values{"license_key": "OTHER-AAAAA-AAAAA-AAAAA-AAAAA"}, calls{"POST /license": 1}},
		{"license write-only", direct.Values{"license_key": nil, "license_key_wo": "OTHER-AAAAA-AAAAA-AAAAA-AAAAA", "license_key_wo_version": 1}, calls{}},
		{"license version", direct.Values{"license_key_wo_version": 2}, calls{"POST /license": 1}},
		{"license removed", direct.Values{"license_key_wo": nil, "license_key_wo_version": nil}, calls{}},
		{"equal URL", direct.Values{"lookup_service_url": "https://VCENTER.example.com:443/lookupservice/sdk"}, calls{}},
		{"lookup service", direct.Values{"lookup_service_url": "https://vcenter-2.example.com", "lookup_service_thumbprint": other}, calls{"POST /config/lookup-service": 1, "POST /config/vsphere-ui": 1}},
		{"SSO user", direct.Values{"sso_user": second.Username, "sso_password": second.Password}, lookupService},
		{"SSO password write-only", direct.Values{"sso_password": nil, "sso_password_wo": second.Password, "sso_password_wo_version": 1}, calls{}},
		{"SSO password version", direct.Values{"sso_password_wo_version": 2}, lookupService},
		{"no triggers", direct.Values{"reapply_triggers": direct.Values{}}, calls{}},
		{"triggers", direct.Values{"reapply_triggers": direct.Values{"certificate": "2"}}, calls{"POST /config/lookup-service": 1, "POST /config/vsphere-ui": 1}},
		{"plug-in off", direct.Values{"vsphere_plugin": false}, calls{"DELETE /config/vsphere-ui": 1}},
		{"plug-in on", direct.Values{"vsphere_plugin": true}, calls{"POST /config/vsphere-ui": 1}},
		{"timeouts", direct.Values{"timeouts": direct.Values{"update": "20m"}}, calls{}},
	} {
		maps.Copy(config, change.more)
		t.Log(change.name)
		object = deployed.Change(t, p, name, object, config)
		requireCalls(t, site.Main, change.want)
	}
}

// TestCreate_progress logs each step, and the wait for the appliance to be configured.
func TestCreate_progress(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Manager)
	site.Main.LagConfigured(4)
	var log bytes.Buffer
	deployed.Create(direct.Logging(t, &log), site.Provider(t, nil), name, site.VCenterManager(nil))
	var want []string
	for _, text := range []string{
		"license: done", "site name: done", "lookup service: done", "plug-in of the vSphere Client: done",
		"waiting until the appliance reports that it is configured", "the appliance reports that it is configured",
	} {
		want = append(want, "set-up of "+site.Main.URL()+": "+text)
	}
	if diff := cmp.Diff(want, direct.Infos(t, &log)); diff != "" {
		t.Errorf("logged (-want +got):\n%s", diff)
	}
}

// TestWarnings: steps that neither fail nor are done.
func TestWarnings(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Manager)
	p := site.Provider(t, nil)
	site.Main.LagConfigured(1000)
	object, problems := p.Apply(t, p.Plan(t, name, direct.Object{}, site.VCenterManager(nil)))
	deployed.NoErrors(t, problems)
	site.Main.LagConfigured(0)
	for text, warnings := range map[string]direct.Diagnostics{
		"The appliance is not configured yet": problems,
		"license_key: The license stays":      p.Plan(t, name, object, site.VCenterManager(direct.Values{"license_key": nil})).Diagnostics,
		"license_key: Unusual license key":    p.ValidateResource(t, name, site.VCenterManager(direct.Values{"license_key": "AAAAA-BBBBB"})),
	} {
		deployed.NoErrors(t, warnings)
		if !strings.Contains(strings.Join(warnings.Warnings(), "\n"), text) {
			t.Errorf("%q is missing: %q", text, warnings.Warnings())
		}
	}
}

func TestDrift(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Manager)
	p, config := site.Provider(t, nil), site.VCenterManager(nil)
	object := deployed.Create(t, p, name, config)
	site.Main.ResetStats()
	for drift, row := range map[string]struct {
		happen func()
		want   calls
	}{
		"license": {site.Main.RemoveLicense, calls{"POST /license": 1}},
		"lookup service": {func() {
			site.Main.SetLookupService("https://other.example.com:443/lookupservice/sdk", site.Main.Thumbprint())
		}, calls{"POST /config/lookup-service": 1, "POST /config/vsphere-ui": 1}},
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

// TestPreflight: the plan checks the certificate that the lookup service shows.
func TestPreflight(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Manager)
	p := site.Provider(t, direct.Values{"preflight": true})
	for thumbprint, warns := range map[string]bool{site.Tunnels[0].Thumbprint(): false, site.Main.Thumbprint(): true} {
		plan := p.Plan(t, name, direct.Object{}, site.VCenterManager(direct.Values{"lookup_service_url": site.Tunnels[0].URL(), "lookup_service_thumbprint": thumbprint}))
		deployed.NoErrors(t, plan.Diagnostics)
		if text := strings.Join(plan.Diagnostics.Warnings(), "\n"); strings.Contains(text, "lookup_service_thumbprint: The lookup service shows another certificate") != warns {
			t.Errorf("warnings: %q", text)
		}
	}
}

// TestRestored: a restored backup has the same ID and older values, which the next
// apply fixes.
func TestRestored(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Manager)
	p, config := site.Provider(t, nil), site.VCenterManager(nil)
	object := deployed.Create(t, p, name, config)
	site.Main.ResetStats()
	site.Main.RemoveLicense()
	site.Main.SetLookupService("https://former.example.com:443/lookupservice/sdk", site.Main.Thumbprint())
	refreshed, problems := p.Refresh(t, name, object)
	deployed.NoErrors(t, problems)
	if refreshed.Values["id"] != object.Values["id"] || refreshed.Values["lookup_service_url"] != "https://former.example.com:443/lookupservice/sdk" || refreshed.Values["is_licensed"] != false {
		t.Errorf("%v", refreshed.Values)
	}
	deployed.Change(t, p, name, refreshed, config)
	requireCalls(t, site.Main, calls{"POST /license": 1, "POST /config/lookup-service": 1, "POST /config/vsphere-ui": 1})
}

// TestCreate_slowCalls: each write takes 30 seconds, which is longer than request_timeout
// allows; only the timeout of the operation ends one.
func TestCreate_slowCalls(t *testing.T) {
	t.Parallel()
	t.Run("within the time", func(t *testing.T) {
		t.Parallel()
		site := deployed.Ready(t, simulator.Manager)
		site.Main.BeforeResponse(func(r *http.Request) {
			if r.Method == http.MethodPost && !strings.HasSuffix(r.URL.Path, "/sessions") {
				site.Clock.Advance(30 * time.Second)
			}
		})
		deployed.Create(t, site.Provider(t, direct.Values{"request_timeout": "5s"}), name, site.VCenterManager(nil))
		requireCalls(t, site.Main, calls{"POST /license": 1, "POST /config/site": 1, "POST /config/lookup-service": 1, "POST /config/vsphere-ui": 1})
	})
	t.Run("longer than the operation", func(t *testing.T) {
		t.Parallel()
		site := deployed.Ready(t, simulator.Manager)
		site.Main.Fault(simulator.Fault{
			Method: http.MethodPost, Path: "/config/lookup-service", Kind: simulator.Hang,
			OnHang: func() { site.Clock.Advance(30 * time.Second) },
		})
		p := site.Provider(t, direct.Values{"request_timeout": "5s"})
		plan := p.Plan(t, name, direct.Object{}, site.VCenterManager(direct.Values{"timeouts": direct.Values{"create": "20s"}}))
		_, problems := p.Apply(t, plan)
		requireError(t, problems, "lookup_service_url: Unable to set the appliance up", "license, site name")
	})
}

// TestCreate_responsesLost: the response to each write gets lost once. Only the site name is not sent again.
func TestCreate_responsesLost(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Manager)
	for _, path := range []string{"/license", "/config/site", "/config/lookup-service", "/config/vsphere-ui"} {
		site.Main.Fault(simulator.Fault{Method: http.MethodPost, Path: path, Kind: simulator.DropResponse, Times: 1})
	}
	deployed.Create(t, site.Provider(t, nil), name, site.VCenterManager(nil))
	requireCalls(t, site.Main, calls{"POST /license": 2, "POST /config/site": 1, "POST /config/lookup-service": 2, "POST /config/vsphere-ui": 2})
}

// TestSiteName: other names for an appliance that has one are refused.
func TestSiteName(t *testing.T) {
	t.Parallel()
	t.Run("create with another name", func(t *testing.T) {
		t.Parallel()
		site := deployed.Ready(t, simulator.Manager)
		site.Main.SetSite("beta", "")
		p := site.Provider(t, nil)
		_, problems := p.Apply(t, p.Plan(t, name, direct.Object{}, site.VCenterManager(nil)))
		requireError(t, problems, "site_name: Unable to set the appliance up", `has the site name "beta"`, "terraform import "+name+".NAME "+site.Main.Setup().InstanceID)
		requireCalls(t, site.Main, calls{})
	})
	t.Run("create with the same name", func(t *testing.T) {
		t.Parallel()
		site := deployed.Ready(t, simulator.Manager)
		site.Main.SetSite("alpha", "")
		deployed.Create(t, site.Provider(t, nil), name, site.VCenterManager(nil))
		requireCalls(t, site.Main, calls{"POST /license": 1, "POST /config/lookup-service": 1, "POST /config/vsphere-ui": 1})
	})
	t.Run("create with the same name, without the plug-in", func(t *testing.T) {
		t.Parallel()
		site := deployed.Ready(t, simulator.Manager)
		deployed.Create(t, site.Provider(t, nil), name, site.VCenterManager(nil))
		site.Main.ResetStats()
		deployed.Create(t, site.Provider(t, nil), name, site.VCenterManager(direct.Values{"vsphere_plugin": false}))
		requireCalls(t, site.Main, calls{"POST /license": 1, "POST /config/lookup-service": 1, "DELETE /config/vsphere-ui": 1})
		if site.Main.Setup().Plugin {
			t.Error("the plug-in stays registered")
		}
	})
	t.Run("changed", func(t *testing.T) {
		t.Parallel()
		site := deployed.Ready(t, simulator.Manager)
		p := site.Provider(t, nil)
		object := deployed.Create(t, p, name, site.VCenterManager(nil))
		plan := p.Plan(t, name, object, site.VCenterManager(direct.Values{"site_name": "gamma"}))
		requireError(t, plan.Diagnostics, "site_name: Unable to change site_name", `has the site name "alpha"`)
		site.Main.Redeploy()
		site.Main.SetRootPassword("Redeployed-1")
		again := site.Provider(t, nil)
		plan = again.Plan(t, name, object, site.VCenterManager(direct.Values{"site_name": "gamma"}))
		deployed.NoErrors(t, plan.Diagnostics)
		if !plan.RequiresReplace {
			t.Error("a new appliance is not set up again")
		}
		gone, problems := again.Refresh(t, name, object)
		deployed.NoErrors(t, problems)
		if gone.Values != nil {
			t.Error("the redeployed appliance is taken for the old one")
		}
	})
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

// TestBadInput: wrong values are refused, if possible before the site name is set.
func TestBadInput(t *testing.T) {
	t.Parallel()
	wrong := "SHA-256" + strings.Repeat(":AB", 32)
	for title, row := range map[string]struct {
		more  direct.Values
		says  []string
		wrote calls
	}{
		"license":    {direct.Values{"license_key": "WRONG-AAAAA-AAAAA-AAAAA-AAAAA"}, []string{"license_key: Unable to", "Check the license key"}, calls{"POST /license": 1}},
		"thumbprint": {direct.Values{"lookup_service_thumbprint": wrong}, []string{"lookup_service_thumbprint: Unable to", "correct lookup_service_thumbprint"}, calls{"POST /license": 1}},
		"SSO":        {direct.Values{"sso_password": "wrong"}, []string{"lookup_service_url: Unable to", "sso_user and sso_password", "Completed before: license, site name"}, calls{"POST /license": 1, "POST /config/site": 1, "POST /config/lookup-service": 1}},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			site := deployed.Ready(t, simulator.Manager)
			p := site.Provider(t, nil)
			object, problems := p.Apply(t, p.Plan(t, name, direct.Object{}, site.VCenterManager(row.more)))
			requireError(t, problems, row.says...)
			if object.Values != nil {
				t.Error("a failed create leaves a state, which Terraform would destroy")
			}
			requireCalls(t, site.Main, row.wrote)
			deployed.Create(t, p, name, site.VCenterManager(nil)) // continues from there
		})
	}
	for title, more := range map[string]direct.Values{
		"site name": {"site_name": "not a name"}, "URL": {"lookup_service_url": "vcenter"}, "two passwords": {"sso_password_wo": "x"}, "no password": {"sso_password": nil},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			site := deployed.Ready(t, simulator.Manager)
			if problems := site.Provider(t, nil).ValidateResource(t, name, site.VCenterManager(more)).Errors(); len(problems) == 0 {
				t.Error("it is accepted")
			}
		})
	}
}

func TestCreate_otherService(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	p := site.Provider(t, nil)
	_, problems := p.Apply(t, p.Plan(t, name, direct.Object{}, site.VCenterManager(nil)))
	requireError(t, problems, "Use the type vcda_cloud_director_replication_manager")
	requireCalls(t, site.Main, calls{})
}

// TestUpdate_failsHalfWay: a failed update keeps the finished steps, and the next one continues.
func TestUpdate_failsHalfWay(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Manager)
	p := site.Provider(t, nil)
	object := deployed.Create(t, p, name, site.VCenterManager(nil))
	changed := site.VCenterManager(direct.Values{"license_key": "OTHER-AAAAA-AAAAA-AAAAA-AAAAA", "reapply_triggers": direct.Values{"a": "b"}})
	site.Main.Fault(simulator.Fault{Method: "POST", Path: "/config/lookup-service", Kind: simulator.Status, Status: http.StatusInternalServerError, Times: 1})
	object, problems := p.Apply(t, p.Plan(t, name, object, changed))
	requireError(t, problems, "The lookup service was not set", "Completed before: license")
	if object.Values["license_key"] != "OTHER-AAAAA-AAAAA-AAAAA-AAAAA" || object.Values["reapply_triggers"] != nil {
		t.Errorf("%v", object.Values)
	}
	site.Main.ResetStats()
	deployed.Change(t, p, name, object, changed)
	requireCalls(t, site.Main, calls{"POST /config/lookup-service": 1, "POST /config/vsphere-ui": 1})
}

// TestUpdate_pluginFails: the next apply registers the plug-in again, although the lookup service no longer changes.
func TestUpdate_pluginFails(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Manager)
	p := site.Provider(t, nil)
	object := deployed.Create(t, p, name, site.VCenterManager(nil))
	changed := site.VCenterManager(direct.Values{"reapply_triggers": direct.Values{"a": "b"}})
	site.Main.Fault(simulator.Fault{Method: "POST", Path: "/config/vsphere-ui", Kind: simulator.Status, Status: http.StatusInternalServerError, Times: 1})
	object, problems := p.Apply(t, p.Plan(t, name, object, changed))
	requireError(t, problems, "The plug-in of the vSphere Client was not set", "Completed before: lookup service")
	site.Main.ResetStats()
	object = deployed.Change(t, p, name, object, changed)
	requireCalls(t, site.Main, calls{"POST /config/vsphere-ui": 1})
	site.Main.Fault(simulator.Fault{Method: "DELETE", Path: "/config/vsphere-ui", Kind: simulator.Status, Status: http.StatusInternalServerError, Times: 1})
	_, problems = p.Apply(t, p.Plan(t, name, object, site.VCenterManager(direct.Values{"vsphere_plugin": false})))
	requireError(t, problems, "The removal of the plug-in of the vSphere Client failed")
}

func TestDelete(t *testing.T) {
	t.Parallel()
	for title, row := range map[string]struct {
		version string
		more    direct.Values
		want    calls
		warns   string
	}{
		"registered":      {"4.7", nil, calls{"DELETE /config/vsphere-ui": 1}, "Site name, license and lookup service stay"},
		"off":             {"4.7", direct.Values{"vsphere_plugin": false}, calls{}, "Site name, license and lookup service stay"},
		"4.5":             {"4.5", nil, calls{"POST /config/vsphere-ui/unregister": 1}, "Site name, license and lookup service stay"},
		"4.5, write-only": {"4.5", direct.Values{"sso_password": nil, "sso_password_wo": "Simulator-sso-1", "sso_password_wo_version": 1}, calls{}, "The plug-in of the vSphere Client stays registered"},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			site := deployed.Ready(t, simulator.Manager)
			p := site.Provider(t, direct.Values{"api_version": row.version})
			object := deployed.Create(t, p, name, site.VCenterManager(row.more))
			site.Main.ResetStats()
			plan := p.Plan(t, name, object, nil)
			if text := strings.Join(plan.Diagnostics.Warnings(), "\n"); !strings.Contains(text, row.warns) {
				t.Errorf("the plan warns %q", text)
			}
			_, problems := p.Apply(t, plan)
			deployed.NoErrors(t, problems)
			if text := strings.Join(problems.Warnings(), "\n"); !strings.Contains(text, row.warns) {
				t.Errorf("the apply warns %q", text)
			}
			requireCalls(t, site.Main, row.want)
		})
	}
}

// TestDelete_unsettled: the process of the destroy has to find out the API version first.
func TestDelete_unsettled(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Manager, func(o *simulator.ApplianceOptions) { o.APIVersions = []string{"4.5"} })
	known := direct.Values{"service": "manager"}
	object := deployed.Create(t, site.Provider(t, known), name, site.VCenterManager(nil))
	site.Main.ResetStats()
	p := site.Provider(t, known)
	_, problems := p.Apply(t, p.Plan(t, name, object, nil))
	deployed.NoErrors(t, problems)
	requireCalls(t, site.Main, calls{"POST /config/vsphere-ui/unregister": 1})
	if site.Main.Setup().Plugin {
		t.Error("the plug-in stays")
	}
}

// TestDelete_another: a redeployed appliance is not changed.
func TestDelete_another(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Manager)
	object := deployed.Create(t, site.Provider(t, nil), name, site.VCenterManager(nil))
	site.Main.Redeploy()
	site.Main.SetRootPassword("Redeployed-1")
	site.Main.ResetStats()
	p := site.Provider(t, nil)
	_, problems := p.Apply(t, p.Plan(t, name, object, nil))
	deployed.NoErrors(t, problems)
	requireCalls(t, site.Main, calls{})
}

func TestImport(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Manager)
	p := site.Provider(t, nil)
	deployed.Create(t, p, name, site.VCenterManager(nil))
	for title, by := range map[string]func() (direct.Object, direct.Diagnostics){
		"id": func() (direct.Object, direct.Diagnostics) {
			return p.Import(t, name, site.Main.Setup().InstanceID, nil)
		},
		"identity": func() (direct.Object, direct.Diagnostics) {
			return p.Import(t, name, "", direct.Values{"id": site.Main.Setup().InstanceID})
		},
	} {
		site.Main.ResetStats()
		object, problems := by()
		deployed.NoErrors(t, problems)
		object, problems = p.Refresh(t, name, object)
		deployed.NoErrors(t, problems)
		config := site.VCenterManager(direct.Values{"license_key": nil})
		deployed.Change(t, p, name, object, config)
		if diff := cmp.Diff(calls{"POST /config/lookup-service": 1}, deployed.Count(site.Main)); diff != "" {
			t.Errorf("%s: %s", title, diff)
		}
	}
	object, problems := p.Import(t, name, site.Main.Setup().InstanceID, nil)
	deployed.NoErrors(t, problems)
	object, problems = p.Refresh(t, name, object)
	deployed.NoErrors(t, problems)
	deployed.Change(t, p, name, object, site.VCenterManager(direct.Values{"license_key": nil, "vsphere_plugin": false}))
	requireCalls(t, site.Main, calls{"POST /config/lookup-service": 1, "DELETE /config/vsphere-ui": 1})
	object, problems = p.Import(t, name, "another", nil)
	deployed.NoErrors(t, problems)
	if object, problems = p.Refresh(t, name, object); object.Values != nil || len(problems.Errors()) > 0 {
		t.Errorf("an unknown ID is imported: %v, %v", object.Values, problems.Errors())
	}
}
