data "vcda_inventory" "vapps" {
  kind = "vapps"
  site = "site-b"
}

resource "vcda_vapp_replication" "all" {
  for_each = { for vapp in data.vcda_inventory.vapps.items : vapp.name => vapp.id if contains(["shop", "mail"], vapp.name) }

  source = {
    site = "site-b"
    vapp = { id = each.value }
  }

  destination = {
    site   = "site-a"
    vcloud = { vdc_id = "d6977f40-2c8e-4a15-b7f3-9e6d1c0a5b82" }
  }

  rpo_minutes = 60
  owner       = "acme@site-a" # so that the organization sees them

  lifecycle {
    prevent_destroy = true
  }
}
