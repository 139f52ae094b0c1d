# By UUID
terraform import vcda_tunnel.one 5fd06dbd-ccab-4db8-9067-39575137028c

# By URL, as the appliance reports it
terraform import vcda_tunnel.one https://tunnel-1.example.com:8047
