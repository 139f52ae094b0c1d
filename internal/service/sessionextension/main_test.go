package sessionextension_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestMain(m *testing.M) { acctest.Main(m) }

const extensionType = "vcda_session_extension"

// startCloudSites starts two appliances of the Cloud service that are paired with
// each other.
func startCloudSites(t *testing.T, change func(*simulator.ApplianceOptions)) (a, b *simulator.Appliance) {
	t.Helper()
	options := acctest.TwoSites(simulator.Cloud)
	if change != nil {
		change(&options[0])
	}
	fixture := acctest.StartAppliances(t, options...)
	a, b = fixture.Appliance("site-a"), fixture.Appliance("site-b")
	a.Pair("site-b")
	b.Pair("site-a")
	return a, b
}

// methods returns an attribute for each extension method, with secrets that the
// appliance accepts.
func methods(b *simulator.Appliance) map[string]direct.Values {
	accounts := b.Accounts()
	user := accounts.VCDUsers[0]
	return map[string]direct.Values{
		"credentials":  {"credentials": direct.Values{"username": user.Username, "password": user.Password}},
		"access_token": {"access_token": direct.Values{"token": accounts.AccessTokens[0].Token}},
		"context":      {"access_token": direct.Values{"token": accounts.AccessTokens[1].Token, "context": "acme-dr"}},
		"api_token":    {"api_token": direct.Values{"token": accounts.APITokens[0].Token, "org": "System"}},
		"multisite":    {"multisite": direct.Values{"org": "acme"}},
		"cookie":       {"cookie": direct.Values{"cookie": accounts.Cookies[0].Cookie}},
	}
}

// toSite is a configuration that extends to a site by the methods.
func toSite(site string, methods ...direct.Values) direct.Values {
	config := direct.Values{"site": site}
	for _, m := range methods {
		maps.Copy(config, m)
	}
	return config
}

// apply plans and applies a configuration and fails the test on any error.
func apply(t *testing.T, p *direct.Provider, prior direct.Object, config direct.Values) direct.Object {
	t.Helper()
	plan := p.Plan(t, extensionType, prior, config)
	requireNoErrors(t, plan.Diagnostics)
	object, diags := p.Apply(t, plan)
	requireNoErrors(t, diags)
	return object
}

func requireNoErrors(t *testing.T, diags direct.Diagnostics) {
	t.Helper()
	if errors := diags.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
}

// requireOne fails the test unless there is one message, with all texts.
func requireOne(t *testing.T, messages []string, texts ...string) {
	t.Helper()
	if len(messages) != 1 {
		t.Fatalf("%d messages, want 1: %q", len(messages), messages)
	}
	acctest.RequireTexts(t, messages[0], texts...)
}

// requireUnchanged fails the test unless a plan of the configuration changes nothing.
func requireUnchanged(t *testing.T, p *direct.Provider, object direct.Object, config direct.Values) {
	t.Helper()
	plan := p.Plan(t, extensionType, object, config)
	requireNoErrors(t, plan.Diagnostics)
	for name, value := range plan.Values {
		if value == direct.Unknown {
			t.Errorf("%s is unknown in the plan", name)
		}
	}
}

// extendedSites returns the sites that the provider's session is authenticated with.
func extendedSites(t *testing.T, p *direct.Provider) string {
	t.Helper()
	session, diags := p.ReadData(t, "vcda_session", direct.Values{})
	requireNoErrors(t, diags)
	var sites []string
	for _, s := range session["authenticated_sites"].([]any) { //nolint:errcheck // a list
		sites = append(sites, s.(direct.Values)["site"].(string)) //nolint:errcheck // of objects
	}
	return strings.Join(sites, ",")
}

// ended counts the requests that end an extension.
func ended(a *simulator.Appliance) int { return a.Stats().Requests["DELETE /sessions/{site}"] }

// rotatePassword changes the password of the user that credentials extends as.
func rotatePassword(b *simulator.Appliance) {
	accounts := b.Accounts()
	accounts.VCDUsers[0].Password = "Rotated-1"
	b.SetAccounts(accounts)
}
