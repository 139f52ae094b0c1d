# Calls examples/dr-pair with the two appliances that the simulator printed as JSON.

terraform {
  required_providers {
    vcda = {
      source = "vcda-dr/vcda"
    }
  }
}

locals {
  appliances = jsondecode(file("${path.module}/simulator.json")).appliances

  site_a = local.appliances["site-a"]
  site_b = local.appliances["site-b"]
}

provider "vcda" {
  alias = "a"

  url            = local.site_a.url
  ca_certificate = local.site_a.ca_certificate
  login          = { local_user = local.site_a.credentials.local_user }
}

provider "vcda" {
  alias = "b"

  url            = local.site_b.url
  ca_certificate = local.site_b.ca_certificate
  login          = { local_user = local.site_b.credentials.local_user }
}

module "dr_pair" {
  source = "./dr-pair"

  providers = {
    vcda.a = vcda.a
    vcda.b = vcda.b
  }

  site_a = {
    api_url    = local.site_a.url
    thumbprint = local.site_a.thumbprint
  }

  site_b = {
    api_url    = local.site_b.url
    thumbprint = local.site_b.thumbprint
  }
}

output "a_to_b" {
  value = module.dr_pair.a_to_b
}

output "b_to_a" {
  value = module.dr_pair.b_to_a
}

output "mermaid" {
  value = module.dr_pair.mermaid
}
