variable "site_b_access_token" {
  type      = string
  ephemeral = true
}

variable "token_version" {
  type    = number
  default = 1
}

resource "vcda_session_extension" "b" {
  site = "site-b"

  access_token = {
    token_wo         = var.site_b_access_token
    token_wo_version = var.token_version # raise it with each new token
  }
}
