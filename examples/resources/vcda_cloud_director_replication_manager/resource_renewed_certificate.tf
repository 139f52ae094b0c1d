variable "vcd_password" {
  type      = string
  ephemeral = true
}

variable "thumbprint_a" { # of the appliance
  type    = string
  default = "SHA-256:5B:3E:0C:61:7A:B8:55:12:8E:93:B2:C0:4A:1D:F6:09:D3:7C:21:88:6F:AE:90:4B:15:E2:37:CD:5A:04:B9:F1"
}

variable "director_thumbprint" {
  type    = string
  default = "SHA-256:E4:2A:77:B9:0D:C3:56:18:8F:F1:6B:3E:94:DA:05:2C:A8:61:BE:97:43:0F:D5:7A:19:E6:8C:B2:34:F0:5D:6B"
}

variable "vcenter_thumbprint" {
  type    = string
  default = "SHA-256:3C:91:5E:07:D2:AB:48:F6:1B:60:C9:24:7D:E8:35:9A:02:BF:71:4C:D6:8E:13:A5:5F:90:2B:E7:46:C8:1D:73"
}

resource "vcda_cloud_director_replication_manager" "a" {
  site_name                 = "cloud-a"
  vcd_url                   = "https://director.example.com"
  vcd_thumbprint            = var.director_thumbprint # a new certificate of the Cloud Director
  vcd_username              = "administrator@System"
  vcd_password_wo           = var.vcd_password
  vcd_password_wo_version   = 1
  lookup_service_url        = "https://vcenter.example.com"
  lookup_service_thumbprint = var.vcenter_thumbprint # a new certificate of the vCenter

  # A new certificate of the appliance is registered with the vCenter.
  reapply_triggers = { own_certificate = var.thumbprint_a }
}
