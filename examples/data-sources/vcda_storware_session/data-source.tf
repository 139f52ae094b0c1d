# A failed postcondition stops the plan.
data "vcda_storware_session" "current" {
  lifecycle {
    postcondition {
      condition     = contains(self.privileges, "NODE_READ")
      error_message = "The Storware login lacks NODE_READ, without which no recovery can start."
    }
  }
}

# A failed check only warns: plan and apply go on.
check "storware_privileges" {
  assert {
    condition     = contains(data.vcda_storware_session.current.privileges, "VE_BACKUP_SLA_WRITE")
    error_message = "The Storware login lacks VE_BACKUP_SLA_WRITE, so backup SLAs can't be changed in a recovery."
  }
}
