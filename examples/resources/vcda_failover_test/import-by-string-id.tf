import {
  to = vcda_failover_test.shop
  id = "C4VAPP-7c1f5a0e-93d2-4f6b-8e57-2b90d4c6a813"
}
