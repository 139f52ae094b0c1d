# The organization "acme" of site-b is associated with the provider's own.
ephemeral "vcda_session_extension" "b" {
  site = "site-b"

  multisite = {
    org = "acme"
  }
}

data "vcda_session" "extended" {
  depends_on = [ephemeral.vcda_session_extension.b]
}

output "sites" {
  value = data.vcda_session.extended.authenticated_sites[*].site
}
