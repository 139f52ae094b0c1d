ephemeral "vcda_session" "shared" {}

# Another configuration of the provider, in the same session. The trust comes from
# VCDA_THUMBPRINT or VCDA_CA_CERTIFICATE.
provider "vcda" {
  alias = "shared"
  url   = ephemeral.vcda_session.shared.url

  login = {
    session_token = {
      token = ephemeral.vcda_session.shared.token
    }
  }
}

data "vcda_session" "shared" {
  provider = vcda.shared
}

output "user" {
  value = data.vcda_session.shared.user
}
