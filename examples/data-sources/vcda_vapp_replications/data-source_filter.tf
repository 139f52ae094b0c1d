# Those of one organization that are not healthy
data "vcda_vapp_replications" "failing" {
  owner  = "acme@site-a"
  health = "RED"
}

output "failing" {
  value = { for r in data.vcda_vapp_replications.failing.replications : r.vapp_name => r.last_error }
}
