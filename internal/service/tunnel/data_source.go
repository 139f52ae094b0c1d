package tunnel

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base/registered"
)

// NewListDataSource returns the data source vcda_tunnels.
func NewListDataSource() datasource.DataSource {
	row := map[string]schema.Attribute{
		"id":          schema.StringAttribute{Computed: true, MarkdownDescription: "UUID of the tunnel; in API 4.5 its URL."},
		"url":         schema.StringAttribute{Computed: true, MarkdownDescription: "Address of the tunnel's service."},
		"certificate": schema.StringAttribute{Computed: true, MarkdownDescription: "Certificate of the tunnel, as base64 of its DER form."},
		"thumbprint":  schema.StringAttribute{Computed: true, MarkdownDescription: "SHA-256 thumbprint of the certificate."},
	}
	return &registered.DataSource[model, *model, vcda.Tunnel, listed]{Of: newShared(), Row: row, Convert: newListed}
}

// listed is a tunnel of the data source.
type listed struct {
	ID          types.String `tfsdk:"id"`
	URL         types.String `tfsdk:"url"`
	Certificate types.String `tfsdk:"certificate"`
	Thumbprint  types.String `tfsdk:"thumbprint"`
}

func newListed(t vcda.Tunnel) listed {
	return listed{
		ID: types.StringValue(t.Key()), URL: base.StringOrNull(t.URL), Certificate: base.StringOrNull(t.Certificate), Thumbprint: thumbprintOf(t.Certificate).StringValue,
	}
}
