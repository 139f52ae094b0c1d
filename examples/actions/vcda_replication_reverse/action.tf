# By hand: terraform apply -invoke=action.vcda_replication_reverse.shop
action "vcda_replication_reverse" "shop" {
  config {
    replication_ids        = ["C4VAPP-7c1f5a0e-93d2-4f6b-8e57-2b90d4c6a813"]
    accept_source_deletion = true
  }
}
