data "vcda_vapp_replications" "from_b" {
  source_site = "site-b"
}

check "replications" {
  assert {
    condition     = alltrue([for r in data.vcda_vapp_replications.from_b.replications : r.health == "GREEN" && r.rpo_violation_minutes == 0])
    error_message = "A replication from site-b is not healthy, or exceeds its RPO."
  }
}
