data "vcda_replicators" "all" {}

output "offline" {
  value = [for r in data.vcda_replicators.all.replicators : r.registered_url if !r.healthy]
}
