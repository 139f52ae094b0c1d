resource "vcda_vsphere_replication" "this" {
  for_each = var.vms

  source = {
    site       = var.from.site
    vcenter_id = var.from.vcenter_id
    vm_id      = each.value.vm_id
  }

  destination = {
    site         = var.to.site
    vcenter_id   = var.to.vcenter_id
    datastore_id = var.to.datastore_id
  }

  description     = "${each.key}, managed by Terraform"
  rpo_minutes     = each.value.rpo_minutes
  retention_rules = each.value.instances > 1 ? [{ instances = each.value.instances, distance_minutes = 60 }] : []

  recovery_settings = {
    failover = {
      vm_folder_id       = var.to.vm_folder_id
      resource_pool_id   = var.to.resource_pool_id
      default_network_id = var.to.network_id
    }
    failover_test = {
      vm_folder_id       = var.to.vm_folder_id
      resource_pool_id   = var.to.resource_pool_id
      default_network_id = var.to.test_network_id
    }
  }
}
