# Those whose failover test is still to be cleaned up
data "vcda_vsphere_replications" "tested" {
  recovery_state = "TEST"
}

output "tested" {
  value = { for r in data.vcda_vsphere_replications.tested.replications : r.vm_name => r.id }
}
