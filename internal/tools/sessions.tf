# Clones a vCenter session and opens a Storware session, with what the simulator printed as JSON.
# internal/tools/demo-pairing says at its end how to try it.

terraform {
  required_providers {
    vcda = {
      source = "vcda-dr/vcda"
    }
  }
}

locals {
  simulator = jsondecode(file("${path.module}/simulator.json"))
}

provider "vcda" {
  vcenter = {
    url        = local.simulator.vcenter.url
    thumbprint = local.simulator.vcenter.thumbprint
    login      = { credentials = local.simulator.vcenter.credentials.credentials }
  }

  storware = {
    url        = local.simulator.storware.url
    thumbprint = local.simulator.storware.thumbprint
    login      = { credentials = local.simulator.storware.credentials.credentials }
  }
}

ephemeral "vcda_vcenter_session" "clone" {}

provider "vcda" {
  alias = "clone"

  vcenter = {
    url        = local.simulator.vcenter.url
    thumbprint = local.simulator.vcenter.thumbprint
    login      = { session_id = { session_id = ephemeral.vcda_vcenter_session.clone.session_id } }
  }
}

data "vcda_vcenter_session" "clone" {
  provider = vcda.clone
}

data "vcda_storware_status" "current" {}

data "vcda_storware_session" "current" {}

output "vcenter_user" {
  value = data.vcda_vcenter_session.clone.user_name
}

output "storware_is_ready" {
  value = data.vcda_storware_status.current.authenticated
}

output "storware_privileges" {
  value = data.vcda_storware_session.current.privileges
}
