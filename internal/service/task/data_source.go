package task

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type dataSource struct{ base.ForDataSource }

var _ datasource.DataSourceWithConfigure = &dataSource{}

// NewDataSource is the data source vcda_task.
func NewDataSource() datasource.DataSource { return &dataSource{} }

func (d *dataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_task"
}

func (d *dataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	all := attributes()
	all["id"] = schema.StringAttribute{
		Required:            true,
		MarkdownDescription: texts["id"],
		Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads one task of the appliance. Only the user who started a task, and administrators, see it, " +
			"and the appliance forgets tasks after a while.",
		Attributes: all,
	}
}

func (d *dataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var id types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("id"), &id)...)
	client, diags := d.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	task, err := client.Task(ctx, id.ValueString())
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, "read the task "+id.ValueString(), err))
		return
	}
	m := newModel(task)
	m.ID = id
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
