data "vcda_replication_policy" "default" {
  id = "default"
}

output "protections_allowed" {
  value = data.vcda_replication_policy.default.allow_incoming_protections
}
