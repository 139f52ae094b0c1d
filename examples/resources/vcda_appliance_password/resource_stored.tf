variable "deployment_password" {
  type      = string
  sensitive = true
}

variable "root_password" {
  type      = string
  sensitive = true
}

provider "vcda" {
  alias = "first_boot"
}

resource "vcda_appliance_password" "a" {
  provider = vcda.first_boot

  url              = "https://vcda-a.example.com"
  thumbprint       = "SHA-256:5B:3E:0C:61:7A:B8:55:12:8E:93:B2:C0:4A:1D:F6:09:D3:7C:21:88:6F:AE:90:4B:15:E2:37:CD:5A:04:B9:F1"
  current_password = var.deployment_password
  new_password     = var.root_password # a new value changes the password
}
