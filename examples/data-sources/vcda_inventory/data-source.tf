data "vcda_inventory" "vdc" {
  kind = "vdcs"
  name = "acme-vdc"
}

data "vcda_inventory" "networks" {
  kind   = "networks"
  vdc_id = one(data.vcda_inventory.vdc.items).id
}

output "networks" {
  value = { for n in data.vcda_inventory.networks.items : n.name => n.id }
}
