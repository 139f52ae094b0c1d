# Writes the configuration of a mesh, which can't be written once for all: Terraform makes no
# provider configuration per element of a list.

variable "sites" {
  description = "The sites, by names that Terraform can use for its own objects."
  type        = set(string)

  validation {
    condition     = length(var.sites) > 1
    error_message = "A mesh has two sites or more."
  }

  validation {
    condition     = alltrue([for site in var.sites : can(regex("^[A-Za-z][A-Za-z0-9-]*$", site))])
    error_message = "A name begins with a letter and goes on with letters, digits and dashes."
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
