package tunnel

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type dataSource struct{ base.ForDataSource }

// NewListDataSource returns the data source vcda_tunnels.
func NewListDataSource() datasource.DataSource { return &dataSource{} }

func (d *dataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "vcda_tunnels"
}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = datasourceschema.Schema{
		MarkdownDescription: "Lists the tunnels that are registered with the Cloud service.",
		Attributes: map[string]datasourceschema.Attribute{
			"tunnels": datasourceschema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The tunnels.",
				NestedObject: datasourceschema.NestedAttributeObject{Attributes: map[string]datasourceschema.Attribute{
					"id":          datasourceschema.StringAttribute{Computed: true, MarkdownDescription: "UUID of the tunnel; in API 4.5 its URL."},
					"url":         datasourceschema.StringAttribute{Computed: true, MarkdownDescription: "Address of the tunnel's service."},
					"certificate": datasourceschema.StringAttribute{Computed: true, MarkdownDescription: "Certificate of the tunnel, as base64 of its DER form."},
					"thumbprint":  datasourceschema.StringAttribute{Computed: true, MarkdownDescription: "SHA-256 thumbprint of the certificate."},
				}},
			},
		},
	}
}

// listed is a tunnel of the data source.
type listed struct {
	ID          types.String `tfsdk:"id"`
	URL         types.String `tfsdk:"url"`
	Certificate types.String `tfsdk:"certificate"`
	Thumbprint  types.String `tfsdk:"thumbprint"`
}

func (d *dataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	source := newShared()
	source.Data = d.Data
	all, diags := source.Rows(ctx, "list the tunnels")
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	rows := []listed{}
	for _, one := range all {
		rows = append(rows, listed{
			ID: types.StringValue(one.Key()), URL: base.StringOrNull(one.URL), Certificate: base.StringOrNull(one.Certificate), Thumbprint: thumbprintOf(one.Certificate).StringValue,
		})
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("tunnels"), rows)...)
}
