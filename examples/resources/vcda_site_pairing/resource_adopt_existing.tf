resource "vcda_site_pairing" "b" {
  api_url        = "https://vcda-b.example.com:8048"
  api_thumbprint = "SHA-256:A7:1F:42:9C:E0:5D:33:B6:08:7B:F4:61:2E:99:C5:1A:84:DD:70:3F:56:EB:12:C8:9A:47:05:BE:63:F8:21:DC"
  description    = "Recovery site"

  # A pairing with this peer that exists already goes into the state, and is re-paired
  # where it differs. No other state may manage it.
  adopt_existing = true
}
