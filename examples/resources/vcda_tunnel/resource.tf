variable "root_password" {
  type      = string
  ephemeral = true
}

# The appliance is asked which certificate it sees, which must have this thumbprint.
resource "vcda_tunnel" "one" {
  url              = "https://tunnel-1.example.com:8047"
  thumbprint       = "SHA-256:5B:3E:0C:61:7A:B8:55:12:8E:93:B2:C0:4A:1D:F6:09:D3:7C:21:88:6F:AE:90:4B:15:E2:37:CD:5A:04:B9:F1"
  root_password_wo = var.root_password
}
