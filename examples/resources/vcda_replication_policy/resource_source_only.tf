# For organizations whose workloads are protected elsewhere
resource "vcda_replication_policy" "source_only" {
  name                             = "source-only"
  min_rpo_minutes                  = 60
  max_instances                    = 12
  max_pinned_instances             = 0
  max_incoming                     = 0 # can't be a destination
  allow_incoming_migrations        = false
  allow_outgoing_migrations        = true
  allow_outgoing_onprem_migrations = false
  allow_incoming_protections       = false
  allow_outgoing_protections       = true
  allow_custom_sla_settings        = false # SLA profiles only
  allow_advanced_retention_rules   = false
  allow_notification_configuration = false
}
