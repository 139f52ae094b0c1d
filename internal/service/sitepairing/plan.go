package sitepairing

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// ModifyPlan plans the values that a change may fill in, and checks what only the plan knows: another appliance, a
// missing site name, the peer.
func (r *sitePairing) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var m, prior model
	resp.Diagnostics.Append(r.planOwner(ctx, req, resp.Private)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("id"), &prior.ID)...)
		r.Owners.RecordState(prior.ID.ValueString())
		if req.Plan.Raw.Equal(req.State.Raw) {
			return // unchanged, as most are
		}
		resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	}
	if req.Plan.Raw.IsNull() {
		r.ForResource.ModifyPlan(ctx, req, resp)
		// The refresh and the destroy check the appliance themselves.
		resp.Diagnostics.Append(base.RaiseObjects(ctx, req.Private, resp.Private, r.Owners.Objects(prior.ID.ValueString()))...)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	var site types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("site"), &site)...)
	switch {
	case resp.Diagnostics.HasError():
	case req.State.Raw.IsNull():
		resp.Diagnostics.Append(r.planCreate(ctx, req.Private, m, site)...)
		instance, diags := r.contactedInstance(ctx, m, req.ClientCapabilities.DeferralAllowed)
		resp.Diagnostics.Append(diags...)
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("appliance_instance_id"), instance)...)
	default:
		r.planChange(ctx, req, resp, m, prior, site)
	}
}

// planOwner refuses a plan in which one resource pairs with a site whose pairing another resource keeps: the apply
// does not show an unchanged resource.
func (r *sitePairing) planOwner(ctx context.Context, req resource.ModifyPlanRequest, private base.PrivateWriter) diag.Diagnostics {
	if req.Plan.Raw.IsNull() || r.Reservations == nil {
		return nil
	}
	var address customtypes.NormalizedString
	diags := req.Plan.GetAttribute(ctx, path.Root("api_url"), &address)
	owner, _, more := base.Ownership(ctx, req.Private)
	diags.Append(more...)
	isFree := r.Reservations.PlanKeep
	switch {
	case diags.HasError() || address.IsUnknown():
		return diags
	case !req.State.Raw.IsNull() && owner == "":
		_, more := base.KeepOwner(ctx, req.Private, private) // identifies the create of a replacement
		diags.Append(more...)
	case req.State.Raw.IsNull() && owner != "": // the create of a replacement
		return diags
	case req.State.Raw.IsNull():
		isFree = r.Reservations.PlanCreate
	}
	if !isFree(reservation(address)) {
		diags.AddAttributeError(path.Root("api_url"), "Two resources for one pairing", fmt.Sprintf(
			"One resource of this configuration pairs with the site at %s, and another one has that pairing already. Keep one of them. If one replaces the other, use a moved block.", address.ValueString()))
	}
	return diags
}

// reservation returns the key of a peer in plans.
func reservation(address customtypes.NormalizedString) string {
	return "pairing " + customtypes.URLType.Normal(address)
}

// planChange prepares the change from prior to m, for the site in the configuration.
func (r *sitePairing) planChange(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse, m, prior model, site types.String) {
	m.Site = stringOr(m.Site, prior.Site)
	if site.IsUnknown() {
		m.Site = types.StringUnknown()
	} else if !site.IsNull() && customtypes.SiteNameType.Same(site.ValueString(), prior.Site.ValueString()) {
		m.Site = prior.Site
	}
	if req.ClientCapabilities.DeferralAllowed && isOther(prior.Site, site) {
		resp.Diagnostics.Append(otherNameLearned(prior, site))
		return
	}
	if m.sameArguments(prior) {
		resp.Plan.Raw = req.State.Raw // equal values in another form
		return
	}
	if m.changesAppliance(prior) || !m.Site.Equal(prior.Site) {
		r.ForResource.ModifyPlan(ctx, req, resp)
		resp.Diagnostics.Append(r.checkSameAppliance(ctx, req.Private, prior)...)
	}
	m.planned(prior, site)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, m)...)
	if m.repoints(prior) {
		resp.Diagnostics.Append(r.preflight(ctx, m, prior, site)...)
	}
}

// planCreate checks a new pairing, or a replacement, whose private state has the appliance. The create reports
// problems with the appliance.
func (r *sitePairing) planCreate(ctx context.Context, private base.PrivateReader, m model, site types.String) (diags diag.Diagnostics) {
	client, absent := r.VCDA.ClientForPlan()
	diags.Append(absent...)
	if client == nil {
		return diags
	}
	diags.Append(r.checkSameAppliance(ctx, private, m)...)
	if site.IsNull() {
		service, err := client.Service(ctx)
		switch {
		case err != nil:
			diags.Append(diagnostics.Warning(ctx, "check at plan time whether the pairing needs a site name", err))
		case service == vcda.Cloud:
			diags.Append(missingSite())
			return diags
		}
	}
	diags.Append(r.preflight(ctx, m, model{}, site)...)
	return diags
}

// checkSameAppliance refuses a plan for a pairing that was made on another appliance. The apply reports an appliance
// that does not respond.
func (r *sitePairing) checkSameAppliance(ctx context.Context, private base.PrivateReader, m model) diag.Diagnostics {
	client, absent := r.VCDA.Client()
	made, diags := base.StoredInstance(ctx, private)
	if absent.HasError() || diags.HasError() || made == "" || client.IsSingleUse() {
		return diags
	}
	instance, err := client.InstanceID(ctx)
	if err != nil {
		logDecision(ctx, "the appliance of the pairing is not checked in the plan", map[string]any{"error": err.Error()})
		return nil
	}
	return base.CheckInstance(m.action("plan"), "pairing", made, instance, client)
}

// contactedInstance returns the instance of the appliance that the plan of a create has contacted, unknown if it has contacted
// none. Right before the apply Terraform plans once more and compares with the saved plan: then the appliance is
// always contacted.
func (r *sitePairing) contactedInstance(ctx context.Context, m model, applying bool) (types.String, diag.Diagnostics) {
	client, absent := r.VCDA.Client()
	if absent.HasError() || !applying && !client.HasSession() {
		return types.StringUnknown(), nil
	}
	instance, err := client.InstanceID(ctx)
	switch {
	case err != nil && applying:
		return types.StringUnknown(), diag.Diagnostics{diagnostics.Unable(ctx, m.createAction(), err)}
	case err != nil, instance == "":
		return types.StringUnknown(), nil
	}
	return types.StringValue(instance), nil
}

// otherNameLearned is the error for a name that becomes known in the apply and differs. Terraform plans once more then,
// but the object to be replaced has no state any more.
func otherNameLearned(prior model, site types.String) diag.Diagnostic {
	return diagnostics.Detail{
		Why:    fmt.Sprintf("The name of the site became known during the apply: it is %q, and the pairing is with %q. Another name replaces the pairing, which the plan does not say. Nothing was sent.", site.ValueString(), prior.Site.ValueString()),
		Advice: "Plan again, and check what is replaced.",
	}.UnableAt(path.Root("site"), prior.action("change"))
}

func missingSite() diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("site"), "Missing site",
		"The appliance runs the Cloud service, or the setting service (VCDA_SERVICE) says so, and that service pairs by name. Set site to the other site's own name, which the data source vcda_appliance shows there.")
}
