# As a user of the remote Cloud Director
variable "site_b_password" {
  type      = string
  ephemeral = true
}

ephemeral "vcda_session_extension" "b" {
  site = "site-b"

  credentials = {
    username = "administrator@System"
    password = var.site_b_password
  }
}

# This needs the extension, so it waits for it.
data "vcda_inventory" "vms" {
  kind       = "vms"
  site       = "site-b"
  depends_on = [ephemeral.vcda_session_extension.b]
}

output "vms_of_b" {
  value = data.vcda_inventory.vms.items[*].name
}
