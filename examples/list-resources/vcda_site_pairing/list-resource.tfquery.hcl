# All pairings, with what is needed to manage them:
#
#   terraform query -generate-config-out=pairings.tf
#   terraform apply
list "vcda_site_pairing" "all" {
  provider         = vcda
  include_resource = true
}

# The pairing with one site, by its address in any notation
list "vcda_site_pairing" "b" {
  provider = vcda

  config {
    api_url = "https://vcda-b.example.com:8048"
  }
}
