package sitepairing

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// Schema describes the resource.
func (r *pairing) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Pairs the appliance with another site. Pairing is directional: declare it on both sides, with one provider configuration each. " +
			"While only one side has paired, the link reports an error; that is a warning, not a failure.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Key of the pairing: the site's UUID on the Manager service, its name on the Cloud service.",
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"api_url": schema.StringAttribute{
				CustomType: customtypes.URLType, Required: true,
				MarkdownDescription: "Service endpoint of the site to pair with, such as `https://vcda-b.example.com:8048`. A change re-pairs.",
				Validators:          []validator.String{customtypes.URLType.Validator()},
				PlanModifiers:       []planmodifier.String{customtypes.URLType.KeepPrior()},
			},
			"api_thumbprint": schema.StringAttribute{
				CustomType: customtypes.ThumbprintType, Required: true,
				MarkdownDescription: "SHA-256 thumbprint of the certificate of the site's Manager or Cloud service. A change re-pairs.",
				Validators:          []validator.String{customtypes.ThumbprintType.Validator()},
				PlanModifiers:       []planmodifier.String{customtypes.ThumbprintType.KeepPrior()},
			},
			"description": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(""),
				MarkdownDescription: "Description of the pairing; empty by default.",
			},
			"site": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Name of the site. Required on the Cloud service, where it must be the name the site gave itself; learned from the site on the Manager service. A change replaces the pairing.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplace()},
			},
			"repair_triggers": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Any values. A change of one re-pairs, as is needed after an upgrade of the site.",
			},
			"wait_for_link": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether to wait, after a create or an update, until neither direction of the link has an error. Set it on the side that pairs last. `false` by default.",
			},
			"pending_task_id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Task that was still running when the last operation was cut short, else null. The next refresh settles it.",
			},
			"timeouts": base.ResourceTimeouts(timeouts.Attributes(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "Time for a create, such as `10m`, which is the default.",
				ReadDescription:   "Time for a read; default `1m`.",
				UpdateDescription: "Time for an update; default `10m`.",
				DeleteDescription: "Time for a delete; default `10m`.",
			})),
		},
	}
	base.AddPeerToResource(resp.Schema.Attributes)
}
