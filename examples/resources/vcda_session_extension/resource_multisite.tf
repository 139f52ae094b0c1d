resource "vcda_session_extension" "b" {
  site = "site-b"

  multisite = {
    org = "acme" # at site-b, associated with the organization of the session
  }
}
