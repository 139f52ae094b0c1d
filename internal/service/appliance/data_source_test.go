package appliance_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// read reads the data source and fails the test on any error.
func read(t *testing.T, a *simulator.Appliance, settings direct.Values) direct.Values {
	t.Helper()
	values, diags := acctest.Connect(t, a, settings).ReadData(t, "vcda_appliance", direct.Values{})
	if errors := diags.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	return values
}

// TestAppliance_commandLine reads it by the command line.
func TestAppliance_commandLine(t *testing.T) {
	t.Parallel()
	acctest.CurrentCLI(t)
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			a := acctest.StartAppliances(t, acctest.TwoSites(service)...).Appliance("site-a")
			serviceType := map[simulator.Service]string{simulator.Manager: "V2V_MANAGER", simulator.Cloud: "CLOUD"}[service]
			const name = "data.vcda_appliance.this"
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(t),
				Steps: []resource.TestStep{{
					Config: acctest.ProviderBlock(a) + "data \"vcda_appliance\" \"this\" {}\n",
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
				}},
			})
		})
	}
}

func TestAppliance_earlierAPIVersion(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		a := acctest.StartAppliances(t, acctest.TwoSites(service)...).Appliance("site-a")
		if version := read(t, a, direct.Values{"api_version": "4.5"})["api_version"]; version != "4.5" {
			t.Errorf("%s: api_version = %v, want 4.5", service, version)
		}
	}
}

func TestAppliance_beforeSetup(t *testing.T) {
	t.Parallel()
	a := acctest.StartAppliances(t).Appliance("site-a")
	a.Fault(simulator.Fault{Path: "/config/is-configured", Kind: simulator.Body, Body: `{"isConfigured":false}`})
	a.Fault(simulator.Fault{Path: "/config", Kind: simulator.Body, Body: `{"id":"1","site":null}`})
	values := read(t, a, nil)
	if values["is_configured"] != false || values["site"] != nil {
		t.Errorf("is_configured = %v, site = %v; want false, null", values["is_configured"], values["site"])
	}
}

// TestAppliance_otherService: a type that is neither Manager nor Cloud is no error here,
// and the provider block has priority over it.
func TestAppliance_otherService(t *testing.T) {
	t.Parallel()
	options := acctest.TwoSites(simulator.Manager)
	options[0].ServiceType = "REPLICATOR"
	a := acctest.StartAppliances(t, options...).Appliance("site-a")
	values := read(t, a, nil)
	if values["service_type"] != "REPLICATOR" || values["service"] != nil {
		t.Errorf("service_type = %v, service = %v; want REPLICATOR, null", values["service_type"], values["service"])
	}
	if service := read(t, a, direct.Values{"service": "manager"})["service"]; service != "manager" {
		t.Errorf("service = %v, want manager", service)
	}
}

func TestAppliance_missingCall(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/diagnostics/about", "/config/is-configured", "/config"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			a := acctest.StartAppliances(t).Appliance("site-a")
			a.Fault(simulator.Fault{Path: path, Kind: simulator.Status, Status: 404})
			_, diags := acctest.Connect(t, a, nil).ReadData(t, "vcda_appliance", direct.Values{})
			if len(diags.Errors()) != 1 {
				t.Fatalf("errors %q, want 1", diags.Errors())
			}
			acctest.RequireTexts(t, diags.Errors()[0], "Unable to read the properties of the appliance", "status 404", "GET "+path)
		})
	}
}
