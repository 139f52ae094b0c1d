// Package base holds the common parts of Terraform objects: how they get their client, read and store their models,
// and describe common attributes.
package base

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
)

// ForResource configures a resource that embeds it.
type ForResource struct{ providerdata.Data }

// Configure stores the provider's data.
func (f *ForResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	f.Data, resp.Diagnostics = providerdata.Configured(req.ProviderData)
}

// ModifyPlan fails the plan of a change if no appliance is configured, because the apply would fail. A resource with
// its own ModifyPlan calls it, unless the change sends no request.
func (f *ForResource) ModifyPlan(_ context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !req.Plan.Raw.Equal(req.State.Raw) {
		_, absent := f.VCDA.ClientForPlan()
		resp.Diagnostics.Append(absent...)
	}
}

// ForDataSource configures a data source that embeds it.
type ForDataSource struct{ providerdata.Data }

// Configure stores the provider's data.
func (f *ForDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	f.Data, resp.Diagnostics = providerdata.Configured(req.ProviderData)
}

// ForEphemeral configures an ephemeral resource that embeds it.
type ForEphemeral struct{ providerdata.Data }

// Configure stores the provider's data.
func (f *ForEphemeral) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	f.Data, resp.Diagnostics = providerdata.Configured(req.ProviderData)
}

// ForAction configures an action that embeds it.
type ForAction struct{ providerdata.Data }

// Configure stores the provider's data.
func (f *ForAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	f.Data, resp.Diagnostics = providerdata.Configured(req.ProviderData)
}

// ModifyPlan fails the plan if no appliance is configured, because the action would fail.
func (f *ForAction) ModifyPlan(_ context.Context, _ action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	_, absent := f.VCDA.ClientForPlan()
	resp.Diagnostics.Append(absent...)
}
