# Pairs the two simulated sites, and protects the three VMs of site-a at site-b.

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

resource "vcda_vsphere_replication" "vm" {
  provider   = vcda.b
  for_each   = { web = "vm-101", db = "vm-102", mail = "vm-103" }
  depends_on = [module.dr_pair]

  source = {
    site       = "site-a"
    vcenter_id = "6c5f3a0e-93d2-4f6b-8e57-2b90d4c6a813"
    vm_id      = each.value
  }

  destination = {
    site         = "site-b"
    vcenter_id   = "0f3c8b71-5f0d-4d3a-9f0e-6a51c2de9b47"
    datastore_id = "datastore-1"
  }

  wait_for_sync = true

  recovery_settings = {
    failover      = { resource_pool_id = "resgroup-4", default_network_id = "network-14" }
    failover_test = { resource_pool_id = "resgroup-4", default_network_id = "network-99" }
  }
}

# What the drill tests. Nothing runs in the simulated VMs: the appliance itself answers in their place.
output "drills" {
  value = { for name, vm in vcda_vsphere_replication.vm : name => {
    replication_id = vm.id
    check          = replace(local.site_b.url, "https://", "tcp://")
    wait_seconds   = 3
  } }
}

output "appliance" {
  sensitive = true
  value = {
    VCDA_URL        = local.site_b.url
    VCDA_THUMBPRINT = local.site_b.thumbprint
    VCDA_LOGIN      = "local_user"
    VCDA_USERNAME   = local.site_b.credentials.local_user.username
    VCDA_PASSWORD   = local.site_b.credentials.local_user.password
  }
}
