# Warns in each plan about replicators that are down, or were left in maintenance mode.
check "replicators" {
  data "vcda_replicators" "checked" {}

  assert {
    condition     = alltrue([for r in data.vcda_replicators.checked.replicators : r.healthy && !r.is_in_maintenance_mode])
    error_message = "A replicator is down or in maintenance mode: ${jsonencode({ for r in data.vcda_replicators.checked.replicators : r.registered_url => r.outgoing_comm_error })}"
  }
}
