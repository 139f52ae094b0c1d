data "vcda_task" "pairing" {
  id = "f61d60d2-5f0e-4a43-9ff1-3d8c3c5a1d5e"
}

output "pairing_failed_because" {
  value = try(data.vcda_task.pairing.error.msg, null)
}
