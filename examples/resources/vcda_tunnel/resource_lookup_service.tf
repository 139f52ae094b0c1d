variable "root_password" {
  type      = string
  ephemeral = true
}

variable "thumbprint_a" { # of the Cloud service
  type    = string
  default = "SHA-256:5B:3E:0C:61:7A:B8:55:12:8E:93:B2:C0:4A:1D:F6:09:D3:7C:21:88:6F:AE:90:4B:15:E2:37:CD:5A:04:B9:F1"
}

resource "vcda_tunnel" "one" {
  url                       = "https://tunnel-1.example.com:8047"
  thumbprint                = "SHA-256:B6:4D:F9:12:80:E3:2E:57:CB:06:A4:79:1D:9F:D2:68:35:EC:4B:F0:87:5A:C6:21:0E:93:BD:74:A8:1F:62:DB"
  root_password_wo          = var.root_password
  lookup_service_url        = "https://vcenter.example.com"
  lookup_service_thumbprint = "SHA-256:3C:91:5E:07:D2:AB:48:F6:1B:60:C9:24:7D:E8:35:9A:02:BF:71:4C:D6:8E:13:A5:5F:90:2B:E7:46:C8:1D:73"

  # Another value registers address and certificate again.
  repair_triggers = { cloud_certificate = var.thumbprint_a }
}
