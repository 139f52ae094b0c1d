import {
  to = vcda_tunnel.one
  id = "https://tunnel-1.example.com:8047"
}
