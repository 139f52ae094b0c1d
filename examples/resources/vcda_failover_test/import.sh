# By the id of the replication, while a test of it is active
terraform import vcda_failover_test.shop C4VAPP-7c1f5a0e-93d2-4f6b-8e57-2b90d4c6a813

# By SITE/ID, if the provider's own appliance does not show the replication. The
# configuration then has site = "site-b".
terraform import vcda_failover_test.shop site-b/C4VAPP-7c1f5a0e-93d2-4f6b-8e57-2b90d4c6a813
