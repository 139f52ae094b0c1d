import {
  to = vcda_site_pairing.b
  id = "site-b"
}
