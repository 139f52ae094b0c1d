data "vcda_site" "b" {
  site = "site-b"
}

output "link_to_b_is_healthy" {
  value = data.vcda_site.b.healthy
}
