# Calls examples/day-zero with the fresh appliances that the simulator printed as JSON.

terraform {
  required_providers {
    vcda = {
      source = "vcda-dr/vcda"
    }
  }
}

locals {
  printed    = jsondecode(file("${path.module}/simulator.json"))
  appliances = local.printed.appliances
}

module "day_zero" {
  source = "./day-zero"

  sites = { for key in ["a", "b"] : key => {
    url            = local.appliances[key].url
    thumbprint     = local.appliances[key].thumbprint
    pairing_url    = local.appliances[key].url
    site           = "site-${key}"
    lookup_service = local.printed.lookup_service
    replicators = { for name in ["r1", "r2"] : name => {
      url        = local.appliances["${key}/${name}"].url
      api_url    = local.appliances["${key}/${name}"].url
      thumbprint = local.appliances["${key}/${name}"].thumbprint
    } }
  } }

  license_keys         = { a = "SIMUL-ATED0-LICEN-SEKEY-00001", b = "SIMUL-ATED0-LICEN-SEKEY-00002" }
  deployment_passwords = { for name, one in local.appliances : name => one.credentials.local_user.password }
  root_passwords       = { a = "Chosen-passw0rd-a", b = "Chosen-passw0rd-b" }
  sso_user             = local.appliances.a.credentials.sso_credentials.username
  sso_password         = local.appliances.a.credentials.sso_credentials.password
}

output "healthy" {
  value = module.day_zero.healthy
}
