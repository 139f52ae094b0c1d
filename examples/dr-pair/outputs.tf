output "a_to_b" {
  description = "Site B as site A knows it; null while A is lost."
  value = one([for site in data.vcda_site.a_to_b : {
    id         = site.id
    site       = site.site
    api_url    = site.api_url
    healthy    = site.healthy
    thumbprint = site.api_thumbprint
  }])
}

output "b_to_a" {
  description = "Site A as site B knows it; null while B is lost."
  value = one([for site in data.vcda_site.b_to_a : {
    id         = site.id
    site       = site.site
    api_url    = site.api_url
    healthy    = site.healthy
    thumbprint = site.api_thumbprint
  }])
}

output "healthy" {
  description = "Whether both sides see a link without communication errors; false while one is lost."
  value       = local.healthy
}

locals {
  arrows = concat(
    [for site in data.vcda_site.a_to_b : { way = ["a", "b"], healthy = site.healthy }],
    [for site in data.vcda_site.b_to_a : { way = ["b", "a"], healthy = site.healthy }],
  )
}

output "mermaid" {
  description = "The pair as a Mermaid diagram: an arrow for the link as each side sees it, red if it does not work."
  value = join("\n", concat(
    [
      "flowchart LR",
      "  a[\"${replace(try(coalesce(one(data.vcda_site.b_to_a[*].site), local.name_a), "lost"), "\"", "#quot;")}\"]",
      "  b[\"${replace(try(coalesce(one(data.vcda_site.a_to_b[*].site), local.name_b), "lost"), "\"", "#quot;")}\"]",
    ],
    [for arrow in local.arrows : join(arrow.healthy ? " -->|healthy| " : " -.->|unhealthy| ", ["  ${arrow.way[0]}", arrow.way[1]])],
    [for i, arrow in local.arrows : "  linkStyle ${i} stroke:#d33,color:#d33" if !arrow.healthy],
    var.lost_site == null ? [] : ["  style ${var.lost_site} stroke:#d33,color:#d33,stroke-dasharray:4"],
    [""],
  ))
}
