variable "root_passwords" { # by tunnel
  type      = map(string)
  ephemeral = true
}

resource "vcda_tunnel" "all" {
  for_each = {
    t1 = { host = "tunnel-1.example.com", thumbprint = "SHA-256:B6:4D:F9:12:80:E3:2E:57:CB:06:A4:79:1D:9F:D2:68:35:EC:4B:F0:87:5A:C6:21:0E:93:BD:74:A8:1F:62:DB" }
    t2 = { host = "tunnel-2.example.com", thumbprint = "SHA-256:58:AE:03:C7:6B:91:F4:3D:E2:1F:88:B5:70:0A:DC:46:97:2B:F8:65:14:CE:A0:3B:D9:52:7F:E6:81:4C:B0:29" }
  }

  url              = "https://${each.value.host}:8047"
  thumbprint       = each.value.thumbprint
  root_password_wo = var.root_passwords[each.key]
}
