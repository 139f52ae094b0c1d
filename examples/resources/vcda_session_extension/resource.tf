variable "site_b_password" {
  type      = string
  ephemeral = true
}

resource "vcda_session_extension" "b" {
  site = "site-b"

  credentials = {
    username            = "administrator@System"
    password_wo         = var.site_b_password
    password_wo_version = 1
  }
}
