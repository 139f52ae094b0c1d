# Neither an outage nor a refused login is an error here.
data "vcda_storware_status" "current" {}

output "storware_is_ready" {
  value = data.vcda_storware_status.current.authenticated
}
