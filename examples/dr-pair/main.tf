# A is told about B, and B about A. The link works when both are done: until then each appliance
# reports that it cannot talk to the other, which shows as a warning.

resource "vcda_site_pairing" "a_to_b" {
  provider = vcda.a

  api_url        = coalesce(var.site_b.api_url, var.site_b.url)
  api_thumbprint = var.site_b.thumbprint
  site           = var.site_b.name
  description    = "Recovery site of A"
}

resource "vcda_site_pairing" "b_to_a" {
  provider = vcda.b

  api_url        = coalesce(var.site_a.api_url, var.site_a.url)
  api_thumbprint = var.site_a.thumbprint
  site           = var.site_a.name
  description    = "Protected site of B"
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
