variable "settings" {
  description = "One of the sites of the root module."
  type        = any
}

variable "license_key" {
  type      = string
  ephemeral = true
}

variable "root_password" {
  type      = string
  ephemeral = true
}

variable "sso_user" {
  type = string
}

variable "sso_password" {
  type      = string
  ephemeral = true
}

variable "vcd_password" {
  type      = string
  ephemeral = true
}
