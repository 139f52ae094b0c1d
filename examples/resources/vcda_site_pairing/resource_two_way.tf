variable "password_a" {
  type      = string
  sensitive = true
}

variable "password_b" {
  type      = string
  sensitive = true
}

provider "vcda" {
  alias      = "a"
  url        = "https://vcda-a.example.com"
  thumbprint = "SHA-256:5B:3E:0C:61:7A:B8:55:12:8E:93:B2:C0:4A:1D:F6:09:D3:7C:21:88:6F:AE:90:4B:15:E2:37:CD:5A:04:B9:F1"
  login      = { local_user = { username = "root", password = var.password_a } }
}

provider "vcda" {
  alias      = "b"
  url        = "https://vcda-b.example.com"
  thumbprint = "SHA-256:A7:1F:42:9C:E0:5D:33:B6:08:7B:F4:61:2E:99:C5:1A:84:DD:70:3F:56:EB:12:C8:9A:47:05:BE:63:F8:21:DC"
  login      = { local_user = { username = "root", password = var.password_b } }
}

# Pairs first: its link can't work yet.
resource "vcda_site_pairing" "a_to_b" {
  provider = vcda.a

  site           = "site-b"
  api_url        = "https://vcda-b.example.com:8048"
  api_thumbprint = "SHA-256:A7:1F:42:9C:E0:5D:33:B6:08:7B:F4:61:2E:99:C5:1A:84:DD:70:3F:56:EB:12:C8:9A:47:05:BE:63:F8:21:DC"
  expect_link    = false
}

# Pairs second: the apply ends when the link works in both directions.
resource "vcda_site_pairing" "b_to_a" {
  provider = vcda.b

  site           = "site-a"
  api_url        = "https://vcda-a.example.com:8048"
  api_thumbprint = "SHA-256:5B:3E:0C:61:7A:B8:55:12:8E:93:B2:C0:4A:1D:F6:09:D3:7C:21:88:6F:AE:90:4B:15:E2:37:CD:5A:04:B9:F1"
  wait_for_link  = true
  depends_on     = [vcda_site_pairing.a_to_b]
}
