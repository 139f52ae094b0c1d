// Package session is the room of vcda_session.
package session

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type dataSource struct{ base.ForDataSource }

var _ datasource.DataSourceWithConfigure = &dataSource{}

// NewDataSource is the data source vcda_session.
func NewDataSource() datasource.DataSource { return &dataSource{} }

type model struct {
	User               types.String    `tfsdk:"user"`
	Roles              []string        `tfsdk:"roles"`
	AuthenticatedSites []authenticated `tfsdk:"authenticated_sites"`
}

type authenticated struct {
	Site types.String `tfsdk:"site"`
	Org  types.String `tfsdk:"org"`
}

func (d *dataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session"
}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Says whose session the provider has, and which sites it may act on. It never shows the token.",
		Attributes: map[string]schema.Attribute{
			"user":  schema.StringAttribute{Computed: true, MarkdownDescription: "User of the session."},
			"roles": schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Roles of the session, such as `ADMINISTRATORS`."},
			"authenticated_sites": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Sites the session has authenticated with. Empty on the Manager service.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"site": schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the site."},
					"org":  schema.StringAttribute{Computed: true, MarkdownDescription: "Organization the session has there."},
				}},
			},
		},
	}
}

func (d *dataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	client, diags := d.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	details, err := client.Session(ctx)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, "read the session", err))
		return
	}
	m := model{User: types.StringValue(details.User), Roles: append([]string{}, details.Roles...), AuthenticatedSites: []authenticated{}}
	for _, s := range details.AuthenticatedSites {
		m.AuthenticatedSites = append(m.AuthenticatedSites, authenticated{base.StringOrNull(s.Site), base.StringOrNull(s.Org)})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
