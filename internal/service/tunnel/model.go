package tunnel

import (
	"context"
	"net/url"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base/registered"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// model is a tunnel in state and configuration.
type model struct {
	registered.Common
	URL         customtypes.NormalizedString `tfsdk:"url"`
	Certificate customtypes.NormalizedString `tfsdk:"certificate"`
	Thumbprint  customtypes.NormalizedString `tfsdk:"thumbprint"`
}

// Address returns the configured address.
func (m *model) Address() string { return m.URL.ValueString() }

// Secrets returns the secrets of the configuration.
func (m *model) Secrets(ctx context.Context, config tfsdk.Config) (given registered.Secrets, diags diag.Diagnostics) {
	given.RootPassword, diags = rootPassword.ValueOf(ctx, config)
	return given, diags
}

// Report sets the values that a create or an update has returned.
func (m *model) Report(t vcda.Tunnel) {
	m.ID = types.StringValue(t.Key())
	if m.Certificate.IsUnknown() || m.Certificate.IsNull() {
		m.Certificate = customtypes.CertificateType.ValueOrNull(t.Certificate)
	}
	if m.Thumbprint.IsUnknown() || m.Thumbprint.IsNull() {
		m.Thumbprint = thumbprintOf(t.Certificate)
	}
}

// Refresh sets the values that the Cloud service shows.
func (m *model) Refresh(t vcda.Tunnel) {
	m.ID = types.StringValue(t.Key())
	m.URL = customtypes.URLType.Value(t.URL)
	m.Certificate = customtypes.CertificateType.ValueOrNull(t.Certificate)
	m.Thumbprint = thumbprintOf(t.Certificate)
}

// thumbprintOf returns the thumbprint of a certificate in base64 of its DER form, null if it can't be read.
func thumbprintOf(certificate string) customtypes.NormalizedString {
	return customtypes.ThumbprintType.ValueOrNull(values.EncodedThumbprint(certificate))
}

// Is reports whether a tunnel of the list is the one of the model.
func (m *model) Is(t vcda.Tunnel) bool {
	return t.ID != "" && t.ID == m.ID.ValueString() || m.hasURL(t) && (t.ID == "" || isURL(m.ID.ValueString()))
}

func (m *model) hasURL(t vcda.Tunnel) bool {
	return customtypes.URLType.Same(t.URL, m.URL.ValueString()) || customtypes.URLType.Same(t.URL, m.ID.ValueString())
}

// isURL reports whether an ID is a URL, which API 4.5 and the archived provider use as the ID of the tunnel.
func isURL(id string) bool {
	u, err := url.Parse(id)
	return err == nil && u.Scheme != ""
}

// blank returns a tunnel of which nothing is known.
func blank() model {
	return model{
		Common: registered.Blank(),
		URL:    customtypes.URLType.Null(), Certificate: customtypes.CertificateType.Null(), Thumbprint: customtypes.ThumbprintType.Null(),
	}
}
