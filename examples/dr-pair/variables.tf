variable "site_a" {
  description = <<-EOT
    Site A, as site B is paired with it:
    api_url     - service endpoint where the appliance of B reaches A, such as https://vcda-a.example.com:8048
    thumbprint  - SHA-256 thumbprint of the certificate of A's Manager or Cloud service; looked up when left out
    name        - name of the site; read from A when left out
    description - text that B shows for A
  EOT

  type = object({
    api_url     = string
    thumbprint  = optional(string)
    name        = optional(string)
    description = optional(string)
  })
  nullable = false

  validation {
    condition     = can(regex("(?i)^https://[^/?#@]+[^?#@]*$", var.site_a.api_url))
    error_message = "The api_url must be an https URL without user, query and fragment, such as https://vcda-a.example.com:8048."
  }

  validation {
    condition     = var.site_a.thumbprint == null || can(regex("(?i)^(sha-?256:)?([0-9a-f]{64}|([0-9a-f]{2}:){31}[0-9a-f]{2})$", var.site_a.thumbprint))
    error_message = "The thumbprint must have 32 pairs of hex digits, such as SHA-256:AB:CD:…; leave it out to have it looked up."
  }

  validation {
    condition     = var.site_a.name != ""
    error_message = "The name must not be empty; leave it out to read it from the appliance."
  }
}

variable "site_b" {
  description = <<-EOT
    Site B, as site A is paired with it:
    api_url     - service endpoint where the appliance of A reaches B, such as https://vcda-b.example.com:8048
    thumbprint  - SHA-256 thumbprint of the certificate of B's Manager or Cloud service; looked up when left out
    name        - name of the site; read from B when left out
    description - text that A shows for B
  EOT

  type = object({
    api_url     = string
    thumbprint  = optional(string)
    name        = optional(string)
    description = optional(string)
  })
  nullable = false

  validation {
    condition     = can(regex("(?i)^https://[^/?#@]+[^?#@]*$", var.site_b.api_url))
    error_message = "The api_url must be an https URL without user, query and fragment, such as https://vcda-b.example.com:8048."
  }

  validation {
    condition     = var.site_b.thumbprint == null || can(regex("(?i)^(sha-?256:)?([0-9a-f]{64}|([0-9a-f]{2}:){31}[0-9a-f]{2})$", var.site_b.thumbprint))
    error_message = "The thumbprint must have 32 pairs of hex digits, such as SHA-256:AB:CD:…; leave it out to have it looked up."
  }

  validation {
    condition     = var.site_b.name != ""
    error_message = "The name must not be empty; leave it out to read it from the appliance."
  }
}

variable "certificate_via" {
  description = <<-EOT
    Where the certificate of a site is looked up whose thumbprint is left out:
    appliance - on the appliance of the other site, through its tunnel, as later for the link
    direct    - from the machine that runs Terraform, which then has to reach api_url
    Both are trust on first use: nothing verifies the certificate.
  EOT

  type     = string
  default  = "appliance"
  nullable = false

  validation {
    condition     = contains(["appliance", "direct"], var.certificate_via)
    error_message = "The value must be \"appliance\" or \"direct\"."
  }
}

variable "wait_for_link" {
  description = "Whether the pairing or re-pairing of the second side waits until the link works in both directions."
  type        = bool
  default     = true
  nullable    = false
}

variable "adopt_existing" {
  description = "Whether to adopt pairings that exist already, as after a create that was cut short, instead of failing."
  type        = bool
  default     = false
  nullable    = false
}

variable "lost_site" {
  description = "The side that is lost: \"a\" or \"b\". While it is set, nothing of that side is read, planned or created, so that the other side can be managed."
  type        = string
  default     = null

  validation {
    condition     = var.lost_site == null || contains(["a", "b"], coalesce(var.lost_site, "-"))
    error_message = "The lost site is \"a\" or \"b\"; leave it out while both are there."
  }
}

variable "repair_triggers" {
  description = "Any values. A change of one re-pairs both sides, as is needed after an upgrade of a site."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "timeouts" {
  description = "Times for the operations on each pairing, such as { create = \"20m\" }; the provider's defaults when left out."

  type = object({
    create = optional(string)
    read   = optional(string)
    update = optional(string)
    delete = optional(string)
  })
  default = null
}
