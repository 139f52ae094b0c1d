# Those of one organization that are not healthy
data "vcda_vm_replications" "failing" {
  owner  = "acme@site-a"
  health = "RED"
}

output "failing" {
  value = { for r in data.vcda_vm_replications.failing.replications : r.vm_name => r.last_error }
}
