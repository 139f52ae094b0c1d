variable "from" {
  description = "Site and vCenter of the VMs."
  type        = object({ site = string, vcenter_id = string })
}

variable "to" {
  description = "Site, vCenter and datastore that the VMs are replicated to, and where they come up."
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
  description = "What is protected, by the name of the VM."
  type = map(object({
    vm_id       = string
    rpo_minutes = optional(number, 240)
    instances   = optional(number, 1)
  }))
}
