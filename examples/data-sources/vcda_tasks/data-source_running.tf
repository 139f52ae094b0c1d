# Stops a plan while a task works on a site.
data "vcda_tasks" "running" {
  resource_type = "site"
  state         = "RUNNING"

  lifecycle {
    postcondition {
      condition     = length(self.tasks) == 0
      error_message = "Wait for: ${join(", ", [for task in self.tasks : "${task.type} of ${task.user}, ${task.progress} %"])}"
    }
  }
}
