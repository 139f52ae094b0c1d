# The certificate of the other appliance, exported there by its administrator
resource "vcda_site_pairing" "b" {
  api_url        = "https://vcda-b.example.com:8048"
  api_thumbprint = provider::vcda::thumbprint(file("vcda-b.pem"))
}
