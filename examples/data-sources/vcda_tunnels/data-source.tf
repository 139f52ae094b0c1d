data "vcda_tunnels" "all" {}

output "thumbprints" {
  value = { for t in data.vcda_tunnels.all.tunnels : t.url => t.thumbprint }
}
