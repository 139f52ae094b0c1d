# The certificate of the other appliance, as its administrator exported it
output "thumbprint_of_b" {
  value = provider::vcda::thumbprint(file("${path.module}/vcda-b.pem"))
}
