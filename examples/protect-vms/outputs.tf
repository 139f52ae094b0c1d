output "replication_ids" {
  description = "Ids of the replications, by the name of the VM."
  value       = { for name, r in vcda_vsphere_replication.this : name => r.id }
}

output "unhealthy" {
  description = "Names of the VMs whose replication is not healthy."
  value       = [for name, r in vcda_vsphere_replication.this : name if r.health != "GREEN"]
}
