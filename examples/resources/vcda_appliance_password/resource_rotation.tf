variable "root_password" {
  type      = string
  ephemeral = true
}

variable "previous_root_password" {
  type      = string
  ephemeral = true
}

variable "password_version" {
  type    = number
  default = 1
}

provider "vcda" {
  url        = "https://vcda-a.example.com"
  thumbprint = "SHA-256:5B:3E:0C:61:7A:B8:55:12:8E:93:B2:C0:4A:1D:F6:09:D3:7C:21:88:6F:AE:90:4B:15:E2:37:CD:5A:04:B9:F1"
  login = {
    local_user = {
      username          = "root"
      password          = var.root_password
      previous_password = var.previous_root_password # for the refresh before the change
    }
  }
}

resource "vcda_appliance_password" "a" {
  current_password_wo     = var.previous_root_password
  new_password_wo         = var.root_password
  new_password_wo_version = var.password_version
}
