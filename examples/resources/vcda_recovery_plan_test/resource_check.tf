variable "plan_id" {
  type    = string
  default = "16fd2706-8baf-433b-82eb-8c7fada847da"
}

resource "vcda_recovery_plan_test" "shop" {
  plan_id = var.plan_id
}

# A failed check warns in an apply, and fails a "terraform test".
check "drill" {
  data "vcda_vsphere_replications" "tested" {
    recovery_state = "TEST"
    depends_on     = [vcda_recovery_plan_test.shop]
  }

  assert {
    condition     = length(data.vcda_vsphere_replications.tested.replications) == 2
    error_message = "Not every VM of the plan came up."
  }
}
