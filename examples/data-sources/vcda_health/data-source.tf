data "vcda_health" "this" {}

check "health" {
  assert {
    condition     = data.vcda_health.this.healthy
    error_message = "The appliance is not healthy: ${jsonencode(data.vcda_health.this)}"
  }
}

output "offline_replicators" {
  value = [for replicator in data.vcda_health.this.replicators : replicator.url if !replicator.online]
}
