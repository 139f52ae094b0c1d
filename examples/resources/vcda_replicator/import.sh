# By UUID
terraform import vcda_replicator.one 5fd06dbd-ccab-4db8-9067-39575137028c

# By URL, as the Manager reports it
terraform import vcda_replicator.one https://replicator-1.example.com:8043
