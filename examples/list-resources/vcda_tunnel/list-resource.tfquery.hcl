# All tunnels, with what is needed to manage them
list "vcda_tunnel" "all" {
  provider         = vcda
  include_resource = true
}
