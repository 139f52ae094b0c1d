package sessionextension_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestResource_eachMethod: the second process has a new session, which is not extended. Its refresh extends again, so
// its plan is empty.
func TestResource_eachMethod(t *testing.T) {
	t.Parallel()
	_, b := startCloudSites(t, nil)
	for name := range methods(b) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := startCloudSites(t, func(o *simulator.ApplianceOptions) { o.CookieExtend = true })
			config := toSite("site-b", methods(b)[name])
			created := apply(t, acctest.Connect(t, a, nil), direct.Object{}, config)
			for attribute, want := range map[string]any{"id": "site-b", "user": "root"} {
				if got := created.Values[attribute]; got != want {
					t.Errorf("%s = %v, want %v", attribute, got, want)
				}
			}
			if created.Values["org"] == nil || len(created.Values["roles"].([]any)) == 0 { //nolint:errcheck // a set
				t.Errorf("org and roles are missing: %v", created.Values)
			}

			p := acctest.Connect(t, a, nil)
			refreshed, diags := p.Refresh(t, extensionType, created)
			requireNoErrors(t, diags)
			if sites := extendedSites(t, p); sites != "site-a,site-b" {
				t.Errorf("the session extends to %s after the refresh", sites)
			}
			requireUnchanged(t, p, refreshed, config)
			apply(t, p, refreshed, nil)
			if n := ended(a); n != 1 {
				t.Errorf("the destroy ended the extension %d times, want once", n)
			}
		})
	}
}

// TestCreate_accessTokenInProseForm: the published prose and the schema have different forms of the access token, and
// some appliances know only that of the prose.
func TestCreate_accessTokenInProseForm(t *testing.T) {
	t.Parallel()
	a, b := startCloudSites(t, func(o *simulator.ApplianceOptions) { o.ProseExtend = true })
	p := acctest.Connect(t, a, nil)
	apply(t, p, direct.Object{}, toSite("site-b", methods(b)["access_token"]))
	if sites := extendedSites(t, p); sites != "site-a,site-b" {
		t.Errorf("the session extends to %s", sites)
	}
}

func TestDelete_notExtended(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusOK, http.StatusBadRequest, http.StatusNotFound} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			a, b := startCloudSites(t, func(o *simulator.ApplianceOptions) { o.ShrinkUnknownStatus = status })
			created := apply(t, acctest.Connect(t, a, nil), direct.Object{}, toSite("site-b", methods(b)["multisite"]))
			apply(t, acctest.Connect(t, a, nil), created, nil) // another session, without a refresh
			if n := ended(a); n != 1 {
				t.Errorf("the destroy ended the extension %d times, want once", n)
			}
		})
	}
}

// TestWriteOnlySecret_staysOutOfTheState runs by the command line, which checks what
// a provider may plan and store.
func TestWriteOnlySecret_staysOutOfTheState(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.WriteOnly)
	t.Parallel()
	a, b := startCloudSites(t, nil)
	user := b.Accounts().VCDUsers[0]
	config := func(password string, version int) string {
		return acctest.ProviderBlock(a) + fmt.Sprintf("resource %q \"b\" {\n  site = \"site-b\"\n  credentials = { username = %q, password_wo = %q, password_wo_version = %d }\n}\n",
			extensionType, user.Username, password, version)
	}
	const address = extensionType + ".b"
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{
			{
				Config: config(user.Password, 1),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("credentials").AtMapKey("password"), knownvalue.Null()),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("credentials").AtMapKey("password_wo"), knownvalue.Null()),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("roles"), knownvalue.SetPartial([]knownvalue.Check{knownvalue.StringExact("ADMINISTRATORS")})),
				},
			},
			{ // The new session is not extended, and a refresh has no secret: the plan extends.
				Config:           config(user.Password, 1),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
			{
				Config: config(user.Password, 2),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				}},
			},
			{Config: config("wrong", 2), PlanOnly: true, ExpectError: acctest.MatchTexts("Unable to extend the session to the site site-b", "RemoteAuthenticationFailure")},
		},
	})
}

// TestRefresh_refusedSecret: a stored secret that the remote site refuses is a
// warning, because the plan may bring a new one.
func TestRefresh_refusedSecret(t *testing.T) {
	t.Parallel()
	a, b := startCloudSites(t, nil)
	created := apply(t, acctest.Connect(t, a, nil), direct.Object{}, toSite("site-b", methods(b)["credentials"]))
	rotatePassword(b)
	p := acctest.Connect(t, a, nil)
	refreshed, diags := p.Refresh(t, extensionType, created)
	requireNoErrors(t, diags)
	requireOne(t, diags.Warnings(), "Unable to extend the session to the site site-b", "RemoteAuthenticationFailure")
	apply(t, p, refreshed, toSite("site-b", methods(b)["credentials"]))
}

// TestPlan_refusedSecret: one process sends a refused secret once, because accounts get locked.
func TestPlan_refusedSecret(t *testing.T) {
	t.Parallel()
	a, b := startCloudSites(t, nil)
	config := toSite("site-b", methods(b)["credentials"])
	created := apply(t, acctest.Connect(t, a, nil), direct.Object{}, config)
	rotatePassword(b)
	a.ResetStats()
	p := acctest.Connect(t, a, nil)
	refreshed, diags := p.Refresh(t, extensionType, created)
	requireNoErrors(t, diags)
	requireOne(t, p.Plan(t, extensionType, refreshed, config).Diagnostics.Errors(),
		"credentials: Unable to extend the session to the site site-b", "RemoteAuthenticationFailure")
	if sent := a.Stats().Requests["POST /sessions/extend"]; sent != 1 {
		t.Errorf("the refused password was sent %d times, want once", sent)
	}
}

// TestRefresh_siteDown: a remote site that is down is a warning, so that the site can
// be repaired, or the extension destroyed.
func TestRefresh_siteDown(t *testing.T) {
	t.Parallel()
	a, b := startCloudSites(t, nil)
	config := toSite("site-b", methods(b)["multisite"])
	created := apply(t, acctest.Connect(t, a, nil), direct.Object{}, config)
	a.Fault(simulator.Fault{
		Method: "POST", Path: "/sessions/extend", Status: 500, ContentType: "application/json",
		Body: `{"code":"GeneralServerFailure","msg":"The site does not answer."}`,
	})
	p := acctest.Connect(t, a, nil)
	refreshed, diags := p.Refresh(t, extensionType, created)
	requireNoErrors(t, diags)
	requireOne(t, diags.Warnings(), "Unable to extend the session to the site site-b", "GeneralServerFailure")
	requireUnchanged(t, p, refreshed, config)
	apply(t, p, refreshed, nil)
}

// TestRefresh_siteUnpaired: without the pairing the extension is gone.
func TestRefresh_siteUnpaired(t *testing.T) {
	t.Parallel()
	a, b := startCloudSites(t, nil)
	config := toSite("site-b", methods(b)["multisite"])
	created := apply(t, acctest.Connect(t, a, nil), direct.Object{}, config)
	a.Unpair("site-b")
	p := acctest.Connect(t, a, nil)
	refreshed, diags := p.Refresh(t, extensionType, created)
	requireNoErrors(t, diags)
	if refreshed.Values != nil {
		t.Errorf("the extension is still in the state: %v", refreshed.Values)
	}
	requireOne(t, diags.Warnings(), "no longer paired with the site site-b")
	a.Pair("site-b")
	apply(t, acctest.Connect(t, a, nil), refreshed, config)
}

// TestPlan_withoutAppliance: if the appliance can't be used, a create does not fail the plan, but a refresh does.
func TestPlan_withoutAppliance(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		spoil   func(*simulator.Appliance)
		warning string
	}{
		"login refused": {
			func(a *simulator.Appliance) {
				accounts := a.Accounts()
				accounts.LocalUsers[0].Password = "changed"
				a.SetAccounts(accounts)
			},
			"refused",
		},
		"not reachable": {
			func(a *simulator.Appliance) { a.Fault(simulator.Fault{Kind: simulator.Reset}) }, "connection",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := startCloudSites(t, nil)
			config := toSite("site-b", methods(b)["multisite"])
			created := apply(t, acctest.Connect(t, a, nil), direct.Object{}, config)
			p := acctest.Connect(t, a, direct.Values{"max_retries": 0})
			test.spoil(a)
			plan := p.Plan(t, extensionType, direct.Object{}, config)
			requireNoErrors(t, plan.Diagnostics)
			requireOne(t, plan.Diagnostics.Warnings(), "Unable to check the session extension to the site site-b", test.warning)
			_, diags := p.Apply(t, plan)
			requireOne(t, diags.Errors(), "Unable to extend the session to the site site-b")
			_, diags = p.Refresh(t, extensionType, created)
			requireOne(t, diags.Errors(), "Unable to read the session extension site-b")
		})
	}
}

// TestPlan_url: a plan accepts an unknown URL, but not a missing one.
func TestPlan_url(t *testing.T) {
	t.Parallel()
	config := toSite("site-b", direct.Values{"multisite": direct.Values{"org": "acme"}})
	login := direct.Values{"local_user": direct.Values{"username": "root", "password": "secret"}}
	for name, test := range map[string]struct {
		block  direct.Values
		errors int
	}{
		"unknown": {direct.Values{"url": direct.Unknown, "login": login}, 0},
		"missing": {direct.Values{"login": login}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := direct.Serve(t, acctest.Factories(t)["vcda"])
			requireNoErrors(t, p.Configure(t, test.block))
			if errors := p.Plan(t, extensionType, direct.Object{}, config).Diagnostics.Errors(); len(errors) != test.errors {
				t.Errorf("errors %q, want %d", errors, test.errors)
			}
		})
	}
}

func TestCreate_refused(t *testing.T) {
	t.Parallel()
	a, b := startCloudSites(t, nil)
	manager := acctest.StartAppliances(t).Appliance("site-a")
	for name, test := range map[string]struct {
		appliance *simulator.Appliance
		site      string
		want      []string
	}{
		"unknown site":    {a, "site-x", []string{"site: Unable to extend the session to the site site-x", "SiteNotFound", "pair with the site first"}},
		"manager service": {manager, "site-b", []string{"site: Unable to extend the session to the site site-b", "Only the Cloud service"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := acctest.Connect(t, test.appliance, nil)
			plan := p.Plan(t, extensionType, direct.Object{}, toSite(test.site, methods(b)["multisite"]))
			errors := plan.Diagnostics.Errors()
			if len(errors) == 0 {
				_, diags := p.Apply(t, plan)
				errors = diags.Errors()
			}
			requireOne(t, errors, test.want...)
		})
	}
}

func TestValidate_badConfiguration(t *testing.T) {
	t.Parallel()
	a, b := startCloudSites(t, nil)
	p := acctest.Connect(t, a, nil)
	credentials := func(values direct.Values) direct.Values {
		all := direct.Values{"username": "u"}
		maps.Copy(all, values)
		return toSite("site-b", direct.Values{"credentials": all})
	}
	for name, test := range map[string]struct {
		config direct.Values
		want   []string
	}{
		"no method":            {toSite("site-b"), []string{"Invalid extension method", "credentials, access_token", "0 are set"}},
		"two methods":          {toSite("site-b", methods(b)["multisite"], methods(b)["cookie"]), []string{"Invalid extension method", "2 are set"}},
		"no password":          {credentials(nil), []string{"credentials.password"}},
		"both twins":           {credentials(direct.Values{"password": "p", "password_wo": "p", "password_wo_version": 1}), []string{"Invalid Attribute Combination"}},
		"twin without version": {credentials(direct.Values{"password_wo": "p"}), []string{"password_wo_version"}},
		"empty site":           {toSite("", methods(b)["multisite"]), []string{"site", "at least 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			errors := p.ValidateResource(t, extensionType, test.config).Errors()
			if len(errors) == 0 {
				t.Fatal("the configuration is valid")
			}
			acctest.RequireTexts(t, errors[0], test.want...)
		})
	}
}

func TestImport_bySiteName(t *testing.T) {
	t.Parallel()
	a, b := startCloudSites(t, nil)
	config := toSite("site-b", methods(b)["multisite"])
	created := apply(t, acctest.Connect(t, a, nil), direct.Object{}, config)
	p := acctest.Connect(t, a, nil)
	imported, diags := p.Import(t, extensionType, "site-b", nil)
	requireNoErrors(t, diags)
	refreshed, diags := p.Refresh(t, extensionType, imported)
	requireNoErrors(t, diags)
	for _, name := range []string{"id", "site", "user"} {
		if refreshed.Values[name] != created.Values[name] {
			t.Errorf("%s = %v, want %v", name, refreshed.Values[name], created.Values[name])
		}
	}
	_, diags = p.Import(t, extensionType, "site-x", nil)
	requireOne(t, diags.Errors(), `Unable to import the session extension "site-x"`, "site-b")
}

// TestImport_manySites: the message lists the first ones only.
func TestImport_manySites(t *testing.T) {
	t.Parallel()
	a, _ := startCloudSites(t, nil)
	var rows []string
	for i := range 1000 {
		rows = append(rows, fmt.Sprintf(`{"site":"branch-%04d","apiUrl":"https://x.example.com"}`, i))
	}
	a.Fault(simulator.Fault{Method: "GET", Path: "/sites", Kind: simulator.Body, Body: "[" + strings.Join(rows, ",") + "]"})
	_, diags := acctest.Connect(t, a, nil).Import(t, extensionType, "site-x", nil)
	requireOne(t, diags.Errors(), "branch-0009 and 990 more.")
}
