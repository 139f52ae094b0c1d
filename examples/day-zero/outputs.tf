output "sites" {
  description = "The names of the sites."
  value       = [module.a.site_name, module.b.site_name]
}

output "healthy" {
  description = "Whether the link works in both directions."
  value       = vcda_site_pairing.b_to_a.healthy
}
