variable "vcd_password" {
  type      = string
  ephemeral = true
}

variable "public_port" {
  type    = number
  default = 443
}

resource "vcda_cloud_director_replication_manager" "a" {
  site_name                 = "cloud-a"
  vcd_url                   = "https://director.example.com"
  vcd_thumbprint            = "SHA-256:E4:2A:77:B9:0D:C3:56:18:8F:F1:6B:3E:94:DA:05:2C:A8:61:BE:97:43:0F:D5:7A:19:E6:8C:B2:34:F0:5D:6B"
  vcd_username              = "administrator@System"
  vcd_password_wo           = var.vcd_password
  vcd_password_wo_version   = 1
  lookup_service_url        = "https://vcenter.example.com"
  lookup_service_thumbprint = "SHA-256:3C:91:5E:07:D2:AB:48:F6:1B:60:C9:24:7D:E8:35:9A:02:BF:71:4C:D6:8E:13:A5:5F:90:2B:E7:46:C8:1D:73"

  # Where other sites reach the appliance: the address that the firewall forwards
  public_endpoint_address = "dr.example.com"
  public_endpoint_port    = var.public_port
}
