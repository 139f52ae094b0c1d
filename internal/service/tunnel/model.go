package tunnel

import (
	"encoding/base64"
	"net/url"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// model is a tunnel as state and configuration hold it.
type model struct {
	ID                      types.String                 `tfsdk:"id"`
	URL                     customtypes.NormalizedString `tfsdk:"url"`
	Certificate             customtypes.NormalizedString `tfsdk:"certificate"`
	Thumbprint              customtypes.NormalizedString `tfsdk:"thumbprint"`
	RootPassword            types.String                 `tfsdk:"root_password"`
	RootPasswordWO          types.String                 `tfsdk:"root_password_wo"`
	LookupServiceURL        customtypes.NormalizedString `tfsdk:"lookup_service_url"`
	LookupServiceThumbprint customtypes.NormalizedString `tfsdk:"lookup_service_thumbprint"`
	RepairTriggers          types.Map                    `tfsdk:"repair_triggers"`
	Timeouts                timeouts.Value               `tfsdk:"timeouts"`
}

// refresh sets what the appliance shows.
func (m *model) refresh(t vcda.Tunnel) {
	m.ID = types.StringValue(t.Key())
	m.URL = customtypes.URLType.Value(t.URL)
	m.Certificate = customtypes.CertificateType.ValueOrNull(t.Certificate)
	m.Thumbprint = thumbprintOf(t)
}

// thumbprintOf is the thumbprint of a tunnel's certificate, null where it can't be
// read.
func thumbprintOf(t vcda.Tunnel) customtypes.NormalizedString {
	der, err := base64.StdEncoding.DecodeString(t.Certificate)
	if err != nil || len(der) == 0 {
		return customtypes.ThumbprintType.Null()
	}
	return customtypes.ThumbprintType.Value(values.ThumbprintOf(der))
}

func (m model) lookupService() vcda.LookupService {
	return vcda.LookupService{
		URL: customtypes.LookupServiceType.Normal(m.LookupServiceURL), Thumbprint: customtypes.ThumbprintType.Normal(m.LookupServiceThumbprint),
	}
}

// is reports whether a tunnel of the list is the one of the model.
func (m model) is(t vcda.Tunnel) bool {
	return t.ID != "" && t.ID == m.ID.ValueString() || m.hasURL(t) && (t.ID == "" || isURL(m.ID.ValueString()))
}

func (m model) hasURL(t vcda.Tunnel) bool {
	return customtypes.URLType.Same(t.URL, m.URL.ValueString()) || customtypes.URLType.Same(t.URL, m.ID.ValueString())
}

// isURL reports whether an ID is the URL that API 4.5, and the archived provider with
// it, know the tunnel by.
func isURL(id string) bool {
	u, err := url.Parse(id)
	return err == nil && u.Scheme != ""
}

// blank is a tunnel of which nothing is known.
func blank() model {
	return model{
		URL: customtypes.URLType.Null(), Certificate: customtypes.CertificateType.Null(), Thumbprint: customtypes.ThumbprintType.Null(),
		LookupServiceURL: customtypes.LookupServiceType.Null(), LookupServiceThumbprint: customtypes.ThumbprintType.Null(),
		RepairTriggers: types.MapNull(types.StringType), Timeouts: base.NullTimeouts(),
	}
}
