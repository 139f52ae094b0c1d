data "vcda_sites" "peers" {}

output "unhealthy_peers" {
  value = [for peer in data.vcda_sites.peers.sites : peer.site if !peer.healthy]
}
