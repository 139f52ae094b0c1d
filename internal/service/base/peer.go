package base

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// Peer holds the attributes of a paired site that the appliance reports, in addition to the arguments of a pairing.
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
	return StringOrNull(values.EncodedThumbprint(*s.PeerTunnelCert))
}

// StringOrNull is a string value, null if the response lacks the field.
func StringOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

// PeerAttributes describes the attributes of Peer.
var PeerAttributes = Reported{
	{"api_public_url", "Address the site was paired under, as the appliance reports it.", types.StringType},
	{"api_internal_url", "Address the appliance itself uses for the site. The Manager service rewrites it to a name inside the tunnel.", types.StringType},
	{"api_version", "API version of the site.", types.StringType},
	{"build_version", "Build of the site. Known to the Cloud service only.", types.StringType},
	{"is_provider_deployment", "Whether the site is an appliance with a provider's license. Known to the Manager service only.", types.BoolType},
	{"healthy", "Whether there is no communication error in either direction.", types.BoolType},
	{"incoming_comm_error", "Error of traffic from the site, null when there is none.", ErrorType},
	{"outgoing_comm_error", "Error of traffic to the site, null when there is none.", ErrorType},
	{"peer_tunnel_thumbprint", "SHA-256 thumbprint of the certificate of the site's tunnel; the whole certificate is in the data source `vcda_site`. Known to the Manager service only.", types.StringType},
}
