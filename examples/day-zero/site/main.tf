locals {
  cloud     = var.settings.cloud_director != null
  site_name = one(concat(vcda_vcenter_replication_manager.this[*].site_name, vcda_cloud_director_replication_manager.this[*].site_name))
}

resource "vcda_vcenter_replication_manager" "this" {
  count = local.cloud ? 0 : 1

  site_name                 = var.settings.site
  license_key_wo            = var.license_key
  license_key_wo_version    = 1
  lookup_service_url        = var.settings.lookup_service.url
  lookup_service_thumbprint = var.settings.lookup_service.thumbprint
  sso_user                  = var.sso_user
  sso_password_wo           = var.sso_password
  sso_password_wo_version   = 1
}

resource "vcda_cloud_director_replication_manager" "this" {
  count = local.cloud ? 1 : 0

  site_name                 = var.settings.site
  site_description          = var.settings.description
  license_key_wo            = var.license_key
  license_key_wo_version    = 1
  public_endpoint_address   = var.settings.cloud_director.address
  vcd_url                   = var.settings.cloud_director.url
  vcd_username              = var.settings.cloud_director.username
  vcd_thumbprint            = var.settings.cloud_director.thumbprint
  vcd_password_wo           = var.vcd_password
  vcd_password_wo_version   = 1
  lookup_service_url        = var.settings.lookup_service.url
  lookup_service_thumbprint = var.settings.lookup_service.thumbprint
}

resource "vcda_replicator" "this" {
  for_each = var.settings.replicators

  site_name                 = local.site_name # after the set-up
  api_url                   = each.value.api_url
  api_thumbprint            = each.value.thumbprint
  root_password_wo          = var.root_password
  sso_user                  = var.sso_user
  sso_password_wo           = var.sso_password
  sso_password_wo_version   = 1
  lookup_service_url        = var.settings.lookup_service.url
  lookup_service_thumbprint = var.settings.lookup_service.thumbprint
}

resource "vcda_tunnel" "this" {
  for_each = local.cloud ? var.settings.cloud_director.tunnels : {}

  url              = each.value.api_url
  certificate      = each.value.certificate
  root_password_wo = var.root_password
  depends_on       = [vcda_cloud_director_replication_manager.this]
}
