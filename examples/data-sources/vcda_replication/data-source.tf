data "vcda_replication" "web" {
  id = "C4-2f0e1d3c-5b4a-4968-8776-a5b4c3d2e1f0"
}

output "last_instance" {
  value = try(data.vcda_replication.web.latest_instance.created_at, null)
}
