# All replicators, with what is needed to manage them:
#
#   terraform query -generate-config-out=replicators.tf
#
# Add the secrets, which the appliance does not show, and apply.
list "vcda_replicator" "all" {
  provider         = vcda
  include_resource = true
}
