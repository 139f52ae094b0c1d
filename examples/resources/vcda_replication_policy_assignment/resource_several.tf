variable "policies" { # by organization
  type = map(string)
  default = {
    acme = "protect"
    beta = "protect"
  }
}

data "vcda_replication_policies" "all" {}

locals {
  ids = { for policy in data.vcda_replication_policies.all.policies : policy.name => policy.id }
}

resource "vcda_replication_policy_assignment" "all" {
  for_each = var.policies

  organization = each.key
  policy_id    = local.ids[each.value]
}
