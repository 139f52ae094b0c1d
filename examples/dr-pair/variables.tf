variable "site_a" {
  description = <<-EOT
    The appliance of site A:
    url            - where Terraform reaches it
    thumbprint     - SHA-256 thumbprint of its certificate
    ca_certificate - PEM text or file of the authority that signed the certificate, if not a public one
    api_url        - where the other appliance reaches it, if not at url
    name           - its site name; needed when the other appliance is a Cloud service
    username       - a local user
  EOT

  type = object({
    url            = string
    thumbprint     = string
    ca_certificate = optional(string)
    api_url        = optional(string)
    name           = optional(string)
    username       = optional(string, "root")
  })
}

variable "site_a_password" {
  description = "Password of the local user on site A."
  type        = string
  sensitive   = true
}

variable "site_b" {
  description = <<-EOT
    The appliance of site B:
    url            - where Terraform reaches it
    thumbprint     - SHA-256 thumbprint of its certificate
    ca_certificate - PEM text or file of the authority that signed the certificate, if not a public one
    api_url        - where the other appliance reaches it, if not at url
    name           - its site name; needed when the other appliance is a Cloud service
    username       - a local user
  EOT

  type = object({
    url            = string
    thumbprint     = string
    ca_certificate = optional(string)
    api_url        = optional(string)
    name           = optional(string)
    username       = optional(string, "root")
  })
}

variable "site_b_password" {
  description = "Password of the local user on site B."
  type        = string
  sensitive   = true
}
