resource "vcda_recovery_plan" "move" {
  name              = "move"
  migration         = true                   # its replications have migration = true, too
  scheduled_sync_at = "2026-12-01T02:00:00Z" # so that little is left to send

  steps = [
    { name = "databases", replication_ids = ["H4-1b4e28ba-2fa1-41d2-883f-0016d3cca427"] },
    { name = "web servers", replication_ids = ["H4-6fa459ea-ee8a-4ca4-894e-db77e160355e"], delay = "10m" },
  ]
}
