package recoveryplan

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// experimental begins the descriptions of all objects of recovery plans.
const experimental = "**Experimental**: parts of the API of recovery plans are not published, such as the form of a step's replications. "

// Schema describes the resource.
func (r *planResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: experimental + "A recovery plan: replications, and the order in which they are recovered. It belongs to the appliance's own site and to the user of the provider. " +
			"Test it with `vcda_recovery_plan_test`, and recover with the actions `vcda_recovery_plan_failover` and `vcda_recovery_plan_migrate`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed: true, MarkdownDescription: "Id of the plan.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"name": schema.StringAttribute{
				Required: true, MarkdownDescription: "Name of the plan, which must be unique.",
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"description": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(""),
				MarkdownDescription: "Description of the plan; empty by default.",
			},
			"migration": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether the plan migrates. Such a plan can only be migrated, all others can only be tested and failed over. A change replaces the plan. `false` by default.",
				PlanModifiers:       []planmodifier.Bool{boolplanmodifier.RequiresReplace()},
			},
			"scheduled_sync_at": schema.StringAttribute{
				CustomType: customtypes.TimeType, Optional: true,
				MarkdownDescription: "When the replications of the plan are synchronized, in RFC 3339 format, such as `2026-12-01T02:00:00Z`. A change replaces the plan.",
				Validators:          []validator.String{customtypes.TimeType.Validator()},
				PlanModifiers:       []planmodifier.String{customtypes.TimeType.KeepPrior(), stringplanmodifier.RequiresReplace()},
			},
			"steps": schema.ListNestedAttribute{
				Optional: true,
				MarkdownDescription: "Steps of the plan in their order. Steps are added and moved in place. A step that is changed or removed replaces the plan, " +
					"because the API has no published call for it. A step is identified by its name.",
				NestedObject: schema.NestedAttributeObject{Attributes: stepAttributes()},
			},
			"owner": schema.StringAttribute{
				Computed: true, MarkdownDescription: "Organization that owns the plan, as `ORGANIZATION@SITE`.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseNonNullStateForUnknown()},
			},
			"state": schema.StringAttribute{
				Computed: true, MarkdownDescription: "State of the plan: `NOT_STARTED`, `RUNNING`, `SUSPENDED` or `COMPLETE`.",
			},
			"last_error": schema.SingleNestedAttribute{
				Computed: true, MarkdownDescription: "Error of the last execution, else null.",
				Attributes: map[string]schema.Attribute{
					"code": schema.StringAttribute{Computed: true, MarkdownDescription: "Code of the error."},
					"msg":  schema.StringAttribute{Computed: true, MarkdownDescription: "Message of the error."},
				},
			},
			"timeouts": base.ResourceTimeouts(timeouts.Attributes(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "Time for a create, such as `10m`, which is the default.",
				ReadDescription:   "Time for a read; default `2m`.",
				UpdateDescription: "Time for an update; default `10m`.",
				DeleteDescription: "Time for a delete; default `10m`.",
			})),
		},
	}
}

func stepAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"name": schema.StringAttribute{
			Required: true, MarkdownDescription: "Name of the step, which must be unique in the plan.",
			Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"delay": schema.StringAttribute{
			CustomType: customtypes.DurationType, Optional: true, Computed: true, Default: stringdefault.StaticString("0s"),
			MarkdownDescription: "How long to wait before the step, such as `5m`; `0s` by default.",
			Validators:          []validator.String{customtypes.DurationType.Validator()},
		},
		"prompt": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(""),
			MarkdownDescription: "Text that has to be confirmed in the user interface of the appliance before the step is executed; none by default.",
		},
		"replication_ids": schema.SetAttribute{
			ElementType: types.StringType, Optional: true, Computed: true,
			Default:             setdefault.StaticValue(types.SetValueMust(types.StringType, []attr.Value{})),
			MarkdownDescription: "Replications that the step recovers: ids of vApp replications (`C4VAPP-…`) on the Cloud service, of vSphere replications (`H4-…`) on the Manager service.",
		},
	}
}
