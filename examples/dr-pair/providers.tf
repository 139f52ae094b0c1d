# One provider per appliance: each side has to be told about the other.

provider "vcda" {
  alias = "a"

  url            = var.site_a.url
  thumbprint     = var.site_a.thumbprint
  ca_certificate = var.site_a.ca_certificate

  login = {
    local_user = {
      username = var.site_a.username
      password = var.site_a_password
    }
  }
}

provider "vcda" {
  alias = "b"

  url            = var.site_b.url
  thumbprint     = var.site_b.thumbprint
  ca_certificate = var.site_b.ca_certificate

  login = {
    local_user = {
      username = var.site_b.username
      password = var.site_b_password
    }
  }
}
