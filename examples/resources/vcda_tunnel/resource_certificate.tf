variable "root_password" {
  type      = string
  ephemeral = true
}

resource "vcda_tunnel" "one" {
  url              = "https://tunnel-1.example.com:8047"
  certificate      = file("${path.module}/tunnel-1.pem") # or certificate of vcda_service_certificate
  root_password_wo = var.root_password
}
