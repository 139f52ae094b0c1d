# By UUID, or by URL as the appliance reports it
terraform import vcda_replicator.one 5fd06dbd-ccab-4db8-9067-39575137028c
