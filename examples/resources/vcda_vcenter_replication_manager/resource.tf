variable "license_key" {
  type      = string
  ephemeral = true
}

variable "sso_password" {
  type      = string
  ephemeral = true
}

resource "vcda_vcenter_replication_manager" "a" {
  site_name                 = "site-a"
  license_key_wo            = var.license_key
  license_key_wo_version    = 1
  lookup_service_url        = "https://vcenter.example.com"
  lookup_service_thumbprint = "SHA-256:A7:1F:42:9C:E0:5D:33:B6:08:7B:F4:61:2E:99:C5:1A:84:DD:70:3F:56:EB:12:C8:9A:47:05:BE:63:F8:21:DC"
  sso_user                  = "administrator@vsphere.local"
  sso_password_wo           = var.sso_password
  sso_password_wo_version   = 1
}
