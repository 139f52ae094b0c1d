resource "vcda_vsphere_replication" "web" {
  source = {
    site       = "site-b"
    vcenter_id = "9d1f3a57-2c4e-4b86-8f0a-1e3c5d7b9f24"
    vm_id      = "vm-101"
  }

  destination = {
    site         = "site-a"
    vcenter_id   = "3b7e9c15-8d2f-4a64-b1e0-6c5d4f3a2b19"
    datastore_id = "datastore-1"
    disks = [{
      key          = 2000
      datastore_id = "datastore-2"
      path         = "seeds/web.vmdk"
      seed         = true
    }]
  }

  disk_cleanup = "AUTO" # a destroy keeps the seed
}
