variable "vms" {
  type = map(object({ vm_id = string, rpo_minutes = optional(number, 60) }))
  default = {
    web = { vm_id = "vm-101" }
    db  = { vm_id = "vm-102", rpo_minutes = 15 }
  }
}

resource "vcda_vsphere_replication" "all" {
  for_each = var.vms

  source = {
    site       = "site-b"
    vcenter_id = "9d1f3a57-2c4e-4b86-8f0a-1e3c5d7b9f24"
    vm_id      = each.value.vm_id
  }

  destination = {
    site         = "site-a"
    vcenter_id   = "3b7e9c15-8d2f-4a64-b1e0-6c5d4f3a2b19"
    datastore_id = "datastore-1"
  }

  description = each.key
  rpo_minutes = each.value.rpo_minutes
}
