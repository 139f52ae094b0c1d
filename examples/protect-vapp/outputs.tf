output "replication_id" {
  description = "Id of the replication."
  value       = vcda_vapp_replication.this.id
}

output "rpo_minutes" {
  description = "Recovery point objective of the SLA profile, in minutes."
  value       = vcda_vapp_replication.this.rpo_minutes
}

output "vms" {
  description = "Ids of the replications of the VMs, by the name of the VM."
  value       = { for vm in vcda_vapp_replication.this.vms : vm.name => vm.id }
}
