data "vcda_sla_profiles" "all" {}

locals {
  profiles = { for profile in data.vcda_sla_profiles.all.sla_profiles : profile.name => profile.id }
  offers = {
    for offer in setproduct(["acme", "beta"], ["Gold", "Silver"]) : join("/", offer) => { organization = offer[0], profile = offer[1] }
  }
}

resource "vcda_sla_profile_assignment" "all" {
  for_each = local.offers

  organization   = each.value.organization
  sla_profile_id = local.profiles[each.value.profile]
}
