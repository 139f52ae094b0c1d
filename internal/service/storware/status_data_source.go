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

// NewStatusDataSource returns the data source vcda_storware_status.
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
			"A warning gives the reason for a `false`. A certificate that is not trusted is an error.",
		Attributes: map[string]schema.Attribute{
			"reachable":     schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the API answers. This needs no login in the provider block."},
			"authenticated": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the API accepts the session of the provider."},
		},
	}
}

func (d *statusDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	base.Read(ctx, base.Storware(d.Data), req, resp, "read the status of Storware", func(client *storware.Client, m *statusModel) error {
		status, err := client.Status(ctx)
		if err != nil {
			return err
		}
		if status.Reason != nil {
			resp.Diagnostics.Append(diagnostics.Storware.Warning(ctx, failedAction(status), status.Reason))
		}
		*m = statusModel{types.BoolValue(status.Reachable), types.BoolValue(status.Authenticated)}
		return nil
	})
}

// failedAction returns what the provider was unable to do.
func failedAction(s storware.Status) string {
	if s.Reachable {
		return "get a session of Storware"
	}
	return "reach Storware"
}
