# Certificates whose thumbprints are left out. The appliance that is going to trust one looks it up, or Terraform
# itself does. Nothing is read from a lost site.

data "vcda_remote_certificate" "a" {
  count    = var.site_a.thumbprint == null && var.lost_site == null ? 1 : 0
  provider = vcda.b

  url = var.site_a.api_url
  via = var.certificate_via
}

data "vcda_remote_certificate" "b" {
  count    = var.site_b.thumbprint == null && var.lost_site == null ? 1 : 0
  provider = vcda.a

  url = var.site_b.api_url
  via = var.certificate_via
}

# The appliances whose site names are left out.

data "vcda_appliance" "a" {
  count    = var.site_a.name == null && var.lost_site != "a" ? 1 : 0
  provider = vcda.a

  lifecycle {
    postcondition {
      condition     = self.site != null
      error_message = "The appliance that vcda.a logs in to has no site name yet. Finish its first setup."
    }
  }
}

data "vcda_appliance" "b" {
  count    = var.site_b.name == null && var.lost_site != "b" ? 1 : 0
  provider = vcda.b

  lifecycle {
    postcondition {
      condition     = self.site != null
      error_message = "The appliance that vcda.b logs in to has no site name yet. Finish its first setup."
    }
  }
}

locals {
  name_a = try(coalesce(var.site_a.name, one(data.vcda_appliance.a[*].site)), null)
  name_b = try(coalesce(var.site_b.name, one(data.vcda_appliance.b[*].site)), null)

  thumbprint_a = try(coalesce(var.site_a.thumbprint, one(data.vcda_remote_certificate.a[*].thumbprint)), "")
  thumbprint_b = try(coalesce(var.site_b.thumbprint, one(data.vcda_remote_certificate.b[*].thumbprint)), "")

  # Both sides have to be re-paired when the certificate of one changes; another notation is no change.
  triggers_a = merge({ own_certificate = upper(replace(replace(local.thumbprint_a, ":", ""), "/(?i)^sha-?256/", "")) }, var.repair_triggers)
  triggers_b = merge({ own_certificate = upper(replace(replace(local.thumbprint_b, ":", ""), "/(?i)^sha-?256/", "")) }, var.repair_triggers)
}

# A is paired with B, then B with A. In between, the link does not work, which is expected.

resource "vcda_site_pairing" "a_to_b" {
  count    = var.lost_site == "a" ? 0 : 1
  provider = vcda.a

  api_url         = var.site_b.api_url
  api_thumbprint  = local.thumbprint_b
  site            = local.name_b
  description     = var.site_b.description
  repair_triggers = local.triggers_a
  timeouts        = var.timeouts
  adopt_existing  = var.adopt_existing
  expect_link     = false # only the side that pairs last can expect it

  lifecycle {
    precondition {
      condition     = var.lost_site == null || var.site_a.name != null && var.site_a.thumbprint != null && var.site_b.name != null && var.site_b.thumbprint != null
      error_message = "With lost_site, nothing can be looked up: set name and thumbprint of site_a and site_b."
    }

    precondition {
      condition     = trimsuffix(lower(var.site_a.api_url), "/") != trimsuffix(lower(var.site_b.api_url), "/")
      error_message = "site_a and site_b have the same api_url: a site can't be paired with itself."
    }

    precondition {
      condition     = try(data.vcda_appliance.a[0].instance_id != data.vcda_appliance.b[0].instance_id, true)
      error_message = "vcda.a and vcda.b log in to the same appliance: a site can't be paired with itself."
    }

    precondition {
      condition     = try(data.vcda_appliance.a[0].service == data.vcda_appliance.b[0].service, true)
      error_message = "One side runs ${try(data.vcda_appliance.a[0].service, "another service")}, the other ${try(data.vcda_appliance.b[0].service, "another service")}: both sites of a pair run the same service, manager or cloud."
    }
  }
}

resource "vcda_site_pairing" "b_to_a" {
  count    = var.lost_site == "b" ? 0 : 1
  provider = vcda.b

  api_url         = var.site_a.api_url
  api_thumbprint  = local.thumbprint_a
  site            = local.name_a
  description     = var.site_a.description
  repair_triggers = local.triggers_b
  timeouts        = var.timeouts
  adopt_existing  = var.adopt_existing
  wait_for_link   = var.wait_for_link && var.lost_site == null
  expect_link     = var.lost_site == null

  depends_on = [vcda_site_pairing.a_to_b] # only the side that pairs last can wait for the link

  lifecycle {
    precondition {
      condition     = var.lost_site == null || var.site_a.name != null && var.site_a.thumbprint != null && var.site_b.name != null && var.site_b.thumbprint != null
      error_message = "With lost_site, nothing can be looked up: set name and thumbprint of site_a and site_b."
    }
  }
}

# How each side sees the other once both are paired.

data "vcda_site" "a_to_b" {
  count    = var.lost_site == "a" ? 0 : 1
  provider = vcda.a

  id         = vcda_site_pairing.a_to_b[0].id
  depends_on = [vcda_site_pairing.b_to_a]
}

data "vcda_site" "b_to_a" {
  count    = var.lost_site == "b" ? 0 : 1
  provider = vcda.b

  id         = vcda_site_pairing.b_to_a[0].id
  depends_on = [vcda_site_pairing.a_to_b]
}

locals {
  healthy = var.lost_site != null ? false : alltrue(concat(data.vcda_site.a_to_b[*].healthy, data.vcda_site.b_to_a[*].healthy))
}

check "link" {
  assert {
    condition     = var.lost_site != null ? true : local.healthy
    error_message = "The link between the sites does not work. Look at incoming_comm_error and outgoing_comm_error of both pairings."
  }
}
