variable "site_b_cookie" {
  type      = string
  ephemeral = true
}

resource "vcda_session_extension" "b" {
  site = "site-b"

  cookie = {
    cookie_wo         = var.site_b_cookie
    cookie_wo_version = 1
  }
}
