variable "root_password" {
  type      = string
  ephemeral = true
}

# The certificate that the appliance sees at the address must have this thumbprint.
resource "vcda_tunnel" "one" {
  url              = "https://tunnel-1.example.com:8047"
  thumbprint       = "SHA-256:B6:4D:F9:12:80:E3:2E:57:CB:06:A4:79:1D:9F:D2:68:35:EC:4B:F0:87:5A:C6:21:0E:93:BD:74:A8:1F:62:DB"
  root_password_wo = var.root_password
}
