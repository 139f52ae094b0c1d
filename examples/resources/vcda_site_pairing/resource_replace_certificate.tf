variable "thumbprint_a" {
  type    = string
  default = "SHA-256:5B:3E:0C:61:7A:B8:55:12:8E:93:B2:C0:4A:1D:F6:09:D3:7C:21:88:6F:AE:90:4B:15:E2:37:CD:5A:04:B9:F1"
}

variable "thumbprint_b" {
  type    = string
  default = "SHA-256:A7:1F:42:9C:E0:5D:33:B6:08:7B:F4:61:2E:99:C5:1A:84:DD:70:3F:56:EB:12:C8:9A:47:05:BE:63:F8:21:DC"
}

resource "vcda_site_pairing" "b" {
  api_url        = "https://vcda-b.example.com:8048"
  api_thumbprint = var.thumbprint_b # a new certificate of the peer re-pairs

  # So does a new certificate of this side.
  repair_triggers = { own_certificate = var.thumbprint_a }
}
