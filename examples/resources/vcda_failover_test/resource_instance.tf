data "vcda_replication_instances" "db" {
  replication_id = "C4-0f3c8b71-5f0d-4d3a-9f0e-6a51c2de9b47"
}

locals {
  oldest = sort(data.vcda_replication_instances.db.instances[*].created_at)[0]
}

resource "vcda_failover_test" "db" {
  replication_id = "C4-0f3c8b71-5f0d-4d3a-9f0e-6a51c2de9b47"
  instance_key   = one([for i in data.vcda_replication_instances.db.instances : i.key if i.created_at == local.oldest])
  power_on       = false

  # Later another instance is the oldest one. That must not repeat the test.
  lifecycle {
    ignore_changes = [instance_key]
  }
}
