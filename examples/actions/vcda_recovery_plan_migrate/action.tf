resource "vcda_recovery_plan" "move" {
  name      = "move"
  migration = true

  steps = [
    { name = "databases", replication_ids = ["H4-1b4e28ba-2fa1-41d2-883f-0016d3cca427"] },
    { name = "web servers", replication_ids = ["H4-6fa459ea-ee8a-4ca4-894e-db77e160355e"] },
  ]
}

# By hand: terraform apply -invoke=action.vcda_recovery_plan_migrate.move
action "vcda_recovery_plan_migrate" "move" {
  config {
    plan_id = vcda_recovery_plan.move.id
  }
}
