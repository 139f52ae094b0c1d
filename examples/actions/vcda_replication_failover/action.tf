# By hand: terraform apply -invoke=action.vcda_replication_failover.all
action "vcda_replication_failover" "all" {
  config {
    replication_ids = ["C4VAPP-7c1f5a0e-93d2-4f6b-8e57-2b90d4c6a813", "C4-0f3c8b71-5f0d-4d3a-9f0e-6a51c2de9b47"]
    max_parallel    = 4
    timeout         = "8h"
  }
}
