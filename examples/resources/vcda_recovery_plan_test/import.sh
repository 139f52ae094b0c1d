# By the id of the plan
terraform import vcda_recovery_plan_test.shop 16fd2706-8baf-433b-82eb-8c7fada847da
