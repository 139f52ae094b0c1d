variable "vms" { # by step
  type = map(map(string))
  default = {
    databases     = { db = "vm-102" }
    "web servers" = { web = "vm-101" }
  }
}

resource "vcda_vsphere_replication" "all" {
  for_each = merge(values(var.vms)...)

  source = {
    site       = "site-b"
    vcenter_id = "9d1f3a57-2c4e-4b86-8f0a-1e3c5d7b9f24"
    vm_id      = each.value
  }

  destination = {
    site         = "site-a"
    vcenter_id   = "3b7e9c15-8d2f-4a64-b1e0-6c5d4f3a2b19"
    datastore_id = "datastore-1"
  }
}

resource "vcda_recovery_plan" "shop" {
  name = "shop"

  steps = [for step in ["databases", "web servers"] : {
    name            = step
    replication_ids = [for vm in keys(var.vms[step]) : vcda_vsphere_replication.all[vm].id]
  }]
}
