import {
  to = vcda_tunnel.one
  identity = {
    id = "5fd06dbd-ccab-4db8-9067-39575137028c"
  }
}
