# Plan and apply each get a ticket of their own, so a single use is enough.
ephemeral "vcda_vcenter_clone_ticket" "drill" {}

# Another provider configuration logs in with it: as the same user, with a session of its own and
# without the password.
provider "vcda" {
  alias = "drill"

  vcenter = {
    # The URL comes from VCDA_VCENTER_URL, the trust from VCDA_VCENTER_THUMBPRINT.
    login = {
      clone_ticket = {
        ticket = ephemeral.vcda_vcenter_clone_ticket.drill.ticket
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
