variable "drills" {
  description = <<-EOT
    Replications to test, by the name that the report shows:
    replication_id - id of the replication, of any kind
    site           - site that manages it; default: its destination, as the provider's appliance shows it
    sync           - whether to synchronize first; false by default
    power_on       - whether the copy is powered on; true by default
    check          - address that has to answer when the copy is up: http://…, https://… or tcp://HOST:PORT; none by default
    wait_seconds   - how long to wait for that answer, in seconds; 300 by default
  EOT

  type = map(object({
    replication_id = string
    site           = optional(string)
    sync           = optional(bool, false)
    power_on       = optional(bool, true)
    check          = optional(string)
    wait_seconds   = optional(number, 300)
  }))
  nullable = false

  validation {
    condition     = alltrue([for drill in var.drills : can(regex("^(https?|tcp)://[^/]+", coalesce(drill.check, "tcp://none:1")))])
    error_message = "A check is an address of the form http://…, https://… or tcp://HOST:PORT."
  }
}
