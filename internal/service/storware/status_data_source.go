package storware

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type statusDataSource struct{ base.ForDataSource }

var _ datasource.DataSourceWithConfigure = &statusDataSource{}

// NewStatusDataSource is the data source vcda_storware_status.
func NewStatusDataSource() datasource.DataSource { return &statusDataSource{} }

type statusModel struct {
	Reachable     types.Bool `tfsdk:"reachable"`
	Authenticated types.Bool `tfsdk:"authenticated"`
}

func (d *statusDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_storware_status"
}

func (d *statusDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Whether Storware Backup & Recovery (formerly vProtect) answers, and accepts the login of the provider. " +
			"A `false` comes with a warning that says why, not with an error; only a certificate that is not trusted is one.",
		Attributes: map[string]schema.Attribute{
			"reachable":     schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the API answers. This takes no login, so it works without one in the provider block."},
			"authenticated": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the API accepts the session of the provider."},
		},
	}
}

func (d *statusDataSource) Read(ctx context.Context, _ datasource.ReadRequest, resp *datasource.ReadResponse) {
	client, diags := d.Storware.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	status, err := client.Status(ctx)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Storware.Unable(ctx, "ask Storware for its status", err))
		return
	}
	if status.Reason != nil {
		resp.Diagnostics.Append(diagnostics.Storware.Warning(ctx, purpose(status), status.Reason))
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, statusModel{types.BoolValue(status.Reachable), types.BoolValue(status.Authenticated)})...)
}

// purpose is what the status says is not possible.
func purpose(s storware.Status) string {
	if s.Reachable {
		return "get a session of Storware"
	}
	return "reach Storware"
}
