data "vcda_appliance" "this" {}

output "site" {
  value = data.vcda_appliance.this.site
}

output "build" {
  value = data.vcda_appliance.this.build_version
}
