variable "min_rpo_minutes" {
  type    = number
  default = 30
}

resource "vcda_replication_policy" "branches" {
  name                              = "branches"
  min_rpo_minutes                   = var.min_rpo_minutes
  max_instances                     = 12
  max_pinned_instances              = 1
  max_incoming                      = 50
  onprem_data_cap                   = 100 # an update without it would clear it
  allow_incoming_migrations         = true
  allow_outgoing_migrations         = true
  allow_outgoing_onprem_migrations  = true
  allow_incoming_protections        = true
  allow_outgoing_protections        = true
  allow_outgoing_onprem_protections = true # API version 4.7
  allow_custom_sla_settings         = true
  allow_advanced_retention_rules    = false
  allow_notification_configuration  = true
}
