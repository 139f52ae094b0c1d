// Package tunnel implements vcda_tunnel, a tunnel that is registered with a Cloud
// service, and lists of them.
package tunnel

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base/registered"
)

const (
	typeName    = "vcda_tunnel"
	noun        = "tunnel"
	servicePort = "8047"
)

var rootPassword = base.Secret{Name: "root_password", Ephemeral: true, Doc: "Root password of the tunnel. Only requests use it, and it is never stored: a change of it alone does nothing."}

type shared = registered.Resource[model, *model, vcda.Tunnel]

func newShared() shared {
	return shared{
		Type: typeName, Noun: noun, Home: "the Cloud service", URL: "url",
		Connect: cloud, List: listTunnels, Blank: blank,
	}
}

// cloud finds the Cloud service that tunnels are registered with.
func cloud(ctx context.Context, data providerdata.Data, action string) (registered.Service, diag.Diagnostics) {
	client, diags := data.VCDA.Client()
	if diags.HasError() {
		return registered.Service{}, diags
	}
	service, err := client.Service(ctx)
	switch {
	case err != nil:
		return registered.Service{}, diag.Diagnostics{diagnostics.Unable(ctx, action, err)}
	case service != vcda.Cloud:
		return registered.Service{}, diag.Diagnostics{notOnManager(action)}
	}
	return registered.Service{Client: client, Errors: diagnostics.VCDA}, nil
}

func notOnManager(action string) diag.Diagnostic {
	return diag.NewErrorDiagnostic("Unable to "+action, "The appliance is a Manager service (vCenter Replication Management Appliance), which has a built-in tunnel. Remove the resource, or correct the url in the provider block (VCDA_URL).")
}

func listTunnels(ctx context.Context, client *vcda.Client) ([]vcda.Tunnel, error) {
	return client.SharedTunnels(ctx)
}

type tunnelResource struct {
	shared
	base.Legacy[model]
}

var (
	_ resource.ResourceWithConfigure    = &tunnelResource{}
	_ resource.ResourceWithImportState  = &tunnelResource{}
	_ resource.ResourceWithModifyPlan   = &tunnelResource{}
	_ resource.ResourceWithIdentity     = &tunnelResource{}
	_ resource.ResourceWithUpgradeState = &tunnelResource{}
	_ resource.ResourceWithMoveState    = &tunnelResource{}
)

// NewResource returns the resource vcda_tunnel.
func NewResource() resource.Resource { return &tunnelResource{newShared(), legacy} }

// NewListResource returns the list resource vcda_tunnel.
func NewListResource() list.ListResource {
	return &registered.Lister[model, *model, vcda.Tunnel]{Resource: newShared()}
}

// Metadata names the type.
func (r *tunnelResource) Metadata(ctx context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	r.shared.Metadata(ctx, req, resp)
	resp.ResourceBehavior.MutableIdentity = true // a URL of API 4.5 becomes a UUID
}

// Delete only removes the tunnel from the state, because no call that unregisters one is known.
func (r *tunnelResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	if client, absent := r.VCDA.Client(); !absent.HasError() {
		r.Release(client, &m)
	}
	resp.Diagnostics.Append(m.stays())
}

// stays is the warning for the registration that a destroy leaves.
func (m *model) stays() diag.Diagnostic {
	return diag.NewWarningDiagnostic("The tunnel stays registered", fmt.Sprintf(
		"The tunnel %s (%s) stays registered with the Cloud service: no call that removes it is known. The destroy only removes it from the state.", m.Address(), m.ID.ValueString()))
}

// ModifyPlan warns of a registration that a destroy leaves and of unusual ports, checks the servers that the Cloud
// service will contact, and refuses a tunnel on a Manager.
func (r *tunnelResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var m, prior model
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	}
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(prior.stays())
		return
	}
	if !req.State.Raw.IsNull() && base.KeepUnchanged(req, resp) {
		return
	}
	r.ForResource.ModifyPlan(ctx, req, resp)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	registered.WarnOfPort(m.URL, prior.URL, "url", noun, servicePort, &resp.Diagnostics)
	planTrust(ctx, req, resp)
	if isURL(prior.ID.ValueString()) && !m.URL.Equal(prior.URL) {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("id"), types.StringUnknown())...)
	}
	servers := m.LookupServers(prior.Common)
	if !m.URL.Equal(prior.URL) || !m.Thumbprint.Equal(prior.Thumbprint) {
		servers = append(servers, base.Server{Name: noun, URL: m.URL, Thumbprint: m.Thumbprint, At: "thumbprint"})
	}
	resp.Diagnostics.Append(base.CheckServers(ctx, r.Preflight, servers...)...)
	client, absent := r.VCDA.ClientForPlan() // ForResource has reported a missing client
	if absent.HasError() || client == nil || !req.State.Raw.IsNull() {
		return
	}
	if service, err := client.Service(ctx); err == nil && service == vcda.Manager { // otherwise the create asks
		resp.Diagnostics.Append(notOnManager(r.Action("register", &m)))
	}
}

// planTrust plans the certificate or the thumbprint that is not configured. It follows from the other one, and stays
// while that stays.
func planTrust(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var configured customtypes.NormalizedString
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("certificate"), &configured)...)
	given, derived := "certificate", "thumbprint"
	if configured.IsNull() {
		given, derived = derived, given
	}
	var planned, prior, kept customtypes.NormalizedString
	resp.Diagnostics.Append(resp.Plan.GetAttribute(ctx, path.Root(given), &planned)...)
	if req.State.Raw.IsNull() {
		return
	}
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root(given), &prior)...)
	resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root(derived), &kept)...)
	if planned.Equal(prior) && !kept.IsNull() {
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root(derived), kept)...)
	}
}
