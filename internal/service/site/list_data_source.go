package site

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type listDataSource struct{ base.ForDataSource }

var _ datasource.DataSourceWithConfigure = &listDataSource{}

// NewListDataSource returns the data source vcda_sites.
func NewListDataSource() datasource.DataSource { return &listDataSource{} }

type listModel struct {
	IncludeLocal types.Bool `tfsdk:"include_local"`
	Sites        []model    `tfsdk:"sites"`
}

func (d *listDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_sites"
}

func (d *listDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the sites that the appliance is paired with.",
		Attributes: map[string]schema.Attribute{
			"include_local": schema.BoolAttribute{Optional: true, MarkdownDescription: "Whether to list the appliance's own site too. Default: `false`."},
			"sites": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The sites, in the appliance's order.",
				NestedObject:        schema.NestedAttributeObject{Attributes: attributes()},
			},
		},
	}
}

func (d *listDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m listModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	client, diags := d.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	incomplete := func([]vcda.Site, vcda.Service) bool { return false } // any list may lack a site
	sites, service, err := list(ctx, client, incomplete)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, "list the sites", err))
		return
	}
	m.Sites = []model{}
	for _, s := range sites {
		if !s.IsLocal || m.IncludeLocal.ValueBool() {
			m.Sites = append(m.Sites, newModel(s, service))
		}
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
