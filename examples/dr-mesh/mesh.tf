# Written by generator/ for site-a, site-b, site-c. Don't edit it: change the list and write it again, as README.md shows.

variable "sites" {
  description = <<-EOT
    The appliance of each site:
    url            - where Terraform reaches it
    ca_certificate - PEM text or file of the authority that signed its certificate, if not a public one
    thumbprint     - SHA-256 thumbprint of its certificate; the other sites look it up when left out
    api_url        - where the other appliances reach it, if not at url
    name           - its name, if it differs from the key of the map
    description    - text that the other sites show for it
    username       - a local user; root by default
  EOT

  type = map(object({
    url            = string
    ca_certificate = optional(string)
    thumbprint     = optional(string)
    api_url        = optional(string)
    name           = optional(string)
    description    = optional(string)
    username       = optional(string, "root")
  }))

  validation {
    condition     = toset(keys(var.sites)) == toset(["site-a", "site-b", "site-c"])
    error_message = "This mesh is for site-a, site-b, site-c. For other sites, write mesh.tf again, as README.md shows."
  }
}

variable "passwords" {
  description = "Password of the local user of each site."
  type        = map(string)
  sensitive   = true

  validation {
    condition     = toset(keys(var.passwords)) == toset(["site-a", "site-b", "site-c"])
    error_message = "There must be one password for each of site-a, site-b, site-c."
  }
}

variable "lost_site" {
  description = "The site that is lost, by its name in sites. While it is set, nothing of that site is read, planned or created, so that the others can be managed."
  type        = string
  default     = null

  validation {
    condition     = var.lost_site == null || contains(["site-a", "site-b", "site-c"], coalesce(var.lost_site, "-"))
    error_message = "The lost site must be one of site-a, site-b, site-c."
  }
}

variable "adopt_existing" {
  description = "Whether to adopt pairings that exist already, instead of failing."
  type        = bool
  default     = false
}

provider "vcda" {
  alias = "site-a"

  url            = var.sites["site-a"].url
  ca_certificate = var.sites["site-a"].ca_certificate
  thumbprint     = var.sites["site-a"].thumbprint

  login = {
    local_user = {
      username = var.sites["site-a"].username
      password = var.passwords["site-a"]
    }
  }
}

provider "vcda" {
  alias = "site-b"

  url            = var.sites["site-b"].url
  ca_certificate = var.sites["site-b"].ca_certificate
  thumbprint     = var.sites["site-b"].thumbprint

  login = {
    local_user = {
      username = var.sites["site-b"].username
      password = var.passwords["site-b"]
    }
  }
}

provider "vcda" {
  alias = "site-c"

  url            = var.sites["site-c"].url
  ca_certificate = var.sites["site-c"].ca_certificate
  thumbprint     = var.sites["site-c"].thumbprint

  login = {
    local_user = {
      username = var.sites["site-c"].username
      password = var.passwords["site-c"]
    }
  }
}

module "site-a_site-b" {
  source = "../dr-pair"

  providers = {
    vcda.a = vcda.site-a
    vcda.b = vcda.site-b
  }

  site_a = local.peers["site-a"]
  site_b = local.peers["site-b"]

  adopt_existing = var.adopt_existing
  lost_site      = lookup({ "site-a" = "a", "site-b" = "b" }, coalesce(var.lost_site, "-"), null)
}

module "site-a_site-c" {
  source = "../dr-pair"

  providers = {
    vcda.a = vcda.site-a
    vcda.b = vcda.site-c
  }

  site_a = local.peers["site-a"]
  site_b = local.peers["site-c"]

  adopt_existing = var.adopt_existing
  lost_site      = lookup({ "site-a" = "a", "site-c" = "b" }, coalesce(var.lost_site, "-"), null)
}

module "site-b_site-c" {
  source = "../dr-pair"

  providers = {
    vcda.a = vcda.site-b
    vcda.b = vcda.site-c
  }

  site_a = local.peers["site-b"]
  site_b = local.peers["site-c"]

  adopt_existing = var.adopt_existing
  lost_site      = lookup({ "site-b" = "a", "site-c" = "b" }, coalesce(var.lost_site, "-"), null)
}

locals {
  pairs = [
    { a = "site-a", b = "site-b", known = module.site-a_site-b },
    { a = "site-a", b = "site-c", known = module.site-a_site-c },
    { a = "site-b", b = "site-c", known = module.site-b_site-c },
  ]
}
