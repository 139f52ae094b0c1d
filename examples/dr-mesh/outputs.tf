output "links" {
  description = "Whether the link between two sites works, as both of them see it."
  value       = { for pair in local.pairs : "${pair.a} - ${pair.b}" => pair.known.healthy }
}

output "healthy" {
  description = "Whether all links work."
  value       = alltrue(local.pairs[*].known.healthy)
}

output "mermaid" {
  description = "The mesh as a Mermaid diagram: an arrow for each link as one site sees it, red if it does not work."
  value = join("\n", concat(
    ["flowchart LR"],
    [for key, node in local.nodes : "  ${node}[\"${key}\"]"],
    [for arrow in local.arrows : "  ${local.nodes[arrow.from]} ${arrow.healthy ? "-->|healthy|" : "-.->|unhealthy|"} ${local.nodes[arrow.to]}"],
    [for i, arrow in local.arrows : "  linkStyle ${i} stroke:#d33,color:#d33" if !arrow.healthy],
    var.lost_site == null ? [] : ["  style ${local.nodes[var.lost_site]} stroke:#d33,color:#d33,stroke-dasharray:4"],
    [""],
  ))
}
