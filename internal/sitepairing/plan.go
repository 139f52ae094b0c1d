package sitepairing

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/go-uuid"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/vcda-dr/terraform-provider-vcda/internal/api/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/framework"
)

// ModifyPlan checks what only the plan shows: a missing site name on the Cloud
// service, two resources for one peer, and a peer that may not do.
func (r *pairing) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	ctx = framework.Begin(ctx)
	var m, prior model
	owner, again := ownerKey(ctx, req, resp)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	}
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(r.claim(prior, owner, true)...)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(r.claim(m, owner, false)...)
	switch {
	case req.State.Raw.IsNull():
		r.checkNameless(ctx, req.Config, &resp.Diagnostics)
	case m.sameArguments(prior):
		// The framework took another spelling for a change and planned every
		// computed value anew.
		resp.Plan.Raw = req.State.Raw
	}
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(r.preflight(ctx, req, m, prior, again)...)
	}
}

// checkNameless refuses a new pairing without a site name on the Cloud service.
// As long as the provider is not fully known, the create does it.
func (r *pairing) checkNameless(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) {
	var m model
	diags.Append(config.Get(ctx, &m)...)
	client, absent := r.data.VCDA.Client()
	if absent.HasError() || diags.HasError() || !m.Site.IsNull() {
		return
	}
	service, err := client.Service(ctx)
	if err != nil {
		diags.Append(framework.Unable(ctx, "plan the site pairing with "+m.APIURL.ValueString(), err))
	} else if service == vcda.Cloud {
		diags.Append(missingSite())
	}
}

// claim reserves the peer for one resource. A resource that is about to be
// destroyed holds its peer as well: what takes it over at the same time would
// lose it.
func (r *pairing) claim(m model, owner string, leaving bool) diag.Diagnostics {
	for _, key := range []string{urlKey(m), siteKey(m)} {
		if key != "" && !r.data.Claims.Take(key, owner, leaving) {
			return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("api_url"), "Two resources for one pairing",
				fmt.Sprintf("Another vcda_site_pairing of this plan is about the same site of the same appliance (%s). Keep one of them. "+
					"If one takes the place of the other, say so with a moved block instead of a destroy and a create.", m.APIURL.ValueString()))}
		}
	}
	return nil
}

func urlKey(m model) string {
	normal, err := vcda.NormalizeURL(m.APIURL.ValueString())
	if err != nil {
		return ""
	}
	return "url " + normal
}

func siteKey(m model) string {
	if m.Site.ValueString() == "" {
		return ""
	}
	return "site " + m.Site.ValueString()
}

// ownerField is where private state keeps what tells one resource of a plan
// from another: a replacement is planned twice, and both are one.
const ownerField = "owner"

// ownerKey is the resource's own mark, made at its first plan, and whether there
// was one before.
func ownerKey(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) (owner string, again bool) {
	stored, diags := req.Private.GetKey(ctx, ownerField)
	resp.Diagnostics.Append(diags...)
	if json.Unmarshal(stored, &owner) == nil && owner != "" {
		return owner, true
	}
	owner, err := uuid.GenerateUUID()
	if err != nil {
		resp.Diagnostics.AddError("Unable to plan the site pairing", err.Error())
		return "", false
	}
	if resp.Private != nil {
		resp.Diagnostics.Append(resp.Private.SetKey(ctx, ownerField, []byte(`"`+owner+`"`))...)
	}
	return owner, false
}
