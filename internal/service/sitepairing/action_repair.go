package sitepairing

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/pairing"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type repairAction struct{ sitePairing }

var _ action.ActionWithConfigure = &repairAction{}

// NewRepairAction returns the action vcda_site_repair.
func NewRepairAction() action.Action { return &repairAction{} }

// Metadata names the action.
func (a *repairAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_site_repair"
}

// Schema describes the action.
func (a *repairAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Re-pairs one site now, with the address, thumbprint and description that the appliance has stored, as an upgrade of the site requires. " +
			"For a new thumbprint, change `vcda_site_pairing` instead, which re-pairs by itself. The action times out after ten minutes.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Key of the pairing, as in `vcda_site_pairing`: the site's UUID on the Manager service, its name on the Cloud service.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
		},
	}
}

// Configure stores the provider's data.
func (a *repairAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.Data, resp.Diagnostics = providerdata.Configured(req.ProviderData)
}

// ModifyPlan fails the plan if no appliance is configured.
func (a *repairAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	(&base.ForAction{Data: a.Data}).ModifyPlan(ctx, req, resp)
}

// Invoke re-pairs the site and shows the progress of the task.
func (a *repairAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var id types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("id"), &id)...)
	action := "re-pair the site " + id.ValueString()
	appliance, _ := a.appliance(ctx, action, nil, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := a.Clock.WithTimeout(ctx, changeTimeout, nil)
	defer cancel()
	site, err := appliance.Find(ctx, id.ValueString())
	switch {
	case err != nil:
		resp.Diagnostics.Append(diagnostics.Unable(ctx, action, err))
		return
	case site == nil:
		resp.Diagnostics.Append(explainNoSuchSite(ctx, action, appliance, id.ValueString()))
		return
	}
	m := blank()
	m.refresh(*site, appliance.Service(), description{})
	ctx = vcda.WithProgress(ctx, func(t vcda.Task) {
		resp.SendProgress(progress(fmt.Sprintf("Re-pairing the site %s: the task %s is %s at %d %%.", nameOf(*site), t.ID, cmp.Or(t.State, "in an unknown state"), t.Progress)))
	})
	result, err := appliance.Repair(ctx, id.ValueString(), m.spec(""))
	warnings := warningsOf(result, err, m)
	if err != nil {
		resp.Diagnostics.Append(warnings...)
		resp.Diagnostics.Append(explainChange(ctx, action, err))
		return
	}
	warnings.Append(warnOfLink(ctx, a.VCDA, m, *result.Site, nil)...)
	for _, w := range warnings { // Terraform shows no warning of a successful action
		resp.SendProgress(progress("Warning: " + strings.Join(strings.Fields(w.Summary()+". "+w.Detail()), " ")))
	}
}

func progress(message string) action.InvokeProgressEvent {
	return action.InvokeProgressEvent{Message: message}
}

// explainNoSuchSite returns the error for an id without a pairing.
func explainNoSuchSite(ctx context.Context, action string, a *pairing.Appliance, id string) diag.Diagnostic {
	sites, err := a.Client().Peers(ctx)
	if err != nil {
		return diagnostics.Unable(ctx, action, err)
	}
	return detail(ctx, pairing.ErrNotListed, noSuchSite(sites, a.Service(), id, onlyID), "").Unable(action)
}
