// Package site implements the data sources vcda_site and vcda_sites.
package site

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// model is a site.
type model struct {
	ID            types.String `tfsdk:"id"`
	Site          types.String `tfsdk:"site"`
	APIURL        types.String `tfsdk:"api_url"`
	APIThumbprint types.String `tfsdk:"api_thumbprint"`
	Description   types.String `tfsdk:"description"`
	IsLocal       types.Bool   `tfsdk:"is_local"`
	base.Peer
	PeerTunnelCertificate types.String `tfsdk:"peer_tunnel_certificate"`
}

func newModel(s vcda.Site, service vcda.Service) model {
	return model{
		ID:            base.StringOrNull(s.Key(service)),
		Site:          base.StringOrNull(s.Site),
		APIURL:        base.StringOrNull(s.Endpoint()),
		APIThumbprint: base.StringOrNull(s.APIThumbprint),
		Description:   types.StringValue(s.Description),
		IsLocal:       types.BoolValue(s.IsLocal),
		Peer:          base.NewPeer(s),

		PeerTunnelCertificate: types.StringPointerValue(s.PeerTunnelCert),
	}
}

// attributes describes one site; all attributes are computed.
func attributes() map[string]schema.Attribute {
	all := map[string]schema.Attribute{
		"is_local": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether this is the appliance's own site."},
		"peer_tunnel_certificate": schema.StringAttribute{
			Computed: true, MarkdownDescription: "Certificate of the site's tunnel, as base64 of its DER form. Known to the Manager service only.",
		},
	}
	for name, description := range texts {
		all[name] = schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	base.PeerAttributes.AddToDataSource(all)
	return all
}

// texts describes the attributes that a pairing has as arguments.
var texts = map[string]string{
	"id":             "Key of the site: its UUID on the Manager service, its name on the Cloud service.",
	"site":           "Name of the site.",
	"api_url":        "Service endpoint the site was paired under.",
	"api_thumbprint": "SHA-256 thumbprint the appliance expects of the site's certificate.",
	"description":    "Description of the pairing.",
}
