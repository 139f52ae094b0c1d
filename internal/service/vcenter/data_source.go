package vcenter

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type dataSource struct{ base.ForDataSource }

var _ datasource.DataSourceWithConfigure = &dataSource{}

// NewDataSource is the data source vcda_vcenter_session.
func NewDataSource() datasource.DataSource { return &dataSource{} }

func (d *dataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_vcenter_session"
}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Says whose session the provider has with the vCenter. It never shows the id or the key of the session. " +
			"The times and the count differ with every run, so nothing should be triggered by them.",
		Attributes: attributes(),
	}
}

func (d *dataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	client, diags := d.VCenter.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	session, err := client.Session(ctx)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.VCenter.Unable(ctx, "read the session of the vCenter", err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, newModel(session))...)
}
