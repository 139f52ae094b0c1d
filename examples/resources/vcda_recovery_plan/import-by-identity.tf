import {
  to = vcda_recovery_plan.shop
  identity = {
    id = "16fd2706-8baf-433b-82eb-8c7fada847da"
  }
}
