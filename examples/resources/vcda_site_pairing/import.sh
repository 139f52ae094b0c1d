# By id: the site's UUID, or its name on the Cloud service
terraform import vcda_site_pairing.b 5fd06dbd-ccab-4db8-9067-39575137028c

# By the peer's site name
terraform import vcda_site_pairing.b site-b

# By the peer's URL
terraform import vcda_site_pairing.b https://vcda-b.example.com:8048
