data "vcda_tasks" "failed" {
  state         = "FAILED"
  resource_type = "site"
  started_after = timeadd(plantimestamp(), "-24h")
  limit         = 20
}

output "failed_today" {
  value = { for task in data.vcda_tasks.failed.tasks : task.id => task.error }
}
