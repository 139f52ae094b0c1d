resource "vcda_failover_test" "shop" {
  replication_id = "C4VAPP-7c1f5a0e-93d2-4f6b-8e57-2b90d4c6a813"
}

# The VMs of the copy, for checks
output "shop_test_vms" {
  value = vcda_failover_test.shop.recovered_vm_ids
}
