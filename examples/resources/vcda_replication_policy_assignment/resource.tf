data "vcda_replication_policy" "protect" {
  name = "protect"
}

resource "vcda_replication_policy_assignment" "beta" {
  organization = "beta"
  policy_id    = data.vcda_replication_policy.protect.id
}
