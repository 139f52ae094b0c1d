data "vcda_vcenter_session" "current" {}

output "vcenter_user" {
  value = data.vcda_vcenter_session.current.user_name
}
