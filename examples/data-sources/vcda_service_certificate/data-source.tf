# Needs the object vcenter in the provider block.
data "vcda_service_certificate" "a" {
  inventory_path = "/datacenter/vm/vcda-a"
  service        = "manager"
}

output "thumbprint" {
  value = data.vcda_service_certificate.a.thumbprint
}
