# Warns in each plan while the replication can't keep its RPO.
check "web" {
  data "vcda_replication" "checked" {
    id = "C4-2f0e1d3c-5b4a-4968-8776-a5b4c3d2e1f0"
  }

  assert {
    condition     = data.vcda_replication.checked.rpo_violation_minutes == 0
    error_message = "The copy of the VM is ${data.vcda_replication.checked.rpo_violation_minutes} minutes older than its RPO allows: ${jsonencode(data.vcda_replication.checked.last_error)}"
  }
}
