# A VM of another site, by its name, for a replication
data "vcda_inventory" "web" {
  kind = "vms"
  site = "site-b"
  name = "web"

  lifecycle {
    postcondition {
      condition     = length(self.items) == 1
      error_message = "There is not exactly one VM with this name."
    }
  }
}

output "web" {
  value = one(data.vcda_inventory.web.items).id
}
