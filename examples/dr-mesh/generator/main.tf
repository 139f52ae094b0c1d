# Writes mesh.tf for the given sites: Terraform can't make a provider configuration for each
# element of a list.

variable "sites" {
  description = "Names of the sites: letters, digits and dashes, a letter first."
  type        = set(string)

  validation {
    condition     = length(var.sites) > 1
    error_message = "A mesh needs two sites or more."
  }

  validation {
    condition     = alltrue([for site in var.sites : can(regex("^[A-Za-z][A-Za-z0-9-]*$", site))])
    error_message = "A name must consist of letters, digits and dashes, and begin with a letter."
  }
}

locals {
  sites = sort(var.sites)
}

output "mesh" {
  description = "The text for mesh.tf."
  value = templatefile("${path.module}/mesh.tf.tftpl", {
    sites = local.sites
    pairs = flatten([for i, a in local.sites : [for b in slice(local.sites, i + 1, length(local.sites)) : { a = a, b = b }]])
  })
}
