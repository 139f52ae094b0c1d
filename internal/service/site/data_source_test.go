package site_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const publicURL = "https://site-b.example.com:8048"

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

// requirePairedSite requires the values of site-b, which a has paired with, without a request and on its own side
// only.
func requirePairedSite(t *testing.T, a, b *simulator.Appliance, site direct.Values, key, url string) {
	t.Helper()
	want := direct.Values{
		"id": key, "site": "site-b", "api_url": url, "api_thumbprint": b.Thumbprint(), "description": "by hand", "is_local": false,
		"api_public_url": publicURL, "api_version": "4.7", "healthy": false, "outgoing_comm_error": nil,
	}
	onlyManager := []string{"is_provider_deployment", "peer_tunnel_certificate", "peer_tunnel_thumbprint"}
	onlyCloud := []string{"build_version"}
	set, null := onlyManager, onlyCloud
	if a.Service() == simulator.Cloud {
		set, null = onlyCloud, onlyManager
	}
	for _, name := range null {
		want[name] = nil
	}
	for name, value := range want {
		if site[name] != value {
			t.Errorf("%s = %v, want %v", name, site[name], value)
		}
	}
	for _, name := range append(set, "api_internal_url") {
		if site[name] == nil {
			t.Errorf("%s is null", name)
		}
	}
	if incoming, _ := site["incoming_comm_error"].(direct.Values); incoming["code"] != "PeerSiteNotPaired" || incoming["msg"] == nil {
		t.Errorf("incoming_comm_error = %v", incoming)
	}
}

func requireError(t *testing.T, p *direct.Provider, name string, config direct.Values, texts ...string) {
	t.Helper()
	_, diags := p.ReadData(t, name, config)
	if len(diags.Errors()) != 1 {
		t.Fatalf("errors %q, want 1", diags.Errors())
	}
	acctest.RequireTexts(t, diags.Errors()[0], texts...)
}

// TestSite_byEachKey: another form of the URL finds the site too, and stays as configured.
func TestSite_byEachKey(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		key := a.Pair("site-b")
		a.SetDescription("site-b", "by hand")
		p := connect(t, a)
		spelled := strings.ToUpper(publicURL) + "/"
		requirePairedSite(t, a, b, read(t, p, "vcda_site", direct.Values{"id": key}), key, publicURL)
		requirePairedSite(t, a, b, read(t, p, "vcda_site", direct.Values{"site": "site-b"}), key, publicURL)
		requirePairedSite(t, a, b, read(t, p, "vcda_site", direct.Values{"api_url": publicURL}), key, publicURL)
		requirePairedSite(t, a, b, read(t, p, "vcda_site", direct.Values{"api_url": spelled}), key, spelled)
	})
}

// TestSite_decomposedName: on the Cloud service the name is the key, in either form of
// Unicode.
func TestSite_decomposedName(t *testing.T) {
	t.Parallel()
	const composed, decomposed = "M\u00fcnchen", "Mu\u0308nchen"
	options := acctest.TwoSites(simulator.Cloud)
	options[1].Site = decomposed
	a := acctest.StartAppliances(t, options...).Appliance("site-a")
	a.Pair(decomposed)
	p := connect(t, a)
	for _, key := range []string{"id", "site"} {
		if found := read(t, p, "vcda_site", direct.Values{key: composed}); found["site"] != decomposed {
			t.Errorf("by %s: %v", key, found)
		}
	}
}

func TestSite_local(t *testing.T) {
	eachService(t, func(t *testing.T, a, _ *simulator.Appliance) {
		p := connect(t, a)
		for name, value := range map[string]string{"site": "site-a", "api_url": "https://site-a.example.com:8048"} {
			site := read(t, p, "vcda_site", direct.Values{name: value})
			if site["site"] != "site-a" || site["is_local"] != true || site["id"] == nil || site["healthy"] != true || site["api_thumbprint"] != a.Thumbprint() {
				t.Errorf("by %s: %v", name, site)
			}
		}
	})
}

func TestSite_unknown(t *testing.T) {
	eachService(t, func(t *testing.T, a, _ *simulator.Appliance) {
		a.Pair("site-b")
		p := connect(t, a)
		for name, value := range map[string]string{"id": "00000000-0000-4000-8000-000000000000", "site": "site-x", "api_url": "https://site-x.example.com"} {
			requireError(t, p, "vcda_site", direct.Values{name: value},
				"Unable to find the site", "The appliance knows no site of this ID, name or URL.", "It knows: site-a, site-b.")
		}
	})
}

// TestSite_manyKnown: a message lists at most ten sites.
func TestSite_manyKnown(t *testing.T) {
	t.Parallel()
	options := acctest.TwoSites(simulator.Manager)[:1]
	for i := range 12 {
		options = append(options, simulator.ApplianceOptions{
			Site: fmt.Sprintf("peer-%d", i), Service: simulator.Manager, Unserved: true, PublicURLs: []string{fmt.Sprintf("https://peer-%d.example.com", i)},
		})
	}
	a := acctest.StartAppliances(t, options...).Appliance("site-a")
	for _, o := range options[1:] {
		a.Pair(o.Site)
	}
	requireError(t, connect(t, a), "vcda_site", direct.Values{"site": "site-x"}, "It knows: site-a, peer-0", "and 3 more.")
}

// TestSite_ambiguousName: a Manager may be paired with two sites of one name.
func TestSite_ambiguousName(t *testing.T) {
	t.Parallel()
	options := append(acctest.TwoSites(simulator.Manager), simulator.ApplianceOptions{Site: "site-c", Service: simulator.Manager})
	a := acctest.StartAppliances(t, options...).Appliance("site-a")
	first, second := a.Pair("site-b"), a.Pair("site-c")
	a.Rename("site-c", "site-b")
	p := connect(t, a)
	requireError(t, p, "vcda_site", direct.Values{"site": "site-b"}, "knows 2 sites of this name", first, publicURL, second, "Set id or api_url")
	if site := read(t, p, "vcda_site", direct.Values{"id": second}); site["id"] != second {
		t.Errorf("found %v by its ID", site)
	}
}

// TestSite_invalidKeys: a wrong configuration sends no request.
func TestSite_invalidKeys(t *testing.T) {
	t.Parallel()
	a := acctest.StartAppliances(t).Appliance("site-a")
	p := connect(t, a)
	for name, test := range map[string]struct {
		config direct.Values
		want   string
	}{
		"two":   {direct.Values{"id": "x", "site": "site-b"}, "Exactly one of these attributes must be configured: [id,site,api_url]"},
		"all":   {direct.Values{"id": "x", "site": "site-b", "api_url": "https://x"}, "Exactly one of these attributes must be configured: [id,site,api_url]"},
		"none":  {direct.Values{}, "Exactly one of these attributes must be configured: [id,site,api_url]"},
		"empty": {direct.Values{"site": ""}, "Attribute site string length must be at least 1"},
	} {
		t.Run(name, func(t *testing.T) {
			errors := p.ValidateData(t, "vcda_site", test.config).Errors()
			if len(errors) != 1 {
				t.Fatalf("errors %q, want 1", errors)
			}
			acctest.RequireTexts(t, errors[0], test.want)
		})
	}
	if total := a.Stats().Total; total > 0 {
		t.Errorf("%d requests were sent", total)
	}
}

func TestSites_includeLocal(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		list := func(config direct.Values) []any {
			sites, _ := read(t, connect(t, a), "vcda_sites", config)["sites"].([]any)
			return sites
		}
		if sites := list(direct.Values{}); len(sites) != 0 {
			t.Errorf("sites without a pairing: %v", sites)
		}
		local := list(direct.Values{"include_local": true})
		if len(local) != 1 {
			t.Fatalf("sites without a pairing, but the local one: %v", local)
		}
		if site, _ := local[0].(direct.Values); site["site"] != "site-a" || site["is_local"] != true {
			t.Errorf("local site: %v", site)
		}

		key := a.Pair("site-b")
		a.SetDescription("site-b", "by hand")
		peers := list(direct.Values{})
		if len(peers) != 1 {
			t.Fatalf("sites: %v", peers)
		}
		peer, _ := peers[0].(direct.Values)
		requirePairedSite(t, a, b, peer, key, publicURL)
		if sites := list(direct.Values{"include_local": false}); !reflect.DeepEqual(sites, peers) {
			t.Errorf("sites with include_local = false: %v", sites)
		}
		if sites := list(direct.Values{"include_local": true}); len(sites) != 2 || !reflect.DeepEqual(sites[1], peers[0]) {
			t.Errorf("sites with include_local = true: %v", sites)
		}
	})
}

// TestSites_commandLine reads both data sources by the command line.
func TestSites_commandLine(t *testing.T) {
	acctest.CurrentCLI(t)
	eachService(t, func(t *testing.T, a, _ *simulator.Appliance) {
		key := a.Pair("site-b")
		resource.Test(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.Factories(t),
			Steps: []resource.TestStep{{
				Config: acctest.ProviderBlock(a) + "data \"vcda_site\" \"b\" {\n  site = \"site-b\"\n}\ndata \"vcda_sites\" \"all\" {\n  include_local = true\n}\n",
				Check: resource.ComposeAggregateTestCheckFunc(
					resource.TestCheckResourceAttr("data.vcda_site.b", "id", key),
					resource.TestCheckResourceAttr("data.vcda_site.b", "api_url", publicURL),
					resource.TestCheckResourceAttr("data.vcda_sites.all", "sites.#", "2"),
					resource.TestCheckResourceAttr("data.vcda_sites.all", "sites.1.id", key),
				),
			}},
		})
	})
}

// TestSites_emptyResponse: a response without a list is an error, not an empty list.
func TestSites_emptyResponse(t *testing.T) {
	t.Parallel()
	a := acctest.StartAppliances(t).Appliance("site-a")
	a.Fault(simulator.Fault{Path: "/sites", Kind: simulator.Empty})
	p := connect(t, a)
	requireError(t, p, "vcda_sites", direct.Values{}, "Unable to list the sites", "it is empty")
	requireError(t, p, "vcda_site", direct.Values{"site": "site-b"}, "Unable to read the site", "it is empty")
}
