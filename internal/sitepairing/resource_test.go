package sitepairing_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestMain(m *testing.M) { acctest.Main(m) }

func TestPairingLifecycle(t *testing.T) {
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			estate := acctest.Estate(t, acctest.Pair(service)...)
			a, b := estate.Appliance("site-a"), estate.Appliance("site-b")
			config := func(url, thumb, desc string) string {
				return acctest.ProviderBlock(a) + fmt.Sprintf(`
resource "vcda_site_pairing" "b" {
  api_url = %q
  api_thumbprint = %q
  description = %q
  site = %q
}`, url, thumb, desc, "site-b")
			}
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(t),
				Steps: []resource.TestStep{
					{Config: config(b.URL(), b.Thumbprint(), "one")},
					{Config: config(b.URL()+"/", b.Thumbprint(), "one"), ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
					{Config: config("https://site-b.example.com:8048", b.Thumbprint(), "two")},
					{ResourceName: "vcda_site_pairing.b", ImportState: true, ImportStateVerify: true},
				},
			})
			t.Log(a.Stats())
			_ = simulator.Cloud
		})
	}
}
