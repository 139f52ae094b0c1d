# A clone of the provider's own session. With clone_ticket it is a clone of the session the ticket
# came from.
ephemeral "vcda_vcenter_session" "drill" {}

# Whatever takes an ephemeral value can use the clone, here another provider configuration. The id of
# the session gets into no state and no plan, and the clone is logged out when Terraform is done.
provider "vcda" {
  alias = "drill"

  vcenter = {
    # The URL comes from VCDA_VCENTER_URL, the trust from VCDA_VCENTER_THUMBPRINT.
    login = {
      session_id = {
        session_id = ephemeral.vcda_vcenter_session.drill.session_id
      }
    }
  }
}

data "vcda_vcenter_session" "drill" {
  provider = vcda.drill
}

output "drill_user" {
  value = data.vcda_vcenter_session.drill.user_name
}
