output "a_to_b" {
  description = "Site B as site A knows it."
  value = {
    id      = data.vcda_site.a_to_b.id
    site    = data.vcda_site.a_to_b.site
    api_url = data.vcda_site.a_to_b.api_url
    healthy = data.vcda_site.a_to_b.healthy
  }
}

output "b_to_a" {
  description = "Site A as site B knows it."
  value = {
    id      = data.vcda_site.b_to_a.id
    site    = data.vcda_site.b_to_a.site
    api_url = data.vcda_site.b_to_a.api_url
    healthy = data.vcda_site.b_to_a.healthy
  }
}
