# The apply tests the plan, a destroy cleans up.
resource "vcda_recovery_plan_test" "shop" {
  plan_id = "16fd2706-8baf-433b-82eb-8c7fada847da"
}
