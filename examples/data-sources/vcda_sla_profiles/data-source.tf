data "vcda_sla_profiles" "all" {}

output "gold" {
  value = one([for p in data.vcda_sla_profiles.all.sla_profiles : p.id if p.name == "Gold"])
}
