resource "vcda_vm_replication" "web" {
  source = {
    site = "site-b"
    vm   = { id = "441a891a-6d6c-4b3f-9a3b-0d5e2d2c7f10" }
  }

  destination = {
    site   = "site-a"
    vcloud = { vdc_id = "d6977f40-2c8e-4a15-b7f3-9e6d1c0a5b82" }
  }

  wait_for_sync = true

  timeouts = {
    create = "12h"
  }
}
