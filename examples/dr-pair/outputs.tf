output "a_to_b" {
  description = "Site B as site A knows it."
  value = {
    id         = data.vcda_site.a_to_b.id
    site       = data.vcda_site.a_to_b.site
    api_url    = data.vcda_site.a_to_b.api_url
    healthy    = data.vcda_site.a_to_b.healthy
    thumbprint = data.vcda_site.a_to_b.api_thumbprint
  }
}

output "b_to_a" {
  description = "Site A as site B knows it."
  value = {
    id         = data.vcda_site.b_to_a.id
    site       = data.vcda_site.b_to_a.site
    api_url    = data.vcda_site.b_to_a.api_url
    healthy    = data.vcda_site.b_to_a.healthy
    thumbprint = data.vcda_site.b_to_a.api_thumbprint
  }
}

output "healthy" {
  description = "Whether both sides see a link without communication errors."
  value       = data.vcda_site.a_to_b.healthy && data.vcda_site.b_to_a.healthy
}

output "mermaid" {
  description = "The pair as a Mermaid diagram: an arrow for what each side knows of the other."
  value       = <<-EOT
    flowchart LR
      a["${replace(data.vcda_site.b_to_a.site, "\"", "#quot;")}"]
      b["${replace(data.vcda_site.a_to_b.site, "\"", "#quot;")}"]
      a ${data.vcda_site.a_to_b.healthy ? "-->|healthy|" : "-.->|unhealthy|"} b
      b ${data.vcda_site.b_to_a.healthy ? "-->|healthy|" : "-.->|unhealthy|"} a
  EOT
}
