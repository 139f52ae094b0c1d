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

# Who each side is: what a Cloud service wants to be told, and what shows that the providers are swapped.

data "vcda_appliance" "a" {
  provider = vcda.a

  lifecycle {
    postcondition {
      condition     = self.site != null
      error_message = "The appliance that vcda.a logs in to has no site name yet. Finish its first setup."
    }

    postcondition {
      condition     = self.site == null || var.site_a.name == null || self.site == var.site_a.name
      error_message = "vcda.a logs in to the site \"${coalesce(self.site, "-")}\", but site_a.name is \"${coalesce(var.site_a.name, "-")}\". Either the name is wrong, or the providers argument of the module swaps the two."
    }
  }
}

data "vcda_appliance" "b" {
  provider = vcda.b

  lifecycle {
    postcondition {
      condition     = self.site != null
      error_message = "The appliance that vcda.b logs in to has no site name yet. Finish its first setup."
    }

    postcondition {
      condition     = self.site == null || var.site_b.name == null || self.site == var.site_b.name
      error_message = "vcda.b logs in to the site \"${coalesce(self.site, "-")}\", but site_b.name is \"${coalesce(var.site_b.name, "-")}\". Either the name is wrong, or the providers argument of the module swaps the two."
    }
  }
}

locals {
  thumbprint_a = coalesce(var.site_a.thumbprint, one(data.vcda_remote_certificate.a[*].thumbprint))
  thumbprint_b = coalesce(var.site_b.thumbprint, one(data.vcda_remote_certificate.b[*].thumbprint))

  # Both sides have to be re-paired when the certificate of one changes; another spelling is no change.
  triggers_a = merge({ own_certificate = upper(replace(replace(local.thumbprint_a, ":", ""), "/(?i)^sha-?256/", "")) }, var.repair_triggers)
  triggers_b = merge({ own_certificate = upper(replace(replace(local.thumbprint_b, ":", ""), "/(?i)^sha-?256/", "")) }, var.repair_triggers)
}

# A is told about B, then B about A. In between A has nobody to talk to, which shows as a warning.

resource "vcda_site_pairing" "a_to_b" {
  provider = vcda.a

  api_url         = var.site_b.api_url
  api_thumbprint  = local.thumbprint_b
  site            = coalesce(var.site_b.name, data.vcda_appliance.b.site)
  description     = var.site_b.description
  repair_triggers = local.triggers_a
  timeouts        = var.timeouts

  lifecycle {
    precondition {
      condition     = trimsuffix(lower(var.site_a.api_url), "/") != trimsuffix(lower(var.site_b.api_url), "/")
      error_message = "site_a and site_b have the same api_url: a site can't be paired with itself."
    }

    precondition {
      condition     = data.vcda_appliance.a.instance_id == null || data.vcda_appliance.a.instance_id != data.vcda_appliance.b.instance_id
      error_message = "vcda.a and vcda.b log in to the same appliance: a site can't be paired with itself."
    }

    precondition {
      condition     = data.vcda_appliance.a.service == data.vcda_appliance.b.service
      error_message = "One side runs ${coalesce(data.vcda_appliance.a.service, "another service")}, the other ${coalesce(data.vcda_appliance.b.service, "another service")}: both sites of a pair run the same service, manager or cloud."
    }
  }
}

resource "vcda_site_pairing" "b_to_a" {
  provider = vcda.b

  api_url         = var.site_a.api_url
  api_thumbprint  = local.thumbprint_a
  site            = coalesce(var.site_a.name, data.vcda_appliance.a.site)
  description     = var.site_a.description
  repair_triggers = local.triggers_b
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
