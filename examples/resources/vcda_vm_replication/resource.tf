# The provider is configured for site-a, where the replication is managed, and its
# session is extended to site-b.
resource "vcda_vm_replication" "web" {
  source = {
    site = "site-b"
    vm   = { id = "441a891a-6d6c-4b3f-9a3b-0d5e2d2c7f10" } # or the id of a vcd_vm, with its urn:vcloud:vm:
  }

  destination = {
    site   = "site-a"
    vcloud = { vdc_id = "d6977f40-2c8e-4a15-b7f3-9e6d1c0a5b82" }
  }

  rpo_minutes     = 240
  retention_rules = [{ instances = 3, distance_minutes = 60 }]
  owner           = "acme@site-a"

  network_settings = {
    failover_test = {
      network_mappings = [{
        source_network         = "production"
        destination_network_id = "8a5d3f17-4e92-4c6b-a0d8-7b1c2e9f6a45"
      }]
      nics = [{ index = 0, network = "test", ip_allocation_mode = "POOL" }]
    }
  }
}
