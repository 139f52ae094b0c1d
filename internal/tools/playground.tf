# Two simulated appliances, paired with each other. Change what you like: the
# description of a pairing, for instance, and apply again.

terraform {
  required_providers {
    vcda = {
      source = "vcda-dr/vcda"
    }
  }
}

provider "vcda" {
  alias = "a"

  url        = "URL_A"
  thumbprint = "THUMBPRINT_A"
  login      = { local_user = { username = "root", password = "Simulator-root-1" } }
}

provider "vcda" {
  alias = "b"

  url        = "URL_B"
  thumbprint = "THUMBPRINT_B"
  login      = { local_user = { username = "root", password = "Simulator-root-1" } }
}

resource "vcda_site_pairing" "a_to_b" {
  provider = vcda.a

  api_url        = "URL_B"
  api_thumbprint = "THUMBPRINT_B"
  description    = "Recovery site"
  expect_link    = false # it pairs first
}

resource "vcda_site_pairing" "b_to_a" {
  provider   = vcda.b
  depends_on = [vcda_site_pairing.a_to_b]

  api_url        = "URL_A"
  api_thumbprint = "THUMBPRINT_A"
  description    = "Production site"
  wait_for_link  = true
}

data "vcda_site" "b" {
  provider   = vcda.a
  depends_on = [vcda_site_pairing.b_to_a]

  api_url = vcda_site_pairing.a_to_b.api_url
}

output "link" {
  value = {
    healthy  = data.vcda_site.b.healthy
    incoming = try(data.vcda_site.b.incoming_comm_error.code, "fine")
    outgoing = try(data.vcda_site.b.outgoing_comm_error.code, "fine")
  }
}
