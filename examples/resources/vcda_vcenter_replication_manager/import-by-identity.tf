import {
  to = vcda_vcenter_replication_manager.a
  identity = {
    id = "5fd06dbd-ccab-4db8-9067-39575137028c"
  }
}
