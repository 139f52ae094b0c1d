resource "vcda_recovery_plan" "shop" {
  name = "shop"

  steps = [
    { name = "databases", replication_ids = ["H4-1b4e28ba-2fa1-41d2-883f-0016d3cca427"] },
    { name = "web servers", replication_ids = ["H4-6fa459ea-ee8a-4ca4-894e-db77e160355e"] },
  ]
}

# terraform destroy -target=vcda_recovery_plan_test.shop cleans up, and the plan stays.
resource "vcda_recovery_plan_test" "shop" {
  plan_id = vcda_recovery_plan.shop.id

  timeouts = {
    create = "2h"
  }
}
