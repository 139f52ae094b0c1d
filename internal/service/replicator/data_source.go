package replicator

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type dataSource struct{ base.ForDataSource }

// NewListDataSource returns the data source vcda_replicators.
func NewListDataSource() datasource.DataSource { return &dataSource{} }

func (d *dataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "vcda_replicators"
}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = datasourceschema.Schema{
		MarkdownDescription: "Lists the replicators that are registered with the Manager.",
		Attributes: map[string]datasourceschema.Attribute{
			"replicators": datasourceschema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The replicators.",
				NestedObject: datasourceschema.NestedAttributeObject{Attributes: listedAttributes()},
			},
		},
	}
}

// listed is a replicator of the data source.
type listed struct {
	ID            types.String `tfsdk:"id"`
	APIThumbprint types.String `tfsdk:"api_thumbprint"`
	Owner         types.String `tfsdk:"owner"`
	SiteName      types.String `tfsdk:"site_name"`
	Description   types.String `tfsdk:"description"`
	reported
}

func (d *dataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	source := newShared()
	source.Data = d.Data
	all, diags := source.Rows(ctx, "list the replicators")
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	rows := []listed{}
	for _, one := range all {
		rows = append(rows, listed{
			ID: base.StringOrNull(one.ID), APIThumbprint: base.StringOrNull(one.Thumbprint), Owner: base.StringOrNull(one.Owner),
			SiteName: base.StringOrNull(one.Site), Description: types.StringValue(one.Description), reported: newReported(one),
		})
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("replicators"), rows)...)
}
