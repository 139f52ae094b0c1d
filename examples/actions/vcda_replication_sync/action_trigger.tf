# An instance right before each change of the application
variable "release" {
  type    = string
  default = "1.0"
}

action "vcda_replication_sync" "before_release" {
  config {
    replication_ids = ["C4VAPP-7c1f5a0e-93d2-4f6b-8e57-2b90d4c6a813"]
  }
}

resource "terraform_data" "release" {
  input = var.release

  lifecycle {
    action_trigger {
      events  = [before_update]
      actions = [action.vcda_replication_sync.before_release]
    }
  }
}
