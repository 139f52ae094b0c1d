# All replications of this kind that the appliance knows, with what is needed to manage them:
#
#   terraform query -generate-config-out=replications.tf
#   terraform apply
list "vcda_vm_replication" "all" {
  provider         = vcda
  include_resource = true
}

# Those from one site
list "vcda_vm_replication" "from_b" {
  provider = vcda

  config {
    source_site = "site-b"
  }
}
