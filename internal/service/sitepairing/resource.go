// Package sitepairing implements the resource vcda_site_pairing, its list resource and the action vcda_site_repair.
// Package pairing has the rules of pairing.
package sitepairing

import (
	"context"
	"errors"
	"reflect"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/ownership"
	"github.com/vcda-dr/terraform-provider-vcda/internal/pairing"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// The default times of the operations.
const (
	changeTimeout = 10 * time.Minute
	readTimeout   = time.Minute
)

type sitePairing struct{ base.ForResource }

var (
	_ resource.ResourceWithConfigure      = &sitePairing{}
	_ resource.ResourceWithImportState    = &sitePairing{}
	_ resource.ResourceWithModifyPlan     = &sitePairing{}
	_ resource.ResourceWithValidateConfig = &sitePairing{}
	_ resource.ResourceWithIdentity       = &sitePairing{}
	_ resource.ResourceWithMoveState      = &sitePairing{}
)

// NewResource returns the resource vcda_site_pairing.
func NewResource() resource.Resource { return &sitePairing{} }

// Metadata names the resource.
func (r *sitePairing) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_site_pairing"
	resp.ResourceBehavior.MutableIdentity = true // see identify
}

// Create pairs with the site, or adopts a pairing. Terraform taints an object that is saved with an error, so an
// error leaves no state. After Ctrl-C there is no error, and the state has the task.
func (r *sitePairing) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	ctx, cancel := r.limit(ctx, m.Timeouts.Create, changeTimeout, &resp.Diagnostics)
	defer cancel()
	action := m.createAction()
	a, instance := r.appliance(ctx, action, nil, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(checkPlanned(m, instance, a.Client())...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	defer r.Reservations.EndCreate(reservation(m.APIURL))
	owner, diags := base.NewOwner(ctx, resp.Private)
	resp.Diagnostics.Append(diags...)
	result, err := a.Pair(ctx, m.spec(owner))
	resp.Diagnostics.Append(warningsOf(result, err, m)...)
	switch {
	case errors.Is(err, context.Canceled) && result.Task.ID != "":
		m.interrupted(result, a.Service())
		resp.Diagnostics.AddWarning("Interrupted while pairing", goesOn(result.Task)+" The next plan or apply finds out its result.")
	case err != nil:
		resp.Diagnostics.Append(explainCreate(ctx, action, a.Service(), err))
		return
	default:
		site, problem := waitForLink(ctx, a, m, *result.Site)
		resp.Diagnostics.Append(warnOfLink(ctx, r.VCDA, m, site, problem)...)
		m.report(site, a.Service())
		resp.Diagnostics.Append(keepDescription(ctx, resp.Private, m, site)...)
	}
	m.Instance = base.StringOrNull(instance)
	resp.Diagnostics.Append(base.StoreInstance(ctx, resp.Private, instance)...)
	resp.Diagnostics.Append(identify(ctx, resp.Identity, m.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// Read reads the pairing. Concurrent reads share one list.
func (r *sitePairing) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	resp.Diagnostics.Append(identify(ctx, resp.Identity, m.ID)...) // required also if the object is gone
	ctx, cancel := r.limit(ctx, m.Timeouts.Read, readTimeout, &resp.Diagnostics)
	defer cancel()
	owner, diags := base.KeepOwner(ctx, req.Private, resp.Private)
	resp.Diagnostics.Append(diags...)
	r.Owners.RecordObject(m.ID.ValueString(), owner)
	action := m.action("read")
	a, instance := r.appliance(ctx, action, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	site, known := r.current(ctx, a, m, action, &resp.Diagnostics)
	if !known {
		return // the state stays as it is
	}
	if site == nil {
		r.Owners.Forget(m.ID.ValueString())
		r.Reservations.Release(reservation(m.APIURL))
		resp.State.RemoveResource(ctx)
		return
	}
	text, diags := base.ReadPrivate[description](ctx, req.Private, descriptionKey)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(base.StoreInstance(ctx, resp.Private, instance)...)
	resp.Diagnostics.Append(base.KeepObjects(ctx, req.Private, resp.Private, r.Owners.Objects(m.ID.ValueString()))...)
	prior := m
	m.refresh(*site, a.Service(), text)
	m.Instance = base.StringOrNull(instance)
	if reflect.DeepEqual(m, prior) {
		return // unchanged, as most are
	}
	resp.Diagnostics.Append(identify(ctx, resp.Identity, m.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// current returns the pairing as the appliance lists it, nil if there is none. It is not known after an error, or
// while a task still runs.
func (r *sitePairing) current(ctx context.Context, a *pairing.Appliance, m model, action string, diags *diag.Diagnostics) (site *vcda.Site, known bool) {
	if task := m.PendingTaskID.ValueString(); task != "" {
		result, err := a.Resume(ctx, task, m.ID.ValueString(), m.spec(""))
		diags.Append(resumed(ctx, action, result, err)...)
		return result.Site, err == nil
	}
	client, absent := r.VCDA.Client()
	diags.Append(absent...)
	if absent.HasError() {
		return nil, false
	}
	site, err := client.Peer(ctx, m.ID.ValueString())
	if err != nil {
		diags.Append(diagnostics.Unable(ctx, action, err))
	}
	return site, err == nil
}

// Update re-pairs if needed. A change that only concerns the resource itself sends no request. An error keeps the old
// state.
func (r *sitePairing) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m, prior model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !m.changesAppliance(prior) {
		resp.Diagnostics.Append(identify(ctx, resp.Identity, m.ID)...)
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
		return
	}
	ctx, cancel := r.limit(ctx, m.Timeouts.Update, changeTimeout, &resp.Diagnostics)
	defer cancel()
	action := prior.action("change")
	a, instance := r.appliance(ctx, action, req.Private, &resp.Diagnostics)
	owner, _, diags := base.Ownership(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.Reservations.Release(reservation(prior.APIURL)) // the address may have changed
	result, err := change(ctx, a, m.spec(owner), m, prior)
	resp.Diagnostics.Append(warningsOf(result, err, m)...)
	if err != nil {
		keepPending(ctx, &resp.State, result.Task, &resp.Diagnostics)
		resp.Diagnostics.Append(explainChange(ctx, action, err))
		return
	}
	site, problem := waitForLink(ctx, a, m, *result.Site)
	if problem != nil && !errors.Is(problem, context.Canceled) {
		resp.Diagnostics.Append(linkTimedOut(ctx, action, site, problem))
	} else {
		resp.Diagnostics.Append(warnOfLink(ctx, r.VCDA, m, site, problem)...)
	}
	m.report(site, a.Service())
	m.Instance = stringOr(m.Instance, base.StringOrNull(instance))
	resp.Diagnostics.Append(keepDescription(ctx, resp.Private, m, site)...)
	resp.Diagnostics.Append(base.StoreInstance(ctx, resp.Private, instance)...)
	resp.Diagnostics.Append(identify(ctx, resp.Identity, m.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// change changes the pairing from prior to m.
func change(ctx context.Context, a *pairing.Appliance, spec pairing.Spec, m, prior model) (pairing.Result, error) {
	key := prior.ID.ValueString()
	if task := prior.PendingTaskID.ValueString(); task != "" {
		result, err := a.Resume(ctx, task, key, prior.spec(""))
		switch {
		case err == nil && result.Task.State == vcda.TaskFailed && key == "":
			err = &vcda.TaskError{Task: result.Task, Err: result.Task.Error}
		case err == nil && result.Site == nil:
			err = pairing.ErrNotListed
		}
		if err != nil {
			return result, err
		}
		key = result.Site.Key(a.Service())
	}
	if m.repairs(prior) {
		return a.Repair(ctx, key, spec)
	}
	site, err := a.Find(ctx, key)
	if err == nil && site == nil {
		err = pairing.ErrNotListed
	}
	return pairing.Result{Site: site}, err
}

// Delete unpairs the site. It only removes the pairing from the state if another object of the run or of the state
// has it.
func (r *sitePairing) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	ctx, cancel := r.limit(ctx, m.Timeouts.Delete, changeTimeout, &resp.Diagnostics)
	defer cancel()
	action := m.action("unpair")
	a, _ := r.appliance(ctx, action, req.Private, &resp.Diagnostics)
	owner, objects, diags := base.Ownership(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.Reservations.Release(reservation(m.APIURL))
	result, err := unpair(ctx, a, m, owner, objects)
	resp.Diagnostics.Append(warningsOf(result, err, m)...)
	switch {
	case errors.Is(err, ownership.ErrChanged), errors.Is(err, ownership.ErrSharedState):
		resp.Diagnostics.Append(onlyForgotten(m, err))
	case err != nil:
		keepPending(ctx, &resp.State, result.Task, &resp.Diagnostics)
		resp.Diagnostics.Append(explainChange(ctx, action, err))
	}
}

// unpair removes the pairing, after the task of an interrupted operation has ended.
func unpair(ctx context.Context, a *pairing.Appliance, m model, owner string, objects int) (pairing.Result, error) {
	key := m.ID.ValueString()
	if task := m.PendingTaskID.ValueString(); task != "" {
		result, err := a.Resume(ctx, task, key, m.spec(""))
		if err != nil || result.Site == nil {
			return result, err
		}
		key = result.Site.Key(a.Service())
	}
	return a.Unpair(ctx, key, owner, objects)
}

// keepPending records in the unchanged state that a task still runs.
func keepPending(ctx context.Context, state *tfsdk.State, task vcda.Task, diags *diag.Diagnostics) {
	if task.ID != "" && !task.Ended() {
		diags.Append(state.SetAttribute(ctx, path.Root("pending_task_id"), task.ID)...)
	}
}

// waitForLink waits for the link if wait_for_link is set. The problem is the reason why the wait ended before both
// directions worked.
func waitForLink(ctx context.Context, a *pairing.Appliance, m model, site vcda.Site) (latest vcda.Site, problem error) {
	if !m.WaitForLink.ValueBool() {
		return site, nil
	}
	return a.WaitForLink(ctx, site)
}

// limit returns a context with the timeout of an operation.
func (r *sitePairing) limit(ctx context.Context, configured func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), usual time.Duration, diags *diag.Diagnostics) (context.Context, context.CancelFunc) {
	limit, problems := configured(ctx, usual)
	diags.Append(problems...)
	if r.Clock == nil { // the provider is not configured
		return ctx, func() {}
	}
	return r.Clock.WithTimeout(ctx, limit, nil)
}

// appliance returns the appliance of the provider, and its instance ID. It must be the appliance in private state, if
// there is one.
func (r *sitePairing) appliance(ctx context.Context, action string, private base.PrivateReader, diags *diag.Diagnostics) (a *pairing.Appliance, instance string) {
	client, absent := r.VCDA.Client()
	diags.Append(absent...)
	if diags.HasError() {
		return nil, ""
	}
	a, err := pairing.New(ctx, client, r.Pairings, logDecision)
	if err == nil {
		instance, err = client.InstanceID(ctx)
	}
	if err != nil {
		diags.Append(diagnostics.Unable(ctx, action, err))
		return nil, ""
	}
	made, problems := base.StoredInstance(ctx, private)
	diags.Append(problems...)
	diags.Append(base.CheckInstance(action, "pairing", made, instance, client)...)
	return a, instance
}

// stringOr returns a value, or another one if it is not known.
func stringOr(value, otherwise types.String) types.String {
	if value.IsUnknown() {
		return otherwise
	}
	return value
}
