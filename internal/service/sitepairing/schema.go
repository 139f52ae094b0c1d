package sitepairing

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
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
func (r *sitePairing) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Pairs the appliance with another site. Pairing is directional: declare it on both sides, with one provider configuration each. " +
			"While only one side has paired, the link reports an error; that is a warning, not a failure.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Key of the pairing: the site's UUID on the Manager service, its name on the Cloud service.",
			},
			"api_url":        customtypes.URLType.Required("Service endpoint of the site to pair with, such as `https://vcda-b.example.com:8048`. A change re-pairs."),
			"api_thumbprint": customtypes.ThumbprintType.Required("SHA-256 thumbprint of the certificate of the site's Manager or Cloud service. A change re-pairs."),
			"description": schema.StringAttribute{
				CustomType: customtypes.DescriptionType, Optional: true, Computed: true, Default: stringdefault.StaticString(""),
				MarkdownDescription: "Description of the pairing; empty by default. A change re-pairs. Appliances may change line ends and surrounding white space: that is no difference.",
				PlanModifiers:       []planmodifier.String{customtypes.DescriptionType.KeepPrior()},
			},
			"site": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Name of the site. Required on the Cloud service, where it must be the site's own name. The Manager service reads it from the site. Another name replaces the pairing.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplaceIf(otherName,
					"Another name replaces the pairing.", "Another name replaces the pairing.")},
			},
			"repair_triggers": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Any values. A change of one re-pairs, as is needed after an upgrade of the site.",
			},
			"adopt_existing": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether a create adopts an existing pairing with the site instead of refusing it. It re-pairs the site if the values differ. `false` by default. A change of it alone does nothing.",
			},
			"expect_link": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether to warn when the link does not work after a create or an update. Set it to `false` on the side that pairs first, whose link can't work yet; `healthy` shows the link in any case. `true` by default. Can't be `false` together with `wait_for_link`. A change of it alone does nothing.",
			},
			"wait_for_link": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether to wait, after a create or an update, until neither direction of the link has an error. Set it on the side that pairs last. When it times out, a create ends with a warning and an update with an error; both save the pairing. `false` by default.",
			},
			"pending_task_id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Task that was still running when the last operation was interrupted, else null. The next refresh resolves it.",
			},
			"appliance_instance_id": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Instance ID of the appliance that the pairing was made on. A plan that has contacted the appliance knows it: the saved plan then fails on another appliance.",
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
	base.PeerAttributes.AddToResource(resp.Schema.Attributes)
}

// otherName replaces a pairing only if both names are known and differ. An unknown or null name does not differ.
func otherName(_ context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse) {
	resp.RequiresReplace = isOther(req.StateValue, req.ConfigValue)
}

// isOther reports whether a name in the configuration is known and differs.
func isOther(prior, configured types.String) bool {
	known := !prior.IsNull() && !configured.IsNull() && !configured.IsUnknown()
	return known && !customtypes.SiteNameType.Same(prior.ValueString(), configured.ValueString())
}

// ValidateConfig refuses wait_for_link without expect_link.
func (r *sitePairing) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var expect, wait types.Bool
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("expect_link"), &expect)...)
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("wait_for_link"), &wait)...)
	if expect.Equal(types.BoolValue(false)) && wait.ValueBool() {
		resp.Diagnostics.AddAttributeError(path.Root("expect_link"), "Invalid expect_link",
			"wait_for_link = true waits for the link, and expect_link = false says that it can't work yet. Remove one of them.")
	}
}
