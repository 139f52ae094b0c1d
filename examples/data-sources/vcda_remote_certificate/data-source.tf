data "vcda_remote_certificate" "b" {
  url = "https://vcda-b.example.com:8048"
}

# Compare this once with what the other side's administrator reads on the appliance.
output "thumbprint_of_b" {
  value = data.vcda_remote_certificate.b.thumbprint
}

# The same, as the appliance sees it
data "vcda_remote_certificate" "b_through_the_tunnel" {
  url = "https://vcda-b.example.com:8048"
  via = "appliance"

  lifecycle {
    postcondition {
      condition     = self.thumbprint == data.vcda_remote_certificate.b.thumbprint
      error_message = "The appliance sees another certificate than this machine."
    }
  }
}
