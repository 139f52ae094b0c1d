resource "vcda_replication_policy" "gold" {
  name                             = "gold"
  min_rpo_minutes                  = 15
  max_instances                    = 24
  max_pinned_instances             = 2
  max_incoming                     = -1 # no limit
  allow_incoming_migrations        = true
  allow_outgoing_migrations        = true
  allow_outgoing_onprem_migrations = false
  allow_incoming_protections       = true
  allow_outgoing_protections       = true
  allow_custom_sla_settings        = true
  allow_advanced_retention_rules   = true
  allow_notification_configuration = false
}
