variable "replications" {
  type = map(string)
  default = {
    shop = "C4VAPP-7c1f5a0e-93d2-4f6b-8e57-2b90d4c6a813"
    db   = "C4-0f3c8b71-5f0d-4d3a-9f0e-6a51c2de9b47"
  }
}

resource "vcda_failover_test" "all" {
  for_each = var.replications

  replication_id = each.value
}

output "recovered_vms" {
  value = { for name, test in vcda_failover_test.all : name => values(test.recovered_vm_ids) }
}
