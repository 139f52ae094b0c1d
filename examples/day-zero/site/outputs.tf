output "site_name" {
  description = "The name of the site, once the appliance is set up."
  value       = local.site_name
}

output "replicator_ids" {
  description = "The UUIDs of the replicators."
  value       = [for r in vcda_replicator.this : r.id]
}
