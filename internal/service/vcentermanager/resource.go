// Package vcentermanager implements vcda_vcenter_replication_manager, the set-up of a
// vCenter Replication Management Appliance.
package vcentermanager

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base/manager"
	"github.com/vcda-dr/terraform-provider-vcda/internal/setup"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// configuredWithin is how long the appliance may take to say that it is configured:
// whether it needs a replicator first is not documented.
const configuredWithin = 2 * time.Minute

var ssoPassword = base.Secret{Name: "sso_password", Doc: "Password of the SSO user. A change sends the lookup service again with it."}

// attributes are at fault where a step fails.
var attributes = map[setup.Step]string{
	setup.License: "license_key", setup.Site: "site_name", setup.LookupService: "lookup_service_url",
	setup.Plugin: "vsphere_plugin", setup.PluginRemoval: "vsphere_plugin",
}

type managerResource struct{ base.ForResource }

var (
	_ resource.ResourceWithConfigure    = &managerResource{}
	_ resource.ResourceWithImportState  = &managerResource{}
	_ resource.ResourceWithModifyPlan   = &managerResource{}
	_ resource.ResourceWithIdentity     = &managerResource{}
	_ resource.ResourceWithUpgradeState = &managerResource{}
	_ resource.ResourceWithMoveState    = &managerResource{}
)

// NewResource returns the resource vcda_vcenter_replication_manager.
func NewResource() resource.Resource { return &managerResource{} }

func (r *managerResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = manager.VCenterType
}

func (r *managerResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	all := map[string]schema.Attribute{
		"sso_user": schema.StringAttribute{
			Required: true, Validators: []validator.String{base.ValidBy(values.Credential)},
			MarkdownDescription: "Administrator of the SSO domain, such as `administrator@vsphere.local`. The Manager keeps the credentials.",
		},
		"vsphere_plugin": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(true),
			MarkdownDescription: "Whether the plug-in is registered in the vSphere Client. `true` by default. A destroy unregisters it.",
		},
		"vsphere_plugin_status": schema.StringAttribute{Computed: true, MarkdownDescription: "Answer to the last registration of the plug-in, such as `OK`. Null when it is off, or was registered outside Terraform."},
		"reapply_triggers": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Any values. A change of one sends the lookup service and the plug-in again, as is needed after a new certificate of the appliance or of the vCenter.",
		},
	}
	manager.AddAttributes(ctx, all)
	ssoPassword.AddTo(all)
	resp.Schema = schema.Schema{
		Version: 1,
		MarkdownDescription: "Sets up a vCenter Replication Management Appliance: license, site name, lookup service, and the plug-in of the vSphere Client. " +
			"Change the root password first, with `vcda_appliance_password`.\n\n" +
			"The site name is set once, for good. The certificate of the lookup service is checked before it where the appliance can; a wrong SSO password shows only afterwards, and the next apply goes on from there.\n\n" +
			"A destroy unregisters the plug-in. Site name, license and lookup service stay.",
		Attributes: all,
	}
}

func (r *managerResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.StringAttribute{RequiredForImport: true, Description: "Instance ID of the service."},
	}}
}

// ImportState takes the instance ID, which vcda_appliance shows as id.
func (r *managerResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	resource.ImportStatePassthroughWithIdentity(ctx, path.Root("id"), path.Root("id"), req, resp)
}

func (r *managerResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	const action = "set the appliance up"
	var m model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	given, diags := secretsOf(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	limit, diags := m.Timeouts.Create(ctx, manager.ChangeTimeout)
	resp.Diagnostics.Append(diags...)
	client, diags := r.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	defer base.Reserve(r.Data, "set-up "+client.URL(), path.Root("site_name"), "the set-up of "+client.URL(), &resp.Diagnostics)()
	if resp.Diagnostics.HasError() {
		return
	}
	result, err := setup.Create(ctx, client, m.wanted(given))
	if err != nil {
		resp.Diagnostics.Append(manager.Failed(ctx, action, manager.VCenterType, attributes, result, err))
		return
	}
	facts, err := manager.Load(ctx, client)
	if err != nil {
		resp.Diagnostics.Append(manager.Failed(ctx, action, manager.VCenterType, attributes, result, err))
		return
	}
	manager.Warn(result, &resp.Diagnostics)
	m.Report(facts)
	m.notePlugin(types.StringNull(), result)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func (r *managerResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	const action = "read the set-up of the appliance"
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...) // even what is gone needs one
	limit, diags := m.Timeouts.Read(ctx, manager.ReadTimeout)
	resp.Diagnostics.Append(diags...)
	client, diags := r.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	if err := setup.CheckService(ctx, client, vcda.Manager); err != nil {
		resp.Diagnostics.Append(manager.Failed(ctx, action, manager.VCenterType, attributes, setup.Result{}, err))
		return
	}
	facts, err := manager.Load(ctx, client)
	switch {
	case err != nil:
		resp.Diagnostics.Append(diagnostics.Unable(ctx, action, err))
	case m.IsAnother(facts):
		resp.State.RemoveResource(ctx)
	default:
		m.refresh(facts)
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
	}
}

// refresh sets what the appliance shows. After an import the plug-in, which it does
// not show, counts as registered.
func (m *model) refresh(facts manager.Facts) {
	m.Refresh(facts)
	if m.VSpherePlugin.IsNull() {
		m.VSpherePlugin = types.BoolValue(true)
	}
}

func (r *managerResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	const action = "change the set-up of the appliance"
	var m, prior model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	given, diags := secretsOf(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	limit, diags := m.Timeouts.Update(ctx, manager.ChangeTimeout)
	resp.Diagnostics.Append(diags...)
	client, diags := r.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	result, err := setup.Update(ctx, client, m.wanted(given), prior.ID.ValueString(), m.steps(prior, given))
	if err != nil {
		resp.Diagnostics.Append(manager.Failed(ctx, action, manager.VCenterType, attributes, result, err))
		r.keepDone(ctx, m, prior, result, resp)
		return
	}
	facts, err := manager.Load(ctx, client)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, "read the set-up of the appliance", err))
		r.keepDone(ctx, m, prior, result, resp)
		return
	}
	manager.Warn(result, &resp.Diagnostics)
	m.Report(facts)
	m.notePlugin(prior.VSpherePluginStatus, result)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// keepDone saves the steps that an update came to before it failed.
func (r *managerResource) keepDone(ctx context.Context, m, prior model, result setup.Result, resp *resource.UpdateResponse) {
	if len(result.Done) == 0 {
		return
	}
	m.keepUndone(prior, result)
	m.Keep(prior.Common)
	m.notePlugin(prior.VSpherePluginStatus, result)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func (r *managerResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	limit, diags := m.Timeouts.Delete(ctx, manager.DeleteTimeout)
	resp.Diagnostics.Append(diags...)
	client, diags := r.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	if m.removesPlugin(client) {
		admin := vcda.SSOAdmin{User: m.SSOUser.ValueString(), Password: m.SSOPassword.ValueString()}
		if err := client.UnregisterPlugin(ctx, admin); err != nil {
			resp.Diagnostics.Append(diagnostics.Unable(ctx, "unregister the plug-in of the vSphere Client", err))
			return
		}
	}
	r.Reservations.Release("set-up " + client.URL())
	resp.Diagnostics.Append(m.undone(client))
}

// removesPlugin reports whether a destroy can unregister the plug-in: in API 4.5 that
// takes the SSO password, which a destroy does not have if it is write-only.
func (m model) removesPlugin(client *vcda.Client) bool {
	return m.VSpherePlugin.ValueBool() && (!client.PluginNeedsSSO() || !m.SSOPassword.IsNull())
}

// undone warns of what a destroy leaves.
func (m model) undone(client *vcda.Client) diag.Diagnostic {
	text := "Site name, license and lookup service stay on the appliance, since pairings, replicators and replications stand on them; the site name stays for good."
	if m.VSpherePlugin.ValueBool() && client != nil && !m.removesPlugin(client) {
		text = "The plug-in of the vSphere Client stays registered: in API 4.5 its removal takes the SSO password, which a write-only one keeps from a destroy. Unregister it in the appliance's own user interface.\n\n" + text
	}
	return manager.Undone(text)
}

// ModifyPlan warns of what a destroy leaves, and checks a changed site name.
func (r *managerResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	r.ForResource.ModifyPlan(ctx, req, resp)
	if req.State.Raw.IsNull() {
		_, absent := r.VCDA.ClientForPlan()
		resp.Diagnostics.Append(absent...)
		r.preflight(ctx, req, resp)
		return
	}
	var m, prior model
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	client, absent := r.VCDA.Client()
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(prior.undone(client))
		return
	}
	if resp.Diagnostics.HasError() || base.KeepUnchanged(req, resp) {
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	manager.WarnOfRemovedLicense(ctx, req, prior.Common, &resp.Diagnostics)
	if !absent.HasError() && !m.SiteName.IsUnknown() && !m.SiteName.Equal(prior.SiteName) && !prior.Imported() {
		manager.CheckSite(ctx, client, prior.Common, path.Root("site_name"), resp)
	}
	r.preflight(ctx, req, resp)
}

// preflight looks at a new or changed lookup service.
func (r *managerResource) preflight(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var m, prior model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	}
	if !resp.Diagnostics.HasError() && m.LookupServiceChanged(prior.Common) {
		resp.Diagnostics.Append(base.LookAtServers(ctx, r.Preflight, m.LookupServer())...)
	}
}
