# All tunnels, with what is needed to manage them:
#
#   terraform query -generate-config-out=tunnels.tf
#
# Add the secrets, which the appliance does not show, and apply.
list "vcda_tunnel" "all" {
  provider         = vcda
  include_resource = true
}
