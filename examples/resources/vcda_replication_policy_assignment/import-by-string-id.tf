import {
  to = vcda_replication_policy_assignment.beta
  id = "beta"
}
