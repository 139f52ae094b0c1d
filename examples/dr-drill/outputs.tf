output "healthy" {
  description = "Whether everything came up and answered."
  value       = alltrue(values(local.healthy))
}

output "report" {
  description = "The drill as a Markdown table: workload, start, instance, VMs, times and result."
  value       = local.report
}

output "recovered_vms" {
  description = "Ids of the VMs that came up, by the name of the drill and the id of the replication of each."
  value       = { for name, test in vcda_failover_test.drill : name => test.recovered_vm_ids }
}
