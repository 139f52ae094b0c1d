variable "root_passwords" { # by replicator
  type      = map(string)
  ephemeral = true
}

variable "sso_password" {
  type      = string
  ephemeral = true
}

resource "vcda_replicator" "all" {
  for_each = {
    r1 = { host = "replicator-1.example.com", thumbprint = "SHA-256:71:0B:E5:3F:9C:28:D4:86:AA:17:5D:C0:6E:F3:49:B2:8D:04:95:EB:2F:7C:D1:38:60:A9:1E:FB:57:C4:0A:92" }
    r2 = { host = "replicator-2.example.com", thumbprint = "SHA-256:0F:D8:46:A2:BB:73:1C:E9:50:8A:F7:2D:C1:64:9E:35:D9:1A:6C:80:F4:B3:27:5E:A6:0C:ED:49:92:7B:38:C5" }
  }

  api_url                   = "https://${each.value.host}:8043"
  api_thumbprint            = each.value.thumbprint
  description               = each.key
  root_password_wo          = var.root_passwords[each.key]
  sso_user                  = "administrator@vsphere.local"
  sso_password_wo           = var.sso_password
  sso_password_wo_version   = 1
  lookup_service_url        = "https://vcenter.example.com"
  lookup_service_thumbprint = "SHA-256:3C:91:5E:07:D2:AB:48:F6:1B:60:C9:24:7D:E8:35:9A:02:BF:71:4C:D6:8E:13:A5:5F:90:2B:E7:46:C8:1D:73"
}

# For repair_triggers of the pairings at the other sites
output "replicators" {
  value = { for name, replicator in vcda_replicator.all : name => replicator.id }
}
