// Package replicator implements vcda_replicator, a replicator that is registered with
// a Manager, and lists of them.
package replicator

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base/registered"
)

const (
	typeName    = "vcda_replicator"
	noun        = "replicator"
	servicePort = "8043"
)

var (
	rootPassword = base.Secret{Name: "root_password", Ephemeral: true, Doc: "Root password of the replicator. Only requests use it, and it is never stored: a change of it alone does nothing."}
	ssoPassword  = base.Secret{Name: "sso_password", Doc: "Password of the SSO user. A change repairs the registration."}
)

type shared = registered.Resource[model, *model, vcda.Replicator]

func newShared() shared {
	return shared{
		Type: typeName, Noun: noun, Home: "the Manager", URL: "api_url",
		Connect: managerOf, List: listReplicators, Blank: blank,
	}
}

// managerOf finds the Manager that replicators are registered with: the provider's own appliance, or the Manager of
// an appliance with a Cloud service.
func managerOf(ctx context.Context, data providerdata.Data, action string) (registered.Service, diag.Diagnostics) {
	client, diags := data.VCDA.Client()
	if diags.HasError() {
		return registered.Service{}, diags
	}
	service, err := client.Service(ctx)
	if err != nil {
		return registered.Service{}, diag.Diagnostics{diagnostics.Unable(ctx, action, err)}
	}
	if service == vcda.Manager {
		return registered.Service{Client: client, Errors: diagnostics.VCDA}, nil
	}
	client, diags = data.Manager.Client()
	return registered.Service{Client: client, Errors: diagnostics.Manager}, diags
}

func listReplicators(ctx context.Context, client *vcda.Client) ([]vcda.Replicator, error) {
	return client.SharedReplicators(ctx)
}

type replicatorResource struct {
	shared
	base.Legacy[model]
}

var (
	_ resource.ResourceWithConfigure    = &replicatorResource{}
	_ resource.ResourceWithImportState  = &replicatorResource{}
	_ resource.ResourceWithModifyPlan   = &replicatorResource{}
	_ resource.ResourceWithIdentity     = &replicatorResource{}
	_ resource.ResourceWithUpgradeState = &replicatorResource{}
	_ resource.ResourceWithMoveState    = &replicatorResource{}
)

// NewResource returns the resource vcda_replicator.
func NewResource() resource.Resource { return &replicatorResource{newShared(), legacy} }

// NewListResource returns the list resource vcda_replicator.
func NewListResource() list.ListResource {
	return &registered.Lister[model, *model, vcda.Replicator]{Resource: newShared()}
}

// Delete unregisters the replicator.
func (r *replicatorResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	limit, diags := m.Timeouts.Delete(ctx, registered.ChangeTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	action := r.Action("unregister", &m)
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	at, diags := managerOf(ctx, r.Data, action)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := remove(ctx, at.Client, m.ID.ValueString()); err != nil {
		d := at.Errors.FromError(ctx, err)
		d.Advice = strings.TrimSpace(d.Advice + " If it holds replications, evacuate it first: put it into maintenance mode here, and on every paired site.")
		resp.Diagnostics.Append(d.Unable(action))
		return
	}
	r.Release(at.Client, &m)
	resp.Diagnostics.Append(stays())
}

// stays is the warning for the settings that a destroy leaves.
func stays() diag.Diagnostic {
	return diag.NewWarningDiagnostic("The replicator keeps its lookup service", "A destroy unregisters the replicator from the Manager. The replicator itself keeps its lookup service, and its root password.")
}

// ModifyPlan warns of settings that a destroy leaves, of a replacement, and of unusual ports, and checks the servers
// that the Manager will contact.
func (r *replicatorResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !req.State.Raw.IsNull() && base.KeepUnchanged(req, resp) {
		return
	}
	r.ForResource.ModifyPlan(ctx, req, resp)
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(stays())
		return
	}
	var m, prior model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	registered.WarnOfPort(m.APIURL, prior.APIURL, "api_url", noun, servicePort, &resp.Diagnostics)
	warnOfReplacement("owner", prior.Owner, m.Owner, prior, &resp.Diagnostics)
	warnOfReplacement("site_name", prior.SiteName, m.SiteName, prior, &resp.Diagnostics)
	servers := m.LookupServers(prior.Common)
	if !m.APIURL.Equal(prior.APIURL) || !m.APIThumbprint.Equal(prior.APIThumbprint) {
		servers = append(servers, base.Server{Name: noun, URL: m.APIURL, Thumbprint: m.APIThumbprint, At: "api_thumbprint"})
	}
	resp.Diagnostics.Append(base.CheckServers(ctx, r.Preflight, servers...)...)
}

// warnOfReplacement warns that a replacement unregisters the replicator.
func warnOfReplacement(name string, was, will types.String, prior model, diags *diag.Diagnostics) {
	if was.IsNull() || will.IsUnknown() || was.Equal(will) {
		return
	}
	diags.AddAttributeWarning(path.Root(name), "The replicator will be registered again", fmt.Sprintf(
		"The replicator %s is registered with %s = %q, and the configuration asks for %q. That can't be changed: the apply unregisters the replicator, which fails if it holds replications, and registers it again; paired sites have to be re-paired then.\n\n"+
			"If the appliance is right, set %s to its value.", prior.RegisteredURL.ValueString(), name, was.ValueString(), will.ValueString(), name))
}
