# All replicators, with what is needed to manage them
list "vcda_replicator" "all" {
  provider         = vcda
  include_resource = true
}
