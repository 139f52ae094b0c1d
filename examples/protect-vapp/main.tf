# The vApp and the VDC, by name. Ids of the vcd provider work as well.
data "vcda_inventory" "vapp" {
  kind = "vapps"
  site = var.source_site
  name = var.vapp
}

data "vcda_inventory" "vdc" {
  kind = "vdcs"
  name = var.vdc
}

data "vcda_sla_profiles" "all" {}

resource "vcda_vapp_replication" "this" {
  source = {
    site = var.source_site
    vapp = { id = one(data.vcda_inventory.vapp.items).id }
  }

  destination = {
    site   = var.destination_site
    vcloud = { vdc_id = one(data.vcda_inventory.vdc.items).id }
  }

  sla_profile_id = one([for p in data.vcda_sla_profiles.all.sla_profiles : p.id if p.name == var.sla_profile])
}

# Warns in each plan and apply, and fails none: while a link is down, the other site
# can still be managed.
check "protected" {
  data "vcda_replication" "this" {
    id = vcda_vapp_replication.this.id
  }

  assert {
    condition     = data.vcda_replication.this.health == "GREEN"
    error_message = "The replication of ${var.vapp} is ${data.vcda_replication.this.health}: ${try(data.vcda_replication.this.last_error.msg, "no error is known")}."
  }

  assert {
    condition     = data.vcda_replication.this.rpo_violation_minutes == 0
    error_message = "The data of ${var.vapp} at ${var.destination_site} is ${data.vcda_replication.this.rpo_violation_minutes} minutes older than its RPO allows."
  }
}
