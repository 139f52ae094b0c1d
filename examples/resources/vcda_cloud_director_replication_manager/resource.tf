variable "license_key" {
  type      = string
  ephemeral = true
}

variable "vcd_password" {
  type      = string
  ephemeral = true
}

resource "vcda_cloud_director_replication_manager" "a" {
  site_name                 = "cloud-a"
  site_description          = "East"
  license_key_wo            = var.license_key
  license_key_wo_version    = 1
  public_endpoint_address   = "cloud-a.example.com"
  vcd_url                   = "https://director.example.com"
  vcd_thumbprint            = "SHA-256:5B:3E:0C:61:7A:B8:55:12:8E:93:B2:C0:4A:1D:F6:09:D3:7C:21:88:6F:AE:90:4B:15:E2:37:CD:5A:04:B9:F1"
  vcd_username              = "administrator@System"
  vcd_password_wo           = var.vcd_password
  vcd_password_wo_version   = 1
  lookup_service_url        = "https://vcenter.example.com"
  lookup_service_thumbprint = "SHA-256:A7:1F:42:9C:E0:5D:33:B6:08:7B:F4:61:2E:99:C5:1A:84:DD:70:3F:56:EB:12:C8:9A:47:05:BE:63:F8:21:DC"
}
