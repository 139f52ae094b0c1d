data "vcda_storware_user" "current" {}

output "storware_groups" {
  value = [for group in data.vcda_storware_user.current.groups : group.name]
}
