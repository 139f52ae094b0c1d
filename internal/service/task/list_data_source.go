package task

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

type listDataSource struct{ base.ForDataSource }

var _ datasource.DataSourceWithConfigure = &listDataSource{}

// NewListDataSource returns the data source vcda_tasks.
func NewListDataSource() datasource.DataSource { return &listDataSource{} }

type listModel struct {
	State        types.String `tfsdk:"state"`
	Type         types.String `tfsdk:"type"`
	ResourceType types.String `tfsdk:"resource_type"`
	ResourceID   types.String `tfsdk:"resource_id"`
	StartedAfter types.String `tfsdk:"started_after"`
	Limit        types.Int64  `tfsdk:"limit"`
	Tasks        []model      `tfsdk:"tasks"`
}

// query converts the arguments; a null one selects all.
func (m listModel) query() (vcda.TaskQuery, error) {
	q := vcda.TaskQuery{
		State: m.State.ValueString(), Type: m.Type.ValueString(),
		ResourceType: m.ResourceType.ValueString(), ResourceID: m.ResourceID.ValueString(),
		Limit: int(m.Limit.ValueInt64()),
	}
	var err error
	if !m.StartedAfter.IsNull() {
		q.StartedAfter, err = time.Parse(time.RFC3339, m.StartedAfter.ValueString())
	}
	return q, err
}

func (d *listDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_tasks"
}

func (d *listDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	filter := func(description string) schema.StringAttribute {
		return schema.StringAttribute{
			Optional: true, MarkdownDescription: description,
			Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists tasks of the appliance, the newest first: those that the user of the session started, or all for an administrator. " +
			"The appliance deletes tasks after some time. A task is listed if it matches all arguments that are set.",
		Attributes: map[string]schema.Attribute{
			"state":         filter("Only tasks in this state, such as `RUNNING`, `SUCCEEDED` or `FAILED`."),
			"type":          filter("Only tasks of this type, such as `pair` or `health`."),
			"resource_type": filter("Only tasks about this kind of object, such as `site`."),
			"resource_id":   filter("Only tasks about the object with this id."),
			"started_after": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Only tasks started after this time, in RFC 3339 format, such as `2026-01-31T08:00:00Z`.",
				Validators: []validator.String{base.ValidBy(values.Time)},
			},
			"limit": schema.Int64Attribute{
				Optional: true, MarkdownDescription: "Maximum number of tasks. Default: all.",
				Validators: []validator.Int64{int64validator.Between(1, 1<<31-1)},
			},
			"tasks": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The tasks, the newest first.",
				NestedObject:        schema.NestedAttributeObject{Attributes: attributes()},
			},
		},
	}
}

func (d *listDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	base.Read(ctx, base.VCDA(d.Data), req, resp, "list the tasks", func(client *vcda.Client, m *listModel) error {
		query, err := m.query()
		if err != nil {
			return err
		}
		tasks, err := client.Tasks(ctx, query)
		m.Tasks = []model{}
		for _, t := range tasks {
			m.Tasks = append(m.Tasks, newModel(t))
		}
		return err
	})
}
