variable "replication_id" {
  type    = string
  default = "C4VAPP-7c1f5a0e-93d2-4f6b-8e57-2b90d4c6a813"
}

resource "vcda_failover_test" "shop" {
  replication_id = var.replication_id
  sync           = true # of the latest data

  timeouts = {
    create = "30m"
  }
}

# A failed check warns in an apply, and fails a "terraform test".
check "drill" {
  data "vcda_replication" "shop" {
    id         = var.replication_id
    depends_on = [vcda_failover_test.shop]
  }

  assert {
    condition     = length(vcda_failover_test.shop.recovered_vm_ids) == length(data.vcda_replication.shop.vms)
    error_message = "Not every VM came up."
  }

  assert {
    condition     = timecmp(timeadd(data.vcda_replication.shop.latest_instance.created_at, "1h"), plantimestamp()) > 0
    error_message = "The copy is older than an hour."
  }
}
