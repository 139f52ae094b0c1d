variable "root_password" {
  type      = string
  ephemeral = true
}

variable "sso_password" {
  type      = string
  ephemeral = true
}

resource "vcda_replicator" "one" {
  api_url                   = "https://replicator-1.example.com:8043"
  api_thumbprint            = "SHA-256:5B:3E:0C:61:7A:B8:55:12:8E:93:B2:C0:4A:1D:F6:09:D3:7C:21:88:6F:AE:90:4B:15:E2:37:CD:5A:04:B9:F1"
  root_password_wo          = var.root_password
  sso_user                  = "administrator@vsphere.local"
  sso_password_wo           = var.sso_password
  sso_password_wo_version   = 1
  lookup_service_url        = "https://vcenter.example.com"
  lookup_service_thumbprint = "SHA-256:A7:1F:42:9C:E0:5D:33:B6:08:7B:F4:61:2E:99:C5:1A:84:DD:70:3F:56:EB:12:C8:9A:47:05:BE:63:F8:21:DC"
}
