# By hand: terraform apply -invoke=action.vcda_health_check.site_a
action "vcda_health_check" "site_a" {}

# Or before a drill, which then begins on a healthy appliance only
resource "terraform_data" "drill" {
  input = "2026-03"

  lifecycle {
    action_trigger {
      events  = [before_create, before_update]
      actions = [action.vcda_health_check.site_a]
    }
  }
}
