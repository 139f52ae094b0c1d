# Calls examples/dr-pair with the two appliances that the simulator printed as JSON.

locals {
  appliances = jsondecode(file("${path.module}/simulator.json")).appliances

  site_a = local.appliances["site-a"]
  site_b = local.appliances["site-b"]
}

module "dr_pair" {
  source = "./dr-pair"

  site_a = {
    url            = local.site_a.url
    thumbprint     = local.site_a.thumbprint
    ca_certificate = local.site_a.ca_certificate
    username       = local.site_a.credentials.local_user.username
  }
  site_a_password = local.site_a.credentials.local_user.password

  site_b = {
    url            = local.site_b.url
    thumbprint     = local.site_b.thumbprint
    ca_certificate = local.site_b.ca_certificate
    username       = local.site_b.credentials.local_user.username
  }
  site_b_password = local.site_b.credentials.local_user.password
}

output "a_to_b" {
  value = module.dr_pair.a_to_b
}

output "b_to_a" {
  value = module.dr_pair.b_to_a
}
