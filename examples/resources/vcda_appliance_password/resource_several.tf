variable "deployment_passwords" { # by appliance
  type      = map(string)
  ephemeral = true
}

variable "root_password" {
  type      = string
  ephemeral = true
}

provider "vcda" {
  alias = "first_boot"
}

resource "vcda_appliance_password" "all" {
  provider = vcda.first_boot
  for_each = {
    a  = { url = "https://vcda-a.example.com", thumbprint = "SHA-256:5B:3E:0C:61:7A:B8:55:12:8E:93:B2:C0:4A:1D:F6:09:D3:7C:21:88:6F:AE:90:4B:15:E2:37:CD:5A:04:B9:F1" }
    r1 = { url = "https://replicator-1.example.com", thumbprint = "SHA-256:71:0B:E5:3F:9C:28:D4:86:AA:17:5D:C0:6E:F3:49:B2:8D:04:95:EB:2F:7C:D1:38:60:A9:1E:FB:57:C4:0A:92" }
  }

  url                     = each.value.url
  thumbprint              = each.value.thumbprint
  current_password_wo     = var.deployment_passwords[each.key]
  new_password_wo         = var.root_password
  new_password_wo_version = 1
}

# Everything of this provider waits for all of the passwords.
provider "vcda" {
  url        = vcda_appliance_password.all["a"].id
  thumbprint = "SHA-256:5B:3E:0C:61:7A:B8:55:12:8E:93:B2:C0:4A:1D:F6:09:D3:7C:21:88:6F:AE:90:4B:15:E2:37:CD:5A:04:B9:F1"
  login      = { local_user = { username = "root", password = var.root_password } }
}
