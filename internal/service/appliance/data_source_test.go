package appliance_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestMain(m *testing.M) { acctest.Main(m) }

const (
	config = `
data "vcda_appliance" "this" {}
`
	name = "data.vcda_appliance.this"
)

func TestAppliance(t *testing.T) {
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			acctest.CurrentCLI(t)
			fixture := acctest.StartAppliances(t, acctest.TwoSites(service)...)
			a := fixture.Appliance("site-a")
			serviceType := map[simulator.Service]string{simulator.Manager: "V2V_MANAGER", simulator.Cloud: "CLOUD"}[service]
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(t),
				Steps: []resource.TestStep{
					{
						Config: acctest.ProviderBlock(a) + config,
						Check: resource.ComposeAggregateTestCheckFunc(
							resource.TestCheckResourceAttr(name, "product_name", "VMware Cloud Director Availability"),
							resource.TestCheckResourceAttr(name, "service_type", serviceType),
							resource.TestCheckResourceAttr(name, "service", string(service)),
							resource.TestMatchResourceAttr(name, "build_version", regexp.MustCompile(`^4\.7\.1\.`)),
							resource.TestCheckResourceAttr(name, "build_date", "2025-06-01T00:00:00Z"),
							resource.TestMatchResourceAttr(name, "instance_id", regexp.MustCompile(`^[0-9a-f-]{36}$`)),
							resource.TestCheckResourceAttr(name, "api_version", "4.7"),
							resource.TestCheckResourceAttr(name, "site", "site-a"),
							resource.TestCheckResourceAttr(name, "is_configured", "true"),
						),
					},
					{
						Config: acctest.ProviderBlock(a, `api_version = "4.5"`) + config,
						Check:  resource.TestCheckResourceAttr(name, "api_version", "4.5"),
					},
				},
			})
		})
	}
}

// A fresh appliance has no site yet.
func TestNotConfigured(t *testing.T) {
	acctest.CurrentCLI(t)
	fixture := acctest.StartAppliances(t)
	a := fixture.Appliance("site-a")
	a.Fault(simulator.Fault{Path: "/config/is-configured", Kind: simulator.Body, Body: `{"isConfigured":false}`})
	a.Fault(simulator.Fault{Path: "/config", Kind: simulator.Body, Body: `{"id":"1","site":null}`})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{{
			Config: acctest.ProviderBlock(a) + config,
			Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestCheckResourceAttr(name, "is_configured", "false"),
				resource.TestCheckNoResourceAttr(name, "site"),
			),
		}},
	})
}

// Neither Manager nor Cloud is a finding here, not an error; what the provider
// block says counts.
func TestOtherService(t *testing.T) {
	acctest.CurrentCLI(t)
	options := acctest.TwoSites(simulator.Manager)
	options[0].ServiceType = "REPLICATOR"
	a := acctest.StartAppliances(t, options...).Appliance("site-a")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{
			{
				Config: acctest.ProviderBlock(a) + config,
				Check: resource.ComposeAggregateTestCheckFunc(
					resource.TestCheckResourceAttr(name, "service_type", "REPLICATOR"),
					resource.TestCheckNoResourceAttr(name, "service"),
				),
			},
			{
				Config: acctest.ProviderBlock(a, `service = "manager"`) + config,
				Check:  resource.TestCheckResourceAttr(name, "service", "manager"),
			},
		},
	})
}

func TestMissingCalls(t *testing.T) {
	for _, path := range []string{"/diagnostics/about", "/config/is-configured", "/config"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			acctest.CurrentCLI(t)
			a := acctest.StartAppliances(t).Appliance("site-a")
			a.Fault(simulator.Fault{Path: path, Kind: simulator.Status, Status: 404})
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(t),
				Steps: []resource.TestStep{{
					Config:      acctest.ProviderBlock(a) + config,
					ExpectError: acctest.MatchTexts("Unable to read the properties of the appliance", "status 404", "GET "+path),
				}},
			})
		})
	}
}
