variable "password" {
  type      = string
  ephemeral = true
}

variable "root_password" { # of the replicator
  type      = string
  ephemeral = true
}

variable "sso_password" {
  type      = string
  ephemeral = true
}

provider "vcda" {
  url        = "https://vcda-a.example.com"
  thumbprint = "SHA-256:5B:3E:0C:61:7A:B8:55:12:8E:93:B2:C0:4A:1D:F6:09:D3:7C:21:88:6F:AE:90:4B:15:E2:37:CD:5A:04:B9:F1"
  login      = { local_user = { username = "root", password = var.password } }

  manager = {
    url        = "https://vcda-a.example.com:8441"
    thumbprint = "SHA-256:9A:46:D1:0E:7F:B3:28:C5:60:F2:8B:17:E4:5C:93:AD:02:71:BE:4F:D8:36:0A:C9:65:1F:EB:83:5D:74:A0:2C" # it has a certificate of its own
  }
}

resource "vcda_replicator" "acme" {
  owner                     = "acme@cloud-a" # for the replications of one organization
  site_name                 = "cloud-a"      # the Manager beside a Cloud service has no name of its own
  api_url                   = "https://replicator-1.example.com:8043"
  api_thumbprint            = "SHA-256:71:0B:E5:3F:9C:28:D4:86:AA:17:5D:C0:6E:F3:49:B2:8D:04:95:EB:2F:7C:D1:38:60:A9:1E:FB:57:C4:0A:92"
  root_password_wo          = var.root_password
  sso_user                  = "administrator@vsphere.local"
  sso_password_wo           = var.sso_password
  sso_password_wo_version   = 1
  lookup_service_url        = "https://vcenter.example.com"
  lookup_service_thumbprint = "SHA-256:3C:91:5E:07:D2:AB:48:F6:1B:60:C9:24:7D:E8:35:9A:02:BF:71:4C:D6:8E:13:A5:5F:90:2B:E7:46:C8:1D:73"
}
