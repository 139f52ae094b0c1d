locals {
  # Every appliance: the Managers and Cloud services, their replicators and tunnels.
  appliances = merge([for key, s in var.sites : merge(
    { (key) = { url = s.url, thumbprint = s.thumbprint, site = key } },
    { for name, r in s.replicators : "${key}/${name}" => { url = r.url, thumbprint = r.thumbprint, site = key } },
    { for name, t in try(s.cloud_director.tunnels, {}) : "${key}/${name}" => { url = t.url, thumbprint = t.thumbprint, site = key } },
  )]...)
}

# Belongs to no appliance: the passwords log in by themselves.
provider "vcda" {
  alias = "first_boot"
}

resource "vcda_appliance_password" "all" {
  provider = vcda.first_boot
  for_each = local.appliances

  url                     = each.value.url
  thumbprint              = each.value.thumbprint
  current_password_wo     = lookup(var.previous_root_passwords, each.value.site, var.deployment_passwords[each.key])
  new_password_wo         = var.root_passwords[each.value.site]
  new_password_wo_version = var.password_version
}

# The url waits for all the passwords, so the provider does not log in before they are set.
provider "vcda" {
  alias      = "a"
  url        = vcda_appliance_password.all["a"].id
  thumbprint = var.sites["a"].thumbprint
  login = {
    local_user = {
      username          = "root"
      password          = var.root_passwords["a"]
      previous_password = lookup(var.previous_root_passwords, "a", null)
    }
  }
  manager = {
    url        = try(var.sites["a"].cloud_director.manager.url, null)
    thumbprint = try(var.sites["a"].cloud_director.manager.thumbprint, null)
  }
}

provider "vcda" {
  alias      = "b"
  url        = vcda_appliance_password.all["b"].id
  thumbprint = var.sites["b"].thumbprint
  login = {
    local_user = {
      username          = "root"
      password          = var.root_passwords["b"]
      previous_password = lookup(var.previous_root_passwords, "b", null)
    }
  }
  manager = {
    url        = try(var.sites["b"].cloud_director.manager.url, null)
    thumbprint = try(var.sites["b"].cloud_director.manager.thumbprint, null)
  }
}

module "a" {
  source    = "./site"
  providers = { vcda = vcda.a }

  settings      = var.sites["a"]
  license_key   = var.license_keys["a"]
  root_password = var.root_passwords["a"]
  sso_user      = var.sso_user
  sso_password  = var.sso_password
  vcd_password  = try(var.vcd_passwords["a"], null)
}

module "b" {
  source    = "./site"
  providers = { vcda = vcda.b }

  settings      = var.sites["b"]
  license_key   = var.license_keys["b"]
  root_password = var.root_passwords["b"]
  sso_user      = var.sso_user
  sso_password  = var.sso_password
  vcd_password  = try(var.vcd_passwords["b"], null)
}

# A new replicator needs a re-pairing on both sides.
resource "vcda_site_pairing" "a_to_b" {
  provider = vcda.a

  site            = module.b.site_name
  api_url         = coalesce(var.sites["b"].pairing_url, "${var.sites["b"].url}:8048")
  api_thumbprint  = var.sites["b"].thumbprint
  repair_triggers = { replicators = join(",", module.b.replicator_ids) }
  adopt_existing  = true  # continues a run that was cut short
  expect_link     = false # the other half follows
  depends_on      = [module.a, module.b]
}

resource "vcda_site_pairing" "b_to_a" {
  provider = vcda.b

  site            = module.a.site_name
  api_url         = coalesce(var.sites["a"].pairing_url, "${var.sites["a"].url}:8048")
  api_thumbprint  = var.sites["a"].thumbprint
  repair_triggers = { replicators = join(",", module.a.replicator_ids) }
  adopt_existing  = true
  wait_for_link   = true
  depends_on      = [vcda_site_pairing.a_to_b]
}
