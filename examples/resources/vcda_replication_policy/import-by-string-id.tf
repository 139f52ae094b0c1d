import {
  to = vcda_replication_policy.gold
  id = "6e8d0c2b-4a69-4f87-95b3-1c3e5a7d9f08"
}
