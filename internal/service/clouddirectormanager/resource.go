// Package clouddirectormanager implements vcda_cloud_director_replication_manager, the
// set-up of a Cloud Director Replication Management Appliance.
package clouddirectormanager

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base/manager"
	"github.com/vcda-dr/terraform-provider-vcda/internal/setup"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

const defaultPort = 443

var vcdPassword = base.Secret{Name: "vcd_password", Doc: "Password of the Cloud Director user. A change connects to Cloud Director again with it."}

// attributes are at fault where a step fails.
var attributes = map[setup.Step]string{
	setup.License: "license_key", setup.Site: "site_name", setup.PublicEndpoint: "public_endpoint_address", setup.Director: "vcd_url",
	setup.LookupService: "lookup_service_url", setup.ManagerLookupService: "manager_lookup_service",
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

// NewResource returns the resource vcda_cloud_director_replication_manager.
func NewResource() resource.Resource { return &managerResource{} }

func (r *managerResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = manager.DirectorType
}

func (r *managerResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	all := map[string]schema.Attribute{
		"site_description": schema.StringAttribute{
			CustomType: customtypes.DescriptionType, Optional: true, Computed: true, Default: stringdefault.StaticString(""),
			MarkdownDescription: "Description of the site; empty by default. It is set together with the name, once, for good.",
			PlanModifiers:       []planmodifier.String{customtypes.DescriptionType.KeepPrior()},
		},
		"public_endpoint_address": schema.StringAttribute{
			Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "Address that other sites are told. Left alone when unset.",
		},
		"public_endpoint_port": schema.Int64Attribute{
			Optional: true, Computed: true, Default: int64default.StaticInt64(defaultPort), Validators: []validator.Int64{int64validator.Between(1, 65535)},
			MarkdownDescription: "Port that other sites are told, together with `public_endpoint_address`. Default: `443`.",
		},
		"vcd_url": schema.StringAttribute{
			CustomType: customtypes.DirectorType, Required: true,
			MarkdownDescription: "Address of the Cloud Director, such as `https://director.example.com`. The path `/api` may be left out.",
			Validators:          []validator.String{customtypes.DirectorType.Validator()},
			PlanModifiers:       []planmodifier.String{customtypes.DirectorType.KeepPrior()},
		},
		"vcd_username": schema.StringAttribute{
			Required: true, Validators: []validator.String{base.ValidBy(values.CloudUser)},
			MarkdownDescription: "Administrator of the Cloud Director, such as `administrator@System`.",
		},
		"vcd_thumbprint": schema.StringAttribute{
			CustomType: customtypes.ThumbprintType, Optional: true,
			MarkdownDescription: "SHA-256 thumbprint of the Cloud Director's certificate. When unset, the appliance verifies it by public authorities.",
			Validators:          []validator.String{customtypes.ThumbprintType.Validator()},
			PlanModifiers:       []planmodifier.String{customtypes.ThumbprintType.KeepPrior()},
		},
		"manager_lookup_service": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(true),
			MarkdownDescription: "Whether the Manager service beside the Cloud service gets the same lookup service. `true` by default; `false` leaves it alone. **Experimental**: the call is known from old appliances only; one that lacks it gets a warning.",
		},
		"reapply_triggers": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Any values. A change of one sends the lookup service again, as is needed after a new certificate of the appliance or of the vCenter.",
		},
		"is_combined": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the appliance is a combined one, for tests."},
	}
	fields := map[string]schema.Attribute{}
	for _, f := range endpointFields {
		if f.port != nil {
			fields[f.name] = schema.Int64Attribute{Computed: true, MarkdownDescription: f.doc}
		} else {
			fields[f.name] = schema.StringAttribute{Computed: true, MarkdownDescription: f.doc}
		}
	}
	all["endpoints"] = schema.SingleNestedAttribute{Computed: true, MarkdownDescription: "The addresses in effect.", Attributes: fields}
	manager.AddAttributes(ctx, all)
	vcdPassword.AddTo(all)
	resp.Schema = schema.Schema{
		Version: 1,
		MarkdownDescription: "Sets up a Cloud Director Replication Management Appliance: license, site name, public endpoint, Cloud Director, and the lookup services of its Cloud and Manager services. " +
			"Change the root password first, with `vcda_appliance_password`.\n\n" +
			"The site name is set once, for good, after the appliance has tried the lookup service and the login to Cloud Director, where its version can.\n\n" +
			"A destroy undoes nothing: it leaves the state.",
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
		resp.Diagnostics.Append(manager.Failed(ctx, action, manager.DirectorType, attributes, result, err))
		return
	}
	facts, err := load(ctx, client)
	if err != nil {
		resp.Diagnostics.Append(manager.Failed(ctx, action, manager.DirectorType, attributes, result, err))
		return
	}
	manager.Warn(result, &resp.Diagnostics)
	m.report(facts)
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
	if err := setup.CheckService(ctx, client, vcda.Cloud); err != nil {
		resp.Diagnostics.Append(manager.Failed(ctx, action, manager.DirectorType, attributes, setup.Result{}, err))
		return
	}
	facts, err := load(ctx, client)
	switch {
	case err != nil:
		resp.Diagnostics.Append(diagnostics.Unable(ctx, action, err))
	case m.IsAnother(facts.Facts):
		resp.State.RemoveResource(ctx)
	default:
		m.refresh(facts)
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
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
		resp.Diagnostics.Append(manager.Failed(ctx, action, manager.DirectorType, attributes, result, err))
		r.keepDone(ctx, m, prior, result, resp)
		return
	}
	facts, err := load(ctx, client)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, "read the set-up of the appliance", err))
		r.keepDone(ctx, m, prior, result, resp)
		return
	}
	manager.Warn(result, &resp.Diagnostics)
	m.report(facts)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// keepDone saves the steps that an update came to before it failed.
func (r *managerResource) keepDone(ctx context.Context, m, prior model, result setup.Result, resp *resource.UpdateResponse) {
	if len(result.Done) == 0 {
		return
	}
	m.keepUndone(prior, result)
	m.Keep(prior.Common)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// Delete undoes nothing: the appliance can't take any of it back.
func (r *managerResource) Delete(_ context.Context, _ resource.DeleteRequest, resp *resource.DeleteResponse) {
	if client, absent := r.VCDA.Client(); !absent.HasError() {
		r.Reservations.Release("set-up " + client.URL())
	}
	resp.Diagnostics.Append(undone())
}

func undone() diag.Diagnostic {
	return manager.Undone("Nothing is undone: site name, license, endpoint, the connection to Cloud Director and the lookup services stay on the appliance, and its plug-in in Cloud Director, where it can be removed.")
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
		resp.Diagnostics.Append(undone())
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
	if !absent.HasError() && !m.SiteDescription.IsUnknown() && !m.SiteDescription.Equal(prior.SiteDescription) && !prior.Imported() {
		manager.CheckSite(ctx, client, prior.Common, path.Root("site_description"), resp)
	}
	r.preflight(ctx, req, resp)
}

// preflight looks at a new or changed lookup service and Cloud Director, from here
// and, with a session that is open already, from the appliance.
func (r *managerResource) preflight(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var m, prior model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	}
	given, diags := secretsOf(ctx, req.Config)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	var servers []base.Server
	var steps []setup.Step
	if m.LookupServiceChanged(prior.Common) && !m.LookupServiceURL.IsUnknown() && !m.LookupServiceThumbprint.IsUnknown() {
		servers = append(servers, m.LookupServer())
		steps = append(steps, setup.LookupService)
	}
	if m.directorChanged(prior) && !m.VCDURL.IsUnknown() && !m.VCDThumbprint.IsUnknown() {
		servers = append(servers, base.Server{Name: "Cloud Director", URL: m.VCDURL, Thumbprint: m.VCDThumbprint, At: "vcd_thumbprint"})
	}
	password := m.passwordState().Changed(prior.passwordState(), given.vcdPassword)
	if (m.directorChanged(prior) || password) && !m.VCDURL.IsUnknown() && !m.VCDThumbprint.IsUnknown() && !m.VCDUsername.IsUnknown() && !given.vcdPassword.IsUnknown() {
		steps = append(steps, setup.Director)
	}
	resp.Diagnostics.Append(base.LookAtServers(ctx, r.Preflight, servers...)...)
	resp.Diagnostics.Append(r.tryOnAppliance(ctx, m.wanted(given), steps)...)
}

// tryOnAppliance lets the appliance try what is planned, and warns if that fails.
func (r *managerResource) tryOnAppliance(ctx context.Context, w setup.Wanted, steps []setup.Step) diag.Diagnostics {
	client, absent := r.VCDA.Client()
	if absent.HasError() || len(steps) == 0 || !client.HasSession() {
		return nil
	}
	ctx, end, ok := r.Preflight.Begin(ctx)
	if !ok {
		return nil
	}
	defer end()
	var failed *setup.StepError
	if setup.CheckService(ctx, client, w.Service) != nil || !errors.As(setup.Check(ctx, client, w, steps), &failed) || ctx.Err() != nil {
		return nil
	}
	d := diagnostics.FromError(ctx, failed.Err)
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root(attributes[failed.Step]), "The appliance can't use the "+failed.Step.String(),
		"The appliance has tried it: "+d.Why+" The apply will probably fail. "+base.PreflightOff)}
}
