# By the URL of the appliance
terraform import vcda_appliance_password.a https://vcda-a.example.com
