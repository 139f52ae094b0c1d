variable "settings" {
  description = "One element of sites of the root module."
  type        = any
}

variable "license_key" {
  description = "License key of the site."
  type        = string
  ephemeral   = true
}

variable "root_password" {
  description = "Root password of the replicators and tunnels."
  type        = string
  ephemeral   = true
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

variable "vcd_password" {
  description = "Password for Cloud Director. Null without it."
  type        = string
  ephemeral   = true
}
