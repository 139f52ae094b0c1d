# The id of the data source vcda_appliance
terraform import vcda_vcenter_replication_manager.a 5fd06dbd-ccab-4db8-9067-39575137028c
