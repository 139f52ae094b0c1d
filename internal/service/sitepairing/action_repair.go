package sitepairing

import (
	"context"
	"errors"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type repairAction struct{ of pairing }

var _ action.ActionWithConfigure = &repairAction{}

// NewRepairAction is the action vcda_site_repair.
func NewRepairAction() action.Action { return &repairAction{} }

func (a *repairAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_site_repair"
}

func (a *repairAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Re-pairs one site now, with the address, thumbprint and description the appliance has of it, as is needed after an upgrade of the site. " +
			"A new thumbprint is a change of `vcda_site_pairing`, which re-pairs by itself. The action takes ten minutes at most.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Key of the pairing, as in `vcda_site_pairing`: the site's UUID on the Manager service, its name on the Cloud service.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
		},
	}
}

func (a *repairAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.of.data, resp.Diagnostics = providerdata.Configured(req.ProviderData)
}

// Invoke re-pairs the site and tells how the task goes.
func (a *repairAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var id types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("id"), &id)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := a.of.data.Clock.WithTimeout(ctx, changeTimeout, nil)
	defer cancel()
	words := "re-pair the site " + id.ValueString()
	p, diags := a.of.peer(ctx, model{ID: id}, words)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	result, err := p.again(base.ShowTasks(ctx, resp))
	warnings := result.warnings
	if err != nil {
		resp.Diagnostics.Append(warnings...)
		resp.Diagnostics.Append(p.explainAgain(ctx, words, result, err))
		return
	}
	warnOfLink(ctx, p, *result.site, &warnings)
	for _, w := range warnings { // Terraform shows no warning of an action that succeeds
		text := strings.Join(strings.Fields(w.Summary()+". "+w.Detail()), " ")
		resp.SendProgress(action.InvokeProgressEvent{Message: "Warning: " + text})
	}
}

// again re-pairs with what the appliance has of the site.
func (p *peer) again(ctx context.Context) (outcome, error) {
	site, err := p.listed(ctx, p.now(), 0)
	if err != nil {
		return outcome{}, err
	}
	m := blank()
	m.refresh(*site)
	p.wanted = m.peer(p.client, p.service).wanted
	return p.repair(ctx, site)
}

// explainAgain is the error of a re-pairing: there is no state to speak of.
func (p *peer) explainAgain(ctx context.Context, words string, result outcome, err error) diag.Diagnostic {
	detail := diagnostics.FromError(ctx, err)
	if result.task.ID != "" && !result.task.Ended() {
		detail.Consequence = goesOn(result.task)
	}
	if errors.Is(err, errNotListed) && result.task.ID == "" {
		if sites, err := p.client.Peers(ctx); err == nil {
			return diag.NewErrorDiagnostic("Unable to "+words, noSuchSite(sites, p.service, onlyID))
		}
	}
	return detail.Unable(words)
}
