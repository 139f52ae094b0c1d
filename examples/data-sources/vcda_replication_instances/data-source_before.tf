# The last instance before an incident, for instance_key of a test or instance_keys of a failover
variable "incident_at" {
  type    = string
  default = "2026-11-28T03:15:00Z"
}

data "vcda_replication_instances" "all" {
  replication_id = "C4-2f0e1d3c-5b4a-4968-8776-a5b4c3d2e1f0"
}

locals {
  before = { for i in data.vcda_replication_instances.all.instances : i.created_at => i.key if timecmp(i.created_at, var.incident_at) < 0 }
}

output "last_good_instance" {
  value = try(local.before[reverse(sort(keys(local.before)))[0]], null)
}
