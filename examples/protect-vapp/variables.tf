variable "source_site" {
  description = "Site of the vApp. The provider's session must be extended to it."
  type        = string
}

variable "destination_site" {
  description = "Site that the vApp is replicated to. The provider must be configured for its appliance."
  type        = string
}

variable "vapp" {
  description = "Name of the vApp."
  type        = string
}

variable "vdc" {
  description = "Name of the VDC that the vApp is recovered to."
  type        = string
}

variable "sla_profile" {
  description = "Name of the SLA profile."
  type        = string
  default     = "Gold"
}
