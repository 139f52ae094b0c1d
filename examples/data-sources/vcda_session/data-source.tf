data "vcda_session" "current" {}

output "roles" {
  value = data.vcda_session.current.roles
}
