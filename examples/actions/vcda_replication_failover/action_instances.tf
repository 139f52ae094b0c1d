# To the oldest instance, from before an incident
data "vcda_replication_instances" "db" {
  replication_id = "C4-0f3c8b71-5f0d-4d3a-9f0e-6a51c2de9b47"
}

locals {
  oldest = sort(data.vcda_replication_instances.db.instances[*].created_at)[0]
}

# By hand: terraform apply -invoke=action.vcda_replication_failover.db
action "vcda_replication_failover" "db" {
  config {
    replication_ids = ["C4-0f3c8b71-5f0d-4d3a-9f0e-6a51c2de9b47"]
    instance_keys = {
      "C4-0f3c8b71-5f0d-4d3a-9f0e-6a51c2de9b47" = one([for i in data.vcda_replication_instances.db.instances : i.key if i.created_at == local.oldest])
    }
    power_on = false
  }
}
