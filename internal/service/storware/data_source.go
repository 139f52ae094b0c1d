package storware

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type dataSource struct{ base.ForDataSource }

var _ datasource.DataSourceWithConfigure = &dataSource{}

// NewDataSource is the data source vcda_storware_session.
func NewDataSource() datasource.DataSource { return &dataSource{} }

func (d *dataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_storware_session"
}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Says whose session the provider has with Storware Backup & Recovery (formerly vProtect), and what it may do. " +
			"It never shows a cookie or a token. What the server leaves out is null.",
		Attributes: sessionAttributes(),
	}
}

func (d *dataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	client, diags := d.Storware.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	info, err := client.Session(ctx)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Storware.Unable(ctx, "read the session of Storware", err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, newSessionModel(info))...)
}
