import {
  to = vcda_appliance_password.a
  id = "https://vcda-a.example.com"
}
