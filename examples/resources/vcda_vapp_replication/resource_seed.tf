resource "vcda_vapp_replication" "shop" {
  source = {
    site = "site-b"
    vapp = { id = "0f3c2a6e-7b1d-4e58-8c94-5a2b9d7e1f36" }
  }

  destination = {
    site = "site-a"
    vcloud = {
      vdc_id       = "d6977f40-2c8e-4a15-b7f3-9e6d1c0a5b82"
      seed_vapp_id = "d8b3f6c2-47a1-4e90-9c5d-2f6a8e0b7134" # deleted from Cloud Director: only its disks are kept
    }
  }
}
