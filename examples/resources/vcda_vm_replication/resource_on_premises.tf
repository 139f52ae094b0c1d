resource "vcda_vm_replication" "erp" {
  source = {
    site = "branch"
    vcenter_vm = {
      vcenter_id = "7a2c9e41-5b8d-4f06-a3d7-1e9c6b4f8d20"
      vm_id      = "vm-42"
      vapp_name  = "erp" # made at the destination
    }
  }

  destination = {
    site   = "site-a"
    vcloud = { vdc_id = "d6977f40-2c8e-4a15-b7f3-9e6d1c0a5b82" }
  }
}
