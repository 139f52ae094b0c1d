# Warns in each plan about a missing license, and 14 days before the root password expires.
check "appliance" {
  data "vcda_appliance" "checked" {}

  assert {
    condition     = coalesce(data.vcda_appliance.checked.is_licensed, true)
    error_message = "The appliance has no license."
  }

  assert {
    condition     = try(timecmp(data.vcda_appliance.checked.root_password_expires_at, timeadd(plantimestamp(), "336h")) > 0, true)
    error_message = "The root password of the appliance expires in less than 14 days."
  }
}
