data "vcda_replication_policies" "all" {}

output "policies" {
  value = { for p in data.vcda_replication_policies.all.policies : p.name => p.organization_count }
}
