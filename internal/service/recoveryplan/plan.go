package recoveryplan

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// ValidateConfig refuses steps of the same name, and replications that no step can
// hold.
func (r *planResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var list types.List
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("steps"), &list)...)
	steps, diags := stepsOf(ctx, list)
	resp.Diagnostics.Append(diags...)
	names := map[string]bool{}
	for i, s := range steps {
		name := s.Name.ValueString()
		if name != "" && names[name] {
			resp.Diagnostics.AddAttributeError(path.Root("steps").AtListIndex(i).AtName("name"), "Invalid name",
				fmt.Sprintf("Another step of the plan has the name %q too. Give each step a name of its own.", name))
		}
		names[name] = true
	}
	resp.Diagnostics.Append(checkIDs(steps, vcda.VApp, vcda.VSphere)...)
}

// checkIDs refuses ids of any other kind.
func checkIDs(steps []step, kinds ...vcda.Kind) diag.Diagnostics {
	holders := map[vcda.Kind]string{
		vcda.VApp:    "On the Cloud service steps hold vApp replications, whose ids begin with C4VAPP-.",
		vcda.VSphere: "On the Manager service steps hold vSphere replications, whose ids begin with H4-.",
	}
	var rules []string
	allowed := map[vcda.Kind]bool{}
	for _, kind := range kinds {
		rules = append(rules, holders[kind])
		allowed[kind] = true
	}
	var diags diag.Diagnostics
	for i, s := range steps {
		for _, element := range s.Replications.Elements() {
			id, ok := element.(types.String)
			if !ok || id.IsUnknown() || id.IsNull() || allowed[vcda.KindOf(id.ValueString())] {
				continue
			}
			diags.AddAttributeError(path.Root("steps").AtListIndex(i).AtName("replication_ids"), "Invalid replication_ids",
				fmt.Sprintf("%q can't be in a step. %s Give the id of such a replication.", id.ValueString(), strings.Join(rules, " ")))
		}
	}
	return diags
}

// checkService refuses replications of another service than the appliance's.
func checkService(ctx context.Context, client *vcda.Client, steps []step) (diag.Diagnostics, error) {
	home, err := client.Home(ctx)
	if err != nil {
		return nil, err
	}
	if home.Service == vcda.Cloud {
		return checkIDs(steps, vcda.VApp), nil
	}
	return checkIDs(steps, vcda.VSphere), nil
}

// ModifyPlan replaces the plan if a step is changed or removed, and refuses replications of another service than the
// appliance's.
func (r *planResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !req.State.Raw.IsNull() && base.KeepUnchanged(req, resp) {
		return
	}
	r.ForResource.ModifyPlan(ctx, req, resp)
	if req.Plan.Raw.IsNull() {
		return
	}
	var m model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	steps, diags := stepsOf(ctx, m.Steps)
	resp.Diagnostics.Append(diags...)
	if client, absent := r.VCDA.Client(); !absent.HasError() && r.Preflight != nil && !client.IsSingleUse() {
		refused, err := checkService(ctx, client, steps)
		if err == nil { // else the apply reports it
			resp.Diagnostics.Append(refused...)
		}
	}
	if resp.Diagnostics.HasError() || req.State.Raw.IsNull() {
		return
	}
	var prior model
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	before, diags := stepsOf(ctx, prior.Steps)
	resp.Diagnostics.Append(diags...)
	if m.Steps.IsUnknown() {
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("steps"))
		return
	}
	if lost := changedOrRemoved(before, steps); len(lost) > 0 {
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("steps"))
		resp.Diagnostics.AddAttributeWarning(path.Root("steps"), "The recovery plan is replaced",
			fmt.Sprintf("A step that is changed or removed replaces the plan, because the API has no published call for it: %s. The reports on earlier executions are lost with the old plan. "+
				"To keep the plan, change the step in the user interface of the appliance first.", strings.Join(lost, ", ")))
	}
}

// changedOrRemoved names the steps that no longer exist unchanged.
func changedOrRemoved(before, now []step) []string {
	byName := map[string]step{}
	for _, s := range now {
		byName[s.Name.ValueString()] = s
	}
	var names []string
	for _, s := range before {
		name := s.Name.ValueString()
		if kept, ok := byName[name]; !ok {
			names = append(names, name+" (removed)")
		} else if !s.isEqual(kept) {
			names = append(names, name+" (changed)")
		}
	}
	return names
}

// refuse adds an error if the steps hold replications of another service than the appliance's, which may be known
// only in the apply.
func (r *planResource) refuse(ctx context.Context, client *vcda.Client, m model, verb string, diags *diag.Diagnostics) {
	steps, more := stepsOf(ctx, m.Steps)
	diags.Append(more...)
	refused, err := checkService(ctx, client, steps)
	diags.Append(refused...)
	if err != nil {
		diags.Append(detail(ctx, err).Unable(verb + " " + m.noun()))
	}
}
