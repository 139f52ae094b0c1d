package sessionextension

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
)

// ModifyPlan refuses an extension on a service other than Cloud. It extends a new session again with the secrets of
// the configuration, because a refresh does not have the write-only ones.
func (r *extension) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	client, absent := r.VCDA.ClientForPlan()
	resp.Diagnostics.Append(absent...)
	if req.Plan.Raw.IsNull() {
		return
	}
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if client == nil || resp.Diagnostics.HasError() {
		return
	}
	service, err := client.Service(ctx)
	switch {
	case err != nil && req.State.Raw.IsNull(): // a create must not fail the plan: the appliance may be up at the apply
		resp.Diagnostics.Append(diagnostics.Warning(ctx, "check the session extension to the site "+m.Site.ValueString(), err))
	case err != nil:
		resp.Diagnostics.Append(diagnostics.Unable(ctx, m.action(), err))
	case service != vcda.Cloud:
		resp.Diagnostics.Append(m.unable(ctx, &vcda.ExtensionError{Site: m.Site.ValueString(), Index: -1, Err: vcda.ErrCloudOnly}))
	case req.Plan.Raw.Equal(req.State.Raw):
		m.ensurePlanned(ctx, client, resp)
	}
}

// ensurePlanned extends the session unless this process has extended it.
func (m model) ensurePlanned(ctx context.Context, client *vcda.Client, resp *resource.ModifyPlanResponse) {
	if !m.hasMethod() || client.IsReserved(m.Site.ValueString(), vcda.Managed) {
		return
	}
	details, err := client.Session(ctx)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, m.action(), err))
		return
	}
	_, err = m.ensure(ctx, client, details)
	switch {
	case err == nil:
	case isUnknownSite(err): // this plan may pair with the site: the apply extends
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("org"), types.StringUnknown())...)
	case isUnreachable(err):
		resp.Diagnostics.Append(diagnostics.Warning(ctx, m.action(), err))
	default:
		resp.Diagnostics.Append(m.unable(ctx, err))
	}
}
