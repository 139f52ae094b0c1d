package site_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func eachService(t *testing.T, run func(t *testing.T, a, b *simulator.Appliance)) {
	t.Helper()
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			fixture := acctest.StartAppliances(t, acctest.TwoSites(service)...)
			run(t, fixture.Appliance("site-a"), fixture.Appliance("site-b"))
		})
	}
}

func run(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: acctest.Factories(t), Steps: steps})
}

func block(a *simulator.Appliance, argument, value string) string {
	return acctest.ProviderBlock(a) + fmt.Sprintf("data \"vcda_site\" \"b\" {\n  %s = %q\n}\n", argument, value)
}

// siteChecks are all attributes of a paired site.
func siteChecks(a, b *simulator.Appliance, key, url string) map[string]knownvalue.Check {
	checks := map[string]knownvalue.Check{
		"id": knownvalue.StringExact(key), "site": knownvalue.StringExact("site-b"), "api_url": knownvalue.StringExact(url),
		"api_thumbprint": knownvalue.StringExact(b.Thumbprint()), "description": knownvalue.StringExact("by hand"), "is_local": knownvalue.Bool(false),
		"api_public_url": knownvalue.StringExact("https://site-b.example.com:8048"), "api_internal_url": knownvalue.NotNull(), "api_version": knownvalue.StringExact("4.7"),
		"build_version": knownvalue.Null(), "is_provider_deployment": knownvalue.Bool(false), "peer_tunnel_certificate": knownvalue.NotNull(),
		"healthy": knownvalue.Bool(false), "outgoing_comm_error": knownvalue.Null(),
		"incoming_comm_error": knownvalue.ObjectExact(map[string]knownvalue.Check{"code": knownvalue.StringExact("PeerSiteNotPaired"), "msg": knownvalue.NotNull()}),
	}
	if a.Service() == simulator.Cloud {
		checks["build_version"], checks["is_provider_deployment"], checks["peer_tunnel_certificate"] = knownvalue.NotNull(), knownvalue.Null(), knownvalue.Null()
	}
	return checks
}

// TestSite finds a site by each key; another spelling of the URL finds it too
// and stays as it was given.
func TestSite(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		key := a.Pair("site-b")
		a.SetDescription("site-b", "by hand")
		const url = "https://site-b.example.com:8048"
		var steps []resource.TestStep
		for _, by := range []struct{ argument, value, url string }{
			{"id", key, url}, {"site", "site-b", url}, {"api_url", url, url}, {"api_url", strings.ToUpper(url) + "/", strings.ToUpper(url) + "/"},
		} {
			var checks []statecheck.StateCheck
			for name, value := range siteChecks(a, b, key, by.url) {
				checks = append(checks, statecheck.ExpectKnownValue("data.vcda_site.b", tfjsonpath.New(name), value))
			}
			steps = append(steps, resource.TestStep{Config: block(a, by.argument, by.value), ConfigStateChecks: checks})
		}
		run(t, steps...)
	})
}

// TestLocalSite: the appliance's own site is found as well.
func TestLocalSite(t *testing.T) {
	eachService(t, func(t *testing.T, a, _ *simulator.Appliance) {
		check := func(name string, value knownvalue.Check) statecheck.StateCheck {
			return statecheck.ExpectKnownValue("data.vcda_site.b", tfjsonpath.New(name), value)
		}
		checks := []statecheck.StateCheck{
			check("site", knownvalue.StringExact("site-a")), check("is_local", knownvalue.Bool(true)), check("id", knownvalue.NotNull()),
			check("healthy", knownvalue.Bool(true)), check("api_thumbprint", knownvalue.StringExact(a.Thumbprint())),
		}
		run(t,
			resource.TestStep{Config: block(a, "site", "site-a"), ConfigStateChecks: checks},
			resource.TestStep{Config: block(a, "api_url", "https://site-a.example.com:8048"), ConfigStateChecks: checks})
	})
}

func TestSiteNotFound(t *testing.T) {
	eachService(t, func(t *testing.T, a, _ *simulator.Appliance) {
		a.Pair("site-b")
		var steps []resource.TestStep
		for argument, value := range map[string]string{"id": "00000000-0000-4000-8000-000000000000", "site": "site-x", "api_url": "https://site-x.example.com"} {
			steps = append(steps, resource.TestStep{
				Config:      block(a, argument, value),
				ExpectError: acctest.MatchTexts("Unable to find the site", "The appliance knows no site of this id, name or URL.", "It knows: site-a, site-b."),
			})
		}
		run(t, steps...)
	})
}

// TestSiteKeys: exactly one key, and no empty one. Nobody is asked.
func TestSiteKeys(t *testing.T) {
	t.Parallel()
	a := acctest.StartAppliances(t).Appliance("site-a")
	two := acctest.ProviderBlock(a) + "data \"vcda_site\" \"b\" {\n  id = \"x\"\n  site = \"site-b\"\n}\n"
	all := acctest.ProviderBlock(a) + "data \"vcda_site\" \"b\" {\n  id = \"x\"\n  site = \"site-b\"\n  api_url = \"https://x\"\n}\n"
	run(t,
		resource.TestStep{Config: two, ExpectError: acctest.MatchTexts("Exactly one of these attributes must be configured: [id,site,api_url]")},
		resource.TestStep{Config: all, ExpectError: acctest.MatchTexts("Exactly one of these attributes must be configured: [id,site,api_url]")},
		resource.TestStep{Config: acctest.ProviderBlock(a) + "data \"vcda_site\" \"b\" {}\n", ExpectError: acctest.MatchTexts("Exactly one of these attributes must be configured: [id,site,api_url]")},
		resource.TestStep{Config: block(a, "site", ""), ExpectError: acctest.MatchTexts("Attribute site string length must be at least 1")})
	if total := a.Stats().Total; total > 0 {
		t.Errorf("%d requests were sent", total)
	}
}

// TestSites lists the peers, and the appliance's own site when asked to.
func TestSites(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		sites := func(lines string) string {
			return acctest.ProviderBlock(a) + "data \"vcda_sites\" \"all\" {\n" + lines + "\n}\n"
		}
		list := func(checks ...knownvalue.Check) []statecheck.StateCheck {
			return []statecheck.StateCheck{statecheck.ExpectKnownValue("data.vcda_sites.all", tfjsonpath.New("sites"), knownvalue.ListExact(checks))}
		}
		local := knownvalue.ObjectPartial(map[string]knownvalue.Check{"site": knownvalue.StringExact("site-a"), "is_local": knownvalue.Bool(true)})
		var key string
		run(t,
			resource.TestStep{Config: sites(""), ConfigStateChecks: list()},
			resource.TestStep{Config: sites("include_local = true"), ConfigStateChecks: list(local)})
		key = a.Pair("site-b")
		a.SetDescription("site-b", "by hand")
		peer := knownvalue.ObjectExact(siteChecks(a, b, key, "https://site-b.example.com:8048"))
		run(t,
			resource.TestStep{Config: sites(""), ConfigStateChecks: list(peer)},
			resource.TestStep{Config: sites("include_local = false"), ConfigStateChecks: list(peer)},
			resource.TestStep{Config: sites("include_local = true"), ConfigStateChecks: list(local, peer)})
	})
}

// TestSitesFail: an answer that is no list is an error, not an empty list.
func TestSitesFail(t *testing.T) {
	t.Parallel()
	a := acctest.StartAppliances(t).Appliance("site-a")
	a.Fault(simulator.Fault{Path: "/sites", Kind: simulator.Empty})
	run(t,
		resource.TestStep{Config: acctest.ProviderBlock(a) + "data \"vcda_sites\" \"all\" {}\n", ExpectError: acctest.MatchTexts("Unable to list the sites", "it is empty")},
		resource.TestStep{Config: block(a, "site", "site-b"), ExpectError: acctest.MatchTexts("Unable to read the site", "it is empty")})
}
