import {
  to = vcda_appliance_password.a
  identity = {
    url = "https://vcda-a.example.com"
  }
}
