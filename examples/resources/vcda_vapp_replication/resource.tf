# The provider is configured for site-a, where the replication is managed, and its
# session is extended to site-b.
resource "vcda_vapp_replication" "shop" {
  source = {
    site = "site-b"
    vapp = { id = "0f3c2a6e-7b1d-4e58-8c94-5a2b9d7e1f36" } # or the id of a vcd_vapp, with its urn:vcloud:vapp:
  }

  destination = {
    site   = "site-a"
    vcloud = { vdc_id = "d6977f40-2c8e-4a15-b7f3-9e6d1c0a5b82" }
  }

  sla_profile_id = "b5d7f9e1-3c2a-4810-a6e4-8c0f2d4b6a97"
}
