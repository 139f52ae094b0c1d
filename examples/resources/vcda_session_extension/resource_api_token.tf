variable "site_b_api_token" {
  type      = string
  ephemeral = true
}

resource "vcda_session_extension" "b" {
  site = "site-b"

  api_token = {
    org              = "System"
    token_wo         = var.site_b_api_token
    token_wo_version = 1
  }
}
