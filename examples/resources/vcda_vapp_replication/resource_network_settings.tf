resource "vcda_vapp_replication" "shop" {
  source = {
    site = "site-b"
    vapp = { id = "0f3c2a6e-7b1d-4e58-8c94-5a2b9d7e1f36" }
  }

  destination = {
    site   = "site-a"
    vcloud = { vdc_id = "d6977f40-2c8e-4a15-b7f3-9e6d1c0a5b82" }
  }

  network_settings = {
    failover = {
      copy_source_networks = true
    }
    failover_test = {
      network_mappings = [{
        source_network         = "production"
        destination_network_id = "8a5d3f17-4e92-4c6b-a0d8-7b1c2e9f6a45" # one that reaches nothing in production
      }]
      nics = { # by VM
        "441a891a-6d6c-4b3f-9a3b-0d5e2d2c7f10" = [{
          index              = 0
          connected          = true
          network            = "test"
          ip_allocation_mode = "MANUAL"
          ip_address         = "192.0.2.10"
          reset_mac_address  = true
        }]
      }
    }
  }
}
