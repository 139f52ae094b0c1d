variable "sites" {
  description = "The two sites, under the keys \"a\" and \"b\". With `cloud_director` the appliance is a Cloud Director Replication Management Appliance, else a vCenter one."
  type = map(object({
    url         = string           # base address of the appliance, such as https://vcda-a.example.com
    thumbprint  = string           # of its certificate
    pairing_url = optional(string) # where the other site reaches it; default: port 8048 of the appliance
    site        = string           # name of the site; it can't be changed later
    description = optional(string, "")

    lookup_service = object({ url = string, thumbprint = string })

    replicators = map(object({ url = string, api_url = string, thumbprint = string }))

    cloud_director = optional(object({
      url        = string
      username   = string
      thumbprint = optional(string)
      address    = optional(string)          # public endpoint, where other sites reach it
      manager    = optional(map(string), {}) # url and thumbprint of the Manager beside the Cloud service
      tunnels    = optional(map(object({ url = string, api_url = string, certificate = string, thumbprint = string })), {})
    }))
  }))

  validation {
    condition     = toset(keys(var.sites)) == toset(["a", "b"])
    error_message = "There are exactly two sites, \"a\" and \"b\"."
  }
}

variable "license_keys" {
  description = "The license keys, by site."
  type        = map(string)
  ephemeral   = true
}

variable "deployment_passwords" {
  description = "The temporary root passwords given with the OVF, by appliance: \"a\", \"a/REPLICATOR\", \"a/TUNNEL\" and so on."
  type        = map(string)
  ephemeral   = true
}

variable "root_passwords" {
  description = "The root passwords to set, by site."
  type        = map(string)
  ephemeral   = true
}

variable "previous_root_passwords" {
  description = "The former root passwords, by site. Only for the run that changes them."
  type        = map(string)
  ephemeral   = true
  default     = {}
}

variable "password_version" {
  description = "Raise it whenever a root password changes."
  type        = number
  default     = 1
}

variable "sso_user" {
  description = "Administrator of the SSO domain."
  type        = string
}

variable "sso_password" {
  description = "Password of the SSO user."
  type        = string
  ephemeral   = true
}

variable "vcd_passwords" {
  description = "The passwords for Cloud Director, by site. Empty if no site has one."
  type        = map(string)
  ephemeral   = true
  default     = {}
}
