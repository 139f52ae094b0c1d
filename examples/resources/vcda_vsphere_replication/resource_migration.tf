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
  }

  migration     = true # no instances; ends with the action vcda_replication_migrate
  wait_for_sync = true

  recovery_settings = {
    failover = { # used by the migration
      vm_folder_id       = "group-v4"
      resource_pool_id   = "resgroup-4"
      default_network_id = "network-14"
    }
  }
}
