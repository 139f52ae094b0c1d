package sitepairing

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// ValidateConfig notices "terraform test", which plans a pairing in each run: it
// alone validates resources in a process where it has configured the provider
// without validating its block. So it is with Terraform 1.16; 1.11 and OpenTofu
// start a process per plan.
func (r *pairing) ValidateConfig(context.Context, resource.ValidateConfigRequest, *resource.ValidateConfigResponse) {
	if r.data.Unvalidated {
		r.data.Claims.Repeats()
	}
}

// ModifyPlan checks what only the plan shows: a missing site name on the Cloud
// service, two resources for one peer, and a peer that may not do.
func (r *pairing) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var m, prior model
	owner, again := ownerKey(ctx, req, resp)
	r.data.Claims.Begin(req.ClientCapabilities.DeferralAllowed) // which only an apply allows
	if !req.State.Raw.IsNull() && req.Plan.Raw.Equal(req.State.Raw) {
		// Most of a large estate: only what is claimed is read.
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("api_url"), &m.APIURL)...)
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("site"), &m.Site)...)
		resp.Diagnostics.Append(r.claim(m, owner, false)...)
		return
	}
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
	client, absent := r.data.VCDA.ClientForPlan()
	diags.Append(absent...)
	if client == nil || diags.HasError() || !m.Site.IsNull() {
		return
	}
	service, err := client.Service(ctx)
	if err != nil {
		diags.Append(diagnostics.Unable(ctx, "plan the site pairing with "+m.APIURL.ValueString(), err))
	} else if service == vcda.Cloud {
		diags.Append(missingSite())
	}
}

// claim reserves the peer for one resource. A resource that is about to be
// destroyed holds its peer as well: what takes it over at the same time would
// lose it.
func (r *pairing) claim(m model, owner string, leaving bool) diag.Diagnostics {
	for _, key := range m.claims() {
		if !r.data.Claims.Take(key, owner, leaving) {
			return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("api_url"), "Two resources for one pairing",
				fmt.Sprintf("Another vcda_site_pairing of this plan is about the same site of the same appliance (%s). Keep one of them. "+
					"If one takes the place of the other, say so with a moved block instead of a destroy and a create.", m.APIURL.ValueString()))}
		}
	}
	return nil
}

// claims are what tells the peer of a model from others.
func (m model) claims() (keys []string) {
	if normal, err := values.URL(m.APIURL.ValueString()); err == nil {
		keys = append(keys, "url "+normal)
	}
	if site := m.Site.ValueString(); site != "" {
		keys = append(keys, "site "+site)
	}
	return keys
}

// own gives the peer to the object that is being made, and marks the object: the
// marks of its plans are not kept.
func (r *pairing) own(ctx context.Context, m model, private marked) diag.Diagnostics {
	owner, diags := mark(ctx, private)
	for _, key := range m.claims() {
		r.data.Claims.Give(key, owner)
	}
	return diags
}

// keep gives the peer, which may be another one now, to the object again.
func (r *pairing) keep(ctx context.Context, m model, private reader) diag.Diagnostics {
	owner, diags := storedMark(ctx, private)
	for _, key := range m.claims() {
		r.data.Claims.Give(key, owner)
	}
	return diags
}

// disown gives up the peer of an object that is no more.
func (r *pairing) disown(m model) {
	for _, key := range m.claims() {
		r.data.Claims.Release(key)
	}
}

// marked is the private state of an object.
type marked interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// keepMark marks an object that has no mark yet, as after an import.
func keepMark(ctx context.Context, stored reader, private marked) diag.Diagnostics {
	owner, diags := storedMark(ctx, stored)
	if owner == "" && !diags.HasError() {
		_, diags = mark(ctx, private)
	}
	return diags
}

// reader is private state as a request has it.
type reader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

// storedMark is the mark in private state, "" without one.
func storedMark(ctx context.Context, private reader) (owner string, diags diag.Diagnostics) {
	stored, diags := private.GetKey(ctx, ownerField)
	if json.Unmarshal(stored, &owner) != nil {
		owner = ""
	}
	return owner, diags
}

// mark makes a new mark and leaves it in private state.
func mark(ctx context.Context, private marked) (owner string, diags diag.Diagnostics) {
	owner = rand.Text()
	return owner, private.SetKey(ctx, ownerField, []byte(`"`+owner+`"`))
}

// ownerField is where private state keeps what tells one resource of a plan
// from another: a replacement is planned twice, and both are one.
const ownerField = "owner"

// ownerKey is the resource's own mark, made at its first plan, and whether there
// was one before.
func ownerKey(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) (owner string, again bool) {
	owner, diags := storedMark(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	if owner != "" {
		return owner, true
	}
	if resp.Private == nil {
		return rand.Text(), false // a destroy keeps nothing
	}
	owner, diags = mark(ctx, resp.Private)
	resp.Diagnostics.Append(diags...)
	return owner, false
}
