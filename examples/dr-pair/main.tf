# What is not given is looked up by the appliance that is going to trust it, or by Terraform itself.

data "vcda_remote_certificate" "a" {
  count    = var.site_a.thumbprint == null ? 1 : 0
  provider = vcda.b

  url = var.site_a.api_url
  via = var.certificate_via
}

data "vcda_remote_certificate" "b" {
  count    = var.site_b.thumbprint == null ? 1 : 0
  provider = vcda.a

  url = var.site_b.api_url
  via = var.certificate_via
}

# A is told about B, then B about A. In between A has nobody to talk to, which shows as a warning.

resource "vcda_site_pairing" "a_to_b" {
  provider = vcda.a

  api_url         = var.site_b.api_url
  api_thumbprint  = coalesce(var.site_b.thumbprint, one(data.vcda_remote_certificate.b[*].thumbprint))
  site            = var.site_b.name
  description     = var.site_b.description
  repair_triggers = var.repair_triggers
  timeouts        = var.timeouts

  lifecycle {
    precondition {
      condition     = trimsuffix(lower(var.site_a.api_url), "/") != trimsuffix(lower(var.site_b.api_url), "/")
      error_message = "site_a and site_b have the same api_url: a site can't be paired with itself."
    }
  }
}

resource "vcda_site_pairing" "b_to_a" {
  provider = vcda.b

  api_url         = var.site_a.api_url
  api_thumbprint  = coalesce(var.site_a.thumbprint, one(data.vcda_remote_certificate.a[*].thumbprint))
  site            = var.site_a.name
  description     = var.site_a.description
  repair_triggers = var.repair_triggers
  timeouts        = var.timeouts

  wait_for_link = var.wait_for_link

  depends_on = [vcda_site_pairing.a_to_b] # only who pairs last can wait for the link
}

# How each side sees the other once both are paired.

data "vcda_site" "a_to_b" {
  provider = vcda.a

  id         = vcda_site_pairing.a_to_b.id
  depends_on = [vcda_site_pairing.b_to_a]
}

data "vcda_site" "b_to_a" {
  provider = vcda.b

  id         = vcda_site_pairing.b_to_a.id
  depends_on = [vcda_site_pairing.a_to_b]
}
