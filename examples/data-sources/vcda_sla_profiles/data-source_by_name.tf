# All profiles by name, as for_each of vcda_sla_profile_assignment takes them
data "vcda_sla_profiles" "offered" {}

locals {
  profiles = { for profile in data.vcda_sla_profiles.offered.sla_profiles : profile.name => profile.id }
}

output "profiles" {
  value = local.profiles
}
