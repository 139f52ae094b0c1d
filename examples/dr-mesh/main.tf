# Every site is paired with every other by ../dr-pair. mesh.tf calls that module once for each pair.

locals {
  # Each site, as the others are paired with it.
  peers = {
    for key, site in var.sites : key => {
      api_url     = coalesce(site.api_url, site.url)
      thumbprint  = site.thumbprint
      name        = coalesce(site.name, key)
      description = site.description
    }
  }

  # Both directions of each link.
  arrows = flatten([
    for pair in local.pairs : [
      { from = pair.a, to = pair.b, healthy = try(pair.known.a_to_b.healthy, false) },
      { from = pair.b, to = pair.a, healthy = try(pair.known.b_to_a.healthy, false) },
    ]
  ])

  # A name may be a keyword of Mermaid, such as end.
  nodes = { for i, key in sort(keys(var.sites)) : key => "s${i}" }
}
