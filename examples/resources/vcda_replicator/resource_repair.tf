variable "root_password" {
  type      = string
  ephemeral = true
}

variable "sso_password" {
  type      = string
  ephemeral = true
}

variable "thumbprint_a" { # of the Manager
  type    = string
  default = "SHA-256:5B:3E:0C:61:7A:B8:55:12:8E:93:B2:C0:4A:1D:F6:09:D3:7C:21:88:6F:AE:90:4B:15:E2:37:CD:5A:04:B9:F1"
}

variable "replicator_thumbprint" {
  type    = string
  default = "SHA-256:71:0B:E5:3F:9C:28:D4:86:AA:17:5D:C0:6E:F3:49:B2:8D:04:95:EB:2F:7C:D1:38:60:A9:1E:FB:57:C4:0A:92"
}

resource "vcda_replicator" "one" {
  api_url                   = "https://replicator-1.example.com:8043"
  api_thumbprint            = var.replicator_thumbprint # a new certificate of the replicator
  root_password_wo          = var.root_password
  sso_user                  = "administrator@vsphere.local"
  sso_password_wo           = var.sso_password
  sso_password_wo_version   = 1
  lookup_service_url        = "https://vcenter.example.com"
  lookup_service_thumbprint = "SHA-256:3C:91:5E:07:D2:AB:48:F6:1B:60:C9:24:7D:E8:35:9A:02:BF:71:4C:D6:8E:13:A5:5F:90:2B:E7:46:C8:1D:73"

  # A new certificate of the Manager
  repair_triggers = { manager_certificate = var.thumbprint_a }
}
