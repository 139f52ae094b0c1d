data "vcda_replication_instances" "web" {
  replication_id = "C4-2f0e1d3c-5b4a-4968-8776-a5b4c3d2e1f0"
}

output "instances" {
  value = [for i in data.vcda_replication_instances.web.instances : i.created_at]
}
