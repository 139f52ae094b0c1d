package manager

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/setup"
)

// Secrets are the secrets of the configuration. Only the configuration has the write-only ones.
type Secrets struct{ License, Password types.String }

// Model is the state of one of the types, which embeds Common.
type Model[M any] interface {
	*M
	Shared() *Common

	// Wanted returns the set-up that the model describes.
	Wanted(given Secrets) setup.Wanted
	// Steps returns the steps of the change from prior to the model.
	Steps(prior M, given Secrets) []setup.Step
	// Report sets the computed attributes after the change from prior to the model.
	Report(prior M, reported Reported, result setup.Result)
	// Refresh sets all attributes that the appliance shows.
	Refresh(reported Reported)
	// KeepUndone restores the values that an update did not reach, and the computed attributes, from the prior state.
	KeepUndone(prior M, result setup.Result)
	// Stays describes the set-up that a destroy leaves. The client is nil if no appliance is configured.
	Stays(client *vcda.Client) string
	// Once returns the planned changes of attributes that are set once.
	Once(prior M) path.Paths
	// Servers returns the servers to check at plan time, for the change from prior to the model.
	Servers(prior M) []base.Server
	// Checks returns the steps that the appliance can check at plan time, if all their values are known.
	Checks(prior M, given Secrets) []setup.Step
}

// Kind is what tells the two types apart, in addition to their models.
type Kind struct {
	base.ForResource
	Type       string
	Service    vcda.Service
	Password   base.Secret           // in addition to the license key
	Attributes map[setup.Step]string // attribute of the error of each step
}

// Resource is the resource of one of the types, whose state is an M.
type Resource[M any, P Model[M]] struct{ Kind }

// Metadata names the type.
func (k *Kind) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = k.Type
}

// IdentitySchema describes the identity of a set-up: the instance ID of the service.
func (k *Kind) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.StringAttribute{RequiredForImport: true, Description: "Instance ID of the service."},
	}}
}

// ImportState imports a set-up by the instance ID, which vcda_appliance shows as id.
func (k *Kind) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	resource.ImportStatePassthroughWithIdentity(ctx, path.Root("id"), path.Root("id"), req, resp)
}

func (k *Kind) secrets(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) (given Secrets) {
	var problems diag.Diagnostics
	given.License, problems = licenseKey.ValueOf(ctx, config)
	diags.Append(problems...)
	given.Password, problems = k.Password.ValueOf(ctx, config)
	diags.Append(problems...)
	return given
}

// Create sets the appliance up. After an error nothing is saved, because Terraform would destroy it: the next apply
// continues with the steps that are left.
func (r *Resource[M, P]) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	const action = "set the appliance up"
	m := P(new(M))
	resp.Diagnostics.Append(req.Plan.Get(ctx, m)...)
	given := r.secrets(ctx, req.Config, &resp.Diagnostics)
	limit, diags := m.Shared().Timeouts.Create(ctx, changeTimeout)
	resp.Diagnostics.Append(diags...)
	client, diags := r.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	defer base.Reserve(r.Data, key(client), path.Root("site_name"), "the set-up of "+client.URL(), &resp.Diagnostics)()
	if resp.Diagnostics.HasError() {
		return
	}
	wanted := m.Wanted(given)
	wanted.Progress = logProgress(ctx, client)
	result, err := setup.Create(ctx, client, wanted)
	if err != nil {
		resp.Diagnostics.Append(r.failed(ctx, action, result, err))
		return
	}
	reported, err := load(ctx, client, r.Service)
	if err != nil {
		resp.Diagnostics.Append(r.failed(ctx, action, result, err))
		return
	}
	warn(result, &resp.Diagnostics)
	var none M
	m.Report(none, reported, result)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.Shared().ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, *m)...)
}

// Read refreshes the state. It removes it if another appliance responds.
func (r *Resource[M, P]) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	const action = "read the set-up of the appliance"
	m := P(new(M))
	resp.Diagnostics.Append(req.State.Get(ctx, m)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.Shared().ID)...) // required also if the object is gone
	limit, diags := m.Shared().Timeouts.Read(ctx, readTimeout)
	resp.Diagnostics.Append(diags...)
	client, diags := r.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	if err := setup.CheckService(ctx, client, r.Service); err != nil {
		resp.Diagnostics.Append(r.failed(ctx, action, setup.Result{}, err))
		return
	}
	reported, err := load(ctx, client, r.Service)
	switch {
	case err != nil:
		resp.Diagnostics.Append(diagnostics.Unable(ctx, action, err))
	case m.Shared().isAnother(reported):
		resp.State.RemoveResource(ctx)
	default:
		m.Refresh(reported)
		resp.Diagnostics.Append(resp.State.Set(ctx, *m)...)
	}
}

// Update performs the steps of the change. It saves those before an error.
func (r *Resource[M, P]) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	const action = "change the set-up of the appliance"
	m, prior := P(new(M)), P(new(M))
	resp.Diagnostics.Append(req.Plan.Get(ctx, m)...)
	resp.Diagnostics.Append(req.State.Get(ctx, prior)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), prior.Shared().ID)...) // CLIs before 1.12 pass none
	given := r.secrets(ctx, req.Config, &resp.Diagnostics)
	limit, diags := m.Shared().Timeouts.Update(ctx, changeTimeout)
	resp.Diagnostics.Append(diags...)
	client, diags := r.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	wanted := m.Wanted(given)
	wanted.Progress = logProgress(ctx, client)
	result, err := setup.Update(ctx, client, wanted, prior.Shared().ID.ValueString(), m.Steps(*prior, given))
	var reported Reported
	if err == nil {
		reported, err = load(ctx, client, r.Service)
	}
	if err != nil {
		resp.Diagnostics.Append(r.failed(ctx, action, result, err))
		if len(result.Done) > 0 {
			m.KeepUndone(*prior, result)
			resp.Diagnostics.Append(resp.State.Set(ctx, *m)...)
		}
		return
	}
	warn(result, &resp.Diagnostics)
	m.Report(*prior, reported, result)
	resp.Diagnostics.Append(resp.State.Set(ctx, *m)...)
}

// logProgress logs the steps of a set-up.
func logProgress(ctx context.Context, client *vcda.Client) func(string) {
	return func(text string) { tflog.Info(ctx, "set-up of "+client.URL()+": "+text) }
}

// key identifies the set-up of an appliance.
func key(client *vcda.Client) string { return "set-up " + client.URL() }

// Release lets another resource of this run set the appliance up.
func (k *Kind) Release(client *vcda.Client) { k.Reservations.Release(key(client)) }

// ModifyPlan warns of a set-up that a destroy leaves, checks changes of attributes that are set once, and checks the
// servers that the appliance will contact.
func (r *Resource[M, P]) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if !req.State.Raw.IsNull() && base.KeepUnchanged(req, resp) {
		return
	}
	r.ForResource.ModifyPlan(ctx, req, resp)
	client, absent := r.VCDA.Client()
	m, prior := P(new(M)), P(new(M))
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, prior)...)
	}
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(Stays(prior.Stays(client)))
		return
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, m)...)
	given := r.secrets(ctx, req.Config, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if !req.State.Raw.IsNull() {
		warnOfRemovedLicense(given, *prior.Shared(), &resp.Diagnostics)
		if !absent.HasError() && !prior.Shared().Imported() {
			checkOnce(ctx, client, *prior.Shared(), m.Once(*prior), resp)
		}
	}
	resp.Diagnostics.Append(base.CheckServers(ctx, r.Preflight, m.Servers(*prior)...)...)
	if !absent.HasError() {
		resp.Diagnostics.Append(r.tryOnAppliance(ctx, client, m.Wanted(given), m.Checks(*prior, given))...)
	}
}

// checkOnce checks planned changes of attributes that are set once. While the appliance has the old site, each is an
// error; a new appliance at the same address is set up again.
func checkOnce(ctx context.Context, client *vcda.Client, prior Common, changed path.Paths, resp *resource.ModifyPlanResponse) {
	if len(changed) == 0 {
		return
	}
	config, err := client.Config(ctx)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, "plan the change of "+changed[0].String(), err))
		return
	}
	if config.SiteName() == "" || config.ID != prior.ID.ValueString() {
		resp.RequiresReplace.Append(changed...)
		return
	}
	for _, at := range changed {
		resp.Diagnostics.AddAttributeError(at, "Unable to change "+at.String(), fmt.Sprintf(
			"The appliance has the site name %q: a site name and its description are set once.\n\n"+
				"Set the attribute back. For another name, deploy a new appliance, and plan again once it answers at the same address.", config.SiteName()))
	}
}

// warnOfRemovedLicense warns that a removed key changes nothing.
func warnOfRemovedLicense(given Secrets, prior Common, diags *diag.Diagnostics) {
	if given.License.IsNull() && (!prior.LicenseKey.IsNull() || !prior.LicenseKeyWOVersion.IsNull()) {
		diags.AddAttributeWarning(path.Root("license_key"), "The license stays",
			"The license key is no longer configured. The appliance keeps its license: a key can be replaced, but not removed.")
	}
}

// tryOnAppliance lets the appliance check planned steps, if a session is open already, and warns of a failure.
func (k *Kind) tryOnAppliance(ctx context.Context, client *vcda.Client, w setup.Wanted, steps []setup.Step) diag.Diagnostics {
	if len(steps) == 0 || !client.HasSession() {
		return nil
	}
	ctx, end, ok := k.Preflight.Begin(ctx)
	if !ok {
		return nil
	}
	defer end()
	var failed *setup.StepError
	if setup.CheckService(ctx, client, w.Service) != nil || !errors.As(setup.Check(ctx, client, w, steps), &failed) || ctx.Err() != nil {
		return nil
	}
	d := diagnostics.FromError(ctx, failed.Err)
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root(k.Attributes[failed.Step]), "The appliance can't use the "+failed.Step.String(),
		"The appliance has checked it: "+d.Why+" The apply will probably fail. "+base.PreflightOff)}
}
