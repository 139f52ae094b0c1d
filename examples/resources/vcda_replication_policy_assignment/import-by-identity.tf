import {
  to = vcda_replication_policy_assignment.beta
  identity = {
    organization = "beta"
  }
}
