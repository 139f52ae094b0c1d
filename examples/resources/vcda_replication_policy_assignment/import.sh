# By the organization
terraform import vcda_replication_policy_assignment.beta beta
