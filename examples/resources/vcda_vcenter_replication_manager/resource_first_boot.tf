variable "deployment_password" { # given with the OVF
  type      = string
  ephemeral = true
}

variable "root_password" {
  type      = string
  ephemeral = true
}

variable "license_key" {
  type      = string
  ephemeral = true
}

variable "sso_password" {
  type      = string
  ephemeral = true
}

provider "vcda" {
  alias = "first_boot"
}

resource "vcda_appliance_password" "a" {
  provider = vcda.first_boot

  url                     = "https://vcda-a.example.com"
  thumbprint              = "SHA-256:5B:3E:0C:61:7A:B8:55:12:8E:93:B2:C0:4A:1D:F6:09:D3:7C:21:88:6F:AE:90:4B:15:E2:37:CD:5A:04:B9:F1"
  current_password_wo     = var.deployment_password
  new_password_wo         = var.root_password
  new_password_wo_version = 1
}

provider "vcda" {
  url        = vcda_appliance_password.a.id # waits for the password
  thumbprint = "SHA-256:5B:3E:0C:61:7A:B8:55:12:8E:93:B2:C0:4A:1D:F6:09:D3:7C:21:88:6F:AE:90:4B:15:E2:37:CD:5A:04:B9:F1"
  login      = { local_user = { username = "root", password = var.root_password } }
}

resource "vcda_vcenter_replication_manager" "a" {
  site_name                 = "site-a"
  license_key_wo            = var.license_key
  license_key_wo_version    = 1
  lookup_service_url        = "https://vcenter.example.com"
  lookup_service_thumbprint = "SHA-256:3C:91:5E:07:D2:AB:48:F6:1B:60:C9:24:7D:E8:35:9A:02:BF:71:4C:D6:8E:13:A5:5F:90:2B:E7:46:C8:1D:73"
  sso_user                  = "administrator@vsphere.local"
  sso_password_wo           = var.sso_password
  sso_password_wo_version   = 1
}
