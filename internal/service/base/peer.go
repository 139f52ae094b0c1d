package base

import (
	"encoding/base64"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	resource "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// Peer holds what the appliance reports of a paired site beyond the arguments of a
// pairing.
type Peer struct {
	APIPublicURL         types.String `tfsdk:"api_public_url"`
	APIInternalURL       types.String `tfsdk:"api_internal_url"`
	APIVersion           types.String `tfsdk:"api_version"`
	BuildVersion         types.String `tfsdk:"build_version"`
	IsProviderDeployment types.Bool   `tfsdk:"is_provider_deployment"`
	Healthy              types.Bool   `tfsdk:"healthy"`
	IncomingCommError    types.Object `tfsdk:"incoming_comm_error"`
	OutgoingCommError    types.Object `tfsdk:"outgoing_comm_error"`
	PeerTunnelThumbprint types.String `tfsdk:"peer_tunnel_thumbprint"`
}

// NewPeer converts a row of the sites list.
func NewPeer(s vcda.Site) Peer {
	link := s.Link()
	return Peer{
		APIPublicURL:         StringOrNull(s.APIPublicURL),
		APIInternalURL:       StringOrNull(s.APIURL),
		APIVersion:           StringOrNull(s.APIVersion),
		BuildVersion:         StringOrNull(s.BuildVersion),
		IsProviderDeployment: types.BoolPointerValue(s.IsProviderDeployment),
		Healthy:              types.BoolValue(link.Incoming == nil && link.Outgoing == nil),
		IncomingCommError:    APIError(link.Incoming),
		OutgoingCommError:    APIError(link.Outgoing),
		PeerTunnelThumbprint: tunnelThumbprint(s),
	}
}

// NoPeer returns a Peer with null values only.
func NoPeer() Peer {
	return Peer{IncomingCommError: APIError(nil), OutgoingCommError: APIError(nil)}
}

// UnknownPeer returns a Peer whose values are known after the apply only.
func UnknownPeer() Peer {
	text := types.StringUnknown()
	return Peer{
		APIPublicURL: text, APIInternalURL: text, APIVersion: text, BuildVersion: text,
		IsProviderDeployment: types.BoolUnknown(), Healthy: types.BoolUnknown(),
		IncomingCommError: types.ObjectUnknown(errorTypes), OutgoingCommError: types.ObjectUnknown(errorTypes),
		PeerTunnelThumbprint: text,
	}
}

// tunnelThumbprint returns the thumbprint of the certificate of a site's tunnel, null if the service reports no
// certificate or an unreadable one.
func tunnelThumbprint(s vcda.Site) types.String {
	if s.PeerTunnelCert == nil {
		return types.StringNull()
	}
	der, err := base64.StdEncoding.DecodeString(*s.PeerTunnelCert)
	if err != nil || len(der) == 0 {
		return types.StringNull()
	}
	return types.StringValue(values.ThumbprintOf(der))
}

// StringOrNull is a string value, null if the response lacks the field.
func StringOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

var errorTypes = map[string]attr.Type{"code": types.StringType, "msg": types.StringType}

// APIError converts an error object to { code, msg }, null where there is none.
func APIError(e *vcda.APIError) types.Object {
	if e == nil {
		return types.ObjectNull(errorTypes)
	}
	return types.ObjectValueMust(errorTypes, map[string]attr.Value{
		"code": types.StringValue(e.Code), "msg": types.StringValue(e.Msg),
	})
}

// peerAttributes describes the attributes of Peer, for resources and data sources.
var peerAttributes = []struct {
	name, description string
	kind              attr.Type
}{
	{"api_public_url", "Address the site was paired under, as the appliance reports it.", types.StringType},
	{"api_internal_url", "Address the appliance itself uses for the site. The Manager service rewrites it to a name inside the tunnel.", types.StringType},
	{"api_version", "API version of the site.", types.StringType},
	{"build_version", "Build of the site. Known to the Cloud service only.", types.StringType},
	{"is_provider_deployment", "Whether the site is an appliance with a provider's license. Known to the Manager service only.", types.BoolType},
	{"healthy", "Whether there is no communication error in either direction.", types.BoolType},
	{"incoming_comm_error", "Error of traffic from the site, null when there is none.", types.ObjectType{AttrTypes: errorTypes}},
	{"outgoing_comm_error", "Error of traffic to the site, null when there is none.", types.ObjectType{AttrTypes: errorTypes}},
	{"peer_tunnel_thumbprint", "SHA-256 thumbprint of the certificate of the site's tunnel; the whole certificate is in the data source `vcda_site`. Known to the Manager service only.", types.StringType},
}

// AddPeerToResource adds the attributes of a Peer to those of a resource.
func AddPeerToResource(attributes map[string]resource.Attribute) {
	for _, a := range peerAttributes {
		switch a.kind {
		case types.StringType:
			attributes[a.name] = resource.StringAttribute{Computed: true, MarkdownDescription: a.description}
		case types.BoolType:
			attributes[a.name] = resource.BoolAttribute{Computed: true, MarkdownDescription: a.description}
		default:
			attributes[a.name] = resource.SingleNestedAttribute{
				Computed: true, MarkdownDescription: a.description,
				Attributes: map[string]resource.Attribute{
					"code": resource.StringAttribute{Computed: true, MarkdownDescription: "Code of the error."},
					"msg":  resource.StringAttribute{Computed: true, MarkdownDescription: "Message of the error."},
				},
			}
		}
	}
}

// AddPeerToDataSource adds the attributes of a Peer to those of a data source.
func AddPeerToDataSource(attributes map[string]datasource.Attribute) {
	for _, a := range peerAttributes {
		switch a.kind {
		case types.StringType:
			attributes[a.name] = datasource.StringAttribute{Computed: true, MarkdownDescription: a.description}
		case types.BoolType:
			attributes[a.name] = datasource.BoolAttribute{Computed: true, MarkdownDescription: a.description}
		default:
			attributes[a.name] = ErrorAttribute(a.description)
		}
	}
}
