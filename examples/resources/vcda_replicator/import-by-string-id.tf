import {
  to = vcda_replicator.one
  id = "https://replicator-1.example.com:8043"
}
