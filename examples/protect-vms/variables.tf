variable "from" {
  description = "Site and vCenter of the VMs."
  type        = object({ site = string, vcenter_id = string })
}

variable "to" {
  description = "Site, vCenter and datastore that the VMs are replicated to, and the folder, resource pool and network that they are recovered to. Tests use test_network_id."
  type = object({
    site             = string
    vcenter_id       = string
    datastore_id     = string
    vm_folder_id     = string
    resource_pool_id = string
    network_id       = string
    test_network_id  = string
  })
}

variable "vms" {
  description = <<-EOT
    VMs to replicate, by their name:
    vm_id       - managed object id of the VM
    rpo_minutes - recovery point objective in minutes; 240 by default
    instances   - number of instances to keep, one an hour; 1 by default
  EOT

  type = map(object({
    vm_id       = string
    rpo_minutes = optional(number, 240)
    instances   = optional(number, 1)
  }))
}
