package sessionextension_test

import (
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestEphemeral_extendsWhileOpen(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Ephemeral)
	t.Parallel()
	a, _ := startCloudSites(t, nil)
	w := acctest.NewWorkspace(t, acctest.ProviderBlock(a)+`
ephemeral "vcda_session_extension" "b" {
  site      = "site-b"
  multisite = { org = "acme" }
}
data "vcda_session" "now" {
  depends_on = [ephemeral.vcda_session_extension.b]
}
output "sites" { value = join(",", data.vcda_session.now.authenticated_sites[*].site) }
`)
	acctest.RequireTexts(t, w.MustRun(t, "apply", "-auto-approve", "-no-color"), `sites = "site-a,site-b"`)
	stats := a.Stats()
	if extended := stats.Requests["POST /sessions/extend"]; extended == 0 || extended != ended(a) {
		t.Errorf("extended %d times, ended %d times", extended, ended(a))
	}
	if stats.LiveSessions != 0 {
		t.Errorf("%d sessions are left", stats.LiveSessions)
	}
}

func TestEphemeral_eachMethod(t *testing.T) {
	t.Parallel()
	a, b := startCloudSites(t, func(o *simulator.ApplianceOptions) { o.CookieExtend = true })
	p := acctest.Connect(t, a, nil)
	for name, method := range methods(b) {
		opened, diags := p.Open(t, extensionType, toSite("site-b", method))
		requireNoErrors(t, diags)
		if sites := extendedSites(t, p); sites != "site-a,site-b" {
			t.Errorf("%s: the session extends to %s while it is open", name, sites)
		}
		requireNoErrors(t, p.Close(t, opened))
		if sites := extendedSites(t, p); sites != "site-a" {
			t.Errorf("%s: the session extends to %s after it is closed", name, sites)
		}
	}
}

// TestEphemeral_twoOfOneSite: the last one to close ends the extension.
func TestEphemeral_twoOfOneSite(t *testing.T) {
	t.Parallel()
	a, b := startCloudSites(t, nil)
	p := acctest.Connect(t, a, nil)
	var opened []direct.Ephemeral
	for _, method := range []string{"multisite", "credentials"} {
		e, diags := p.Open(t, extensionType, toSite("site-b", methods(b)[method]))
		requireNoErrors(t, diags)
		opened = append(opened, e)
	}
	requireNoErrors(t, p.Close(t, opened[0]))
	if sites := extendedSites(t, p); sites != "site-a,site-b" {
		t.Errorf("the session extends to %s while one is open", sites)
	}
	requireNoErrors(t, p.Close(t, opened[1]))
	if sites, n := extendedSites(t, p), ended(a); sites != "site-a" || n != 1 {
		t.Errorf("the session extends to %s after %d requests that end an extension, want one", sites, n)
	}
}

// TestEphemeral_ofManagedSite: the close of an ephemeral extension leaves the managed
// one to the same site.
func TestEphemeral_ofManagedSite(t *testing.T) {
	t.Parallel()
	a, b := startCloudSites(t, nil)
	config := toSite("site-b", methods(b)["credentials"])
	created := apply(t, acctest.Connect(t, a, nil), direct.Object{}, config)
	p := acctest.Connect(t, a, nil)
	opened, diags := p.Open(t, extensionType, toSite("site-b", methods(b)["multisite"]))
	requireNoErrors(t, diags)
	refreshed, diags := p.Refresh(t, extensionType, created)
	requireNoErrors(t, diags)
	requireUnchanged(t, p, refreshed, config)
	requireNoErrors(t, p.Close(t, opened))
	if sites, n := extendedSites(t, p), ended(a); sites != "site-a,site-b" || n != 0 {
		t.Errorf("the session extends to %s after %d requests that end an extension, want none", sites, n)
	}
}

func TestEphemeral_refused(t *testing.T) {
	t.Parallel()
	a, b := startCloudSites(t, nil)
	manager := acctest.StartAppliances(t).Appliance("site-a")
	wrong := direct.Values{"credentials": direct.Values{"username": "u", "password": "p"}}
	for name, test := range map[string]struct {
		appliance *simulator.Appliance
		config    direct.Values
		want      []string
	}{
		"wrong password":  {a, toSite("site-b", wrong), []string{"credentials: Unable to extend the session to the site site-b", "RemoteAuthenticationFailure"}},
		"unknown site":    {a, toSite("site-x", methods(b)["multisite"]), []string{"SiteNotFound", "pair with the site first"}},
		"manager service": {manager, toSite("site-b", methods(b)["multisite"]), []string{"Only the Cloud service"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diags := acctest.Connect(t, test.appliance, nil).Open(t, extensionType, test.config)
			requireOne(t, diags.Errors(), test.want...)
		})
	}
}

func TestEphemeral_noMethod(t *testing.T) {
	t.Parallel()
	a, _ := startCloudSites(t, nil)
	requireOne(t, acctest.Connect(t, a, nil).ValidateEphemeral(t, extensionType, toSite("site-b")).Errors(), "Invalid extension method")
}
