# By the id of the policy
terraform import vcda_replication_policy.gold 6e8d0c2b-4a69-4f87-95b3-1c3e5a7d9f08
