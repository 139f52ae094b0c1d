package replicationbase

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// The default times of the operations.
const (
	changeTimeout = 30 * time.Minute
	syncTimeout   = 24 * time.Hour
	readTimeout   = 2 * time.Minute
)

// pendingPause is the pause between two polls of the task of an interrupted operation.
const pendingPause = 5 * time.Second

// Kind describes one kind of replication.
type Kind struct {
	Kind   vcda.Kind
	Name   string // of the type, without the provider's
	Noun   string // in messages, such as "VM replication"
	Schema func(context.Context) schema.Schema

	// Complete sets values that the configuration may leave out before a start; optional.
	Complete func(ctx context.Context, site *replication.Site, spec *replication.Spec) error
}

// Resource is the resource of one kind of replication, whose model is an M.
type Resource[M any, P interface {
	*M
	Model
}] struct {
	base.ForResource
	Kind
}

// Metadata names the type.
func (r *Resource[M, P]) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + r.Name
	resp.ResourceBehavior.MutableIdentity = true // see identify
}

// Schema describes the resource.
func (r *Resource[M, P]) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = r.Kind.Schema(ctx)
}

// IdentitySchema describes the identity: the id.
func (r *Resource[M, P]) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.StringAttribute{RequiredForImport: true, Description: "Id of the replication."},
	}}
}

// identify sets the identity. The framework refuses a null identity, but the id of an interrupted create may be null:
// the identity is then empty until a refresh knows the id.
func identify(ctx context.Context, identity *tfsdk.ResourceIdentity, id types.String) diag.Diagnostics {
	return identity.SetAttribute(ctx, path.Root("id"), id.ValueString())
}

// site returns the site that manages replications of the kind.
func (r *Resource[M, P]) site(ctx context.Context, name string) (*replication.Site, error) {
	return SiteOf(ctx, r.Data, r.Kind.Kind, name)
}

func tflogDebug(ctx context.Context, message string, fields map[string]any) {
	tflog.Debug(ctx, message, fields)
}

// Create starts the replication or adopts it, and makes the changes that the plan needs.
func (r *Resource[M, P]) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	p := P(new(M))
	resp.Diagnostics.Append(req.Plan.Get(ctx, p)...)
	if resp.Diagnostics.HasError() {
		return
	}
	c := p.Base()
	limit, diags := c.Timeouts.Create(ctx, map[bool]time.Duration{false: changeTimeout, true: syncTimeout}[c.WaitForSync.ValueBool()])
	wanted, more := spec(ctx, r.Kind.Kind, p)
	stored, evenMore := p.Stored(ctx)
	owner, problems := base.NewOwner(ctx, resp.Private)
	resp.Diagnostics.Append(slices.Concat(diags, more, evenMore, problems)...)
	if resp.Diagnostics.HasError() {
		return
	}
	defer base.Reserve(r.Data, wanted.Key(), path.Root("source"), "the replication of this source to this destination", &resp.Diagnostics)()
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	client, absent := r.VCDA.Client()
	resp.Diagnostics.Append(absent...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(base.KeepInstance(ctx, client, resp.Private)...)
	result, err := r.start(ctx, p, wanted, stored)
	resp.Diagnostics.Append(warningsOf(result.Task)...)
	switch {
	case err == nil:
		if result.Adopted {
			resp.Diagnostics.Append(adopted(*result.Replication))
		}
	case errors.Is(err, context.Canceled) && (result.Task.ID != "" || result.Replication != nil):
		r.interrupted(ctx, req, result, resp)
		return
	default:
		resp.Diagnostics.Append(r.createFailed(ctx, p, result, err))
		return
	}
	r.Owners.RecordChange(result.Replication.ID, owner)
	report(p, *result.Replication, r.Clock.Now())
	resp.Diagnostics.Append(identify(ctx, resp.Identity, c.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, p)...)
}

// start starts a replication and makes the changes that a start can't make. After an error, the result has what was
// done.
func (r *Resource[M, P]) start(ctx context.Context, p P, wanted replication.Spec, stored any) (replication.Result, error) {
	site, err := r.site(ctx, wanted.ManagingSite(false))
	if err != nil {
		return replication.Result{}, err
	}
	if r.Complete != nil {
		if err := r.Complete(ctx, site, &wanted); err != nil {
			return replication.Result{}, err
		}
	}
	result, err := site.Start(ctx, wanted, r.Owners)
	if err != nil {
		return result, err
	}
	id := result.Replication.ID
	if change := r.afterStart(p, wanted, result, stored); change != (replication.Change{}) {
		changed, err := site.Change(ctx, id, change)
		result.Task = changed.Task
		if changed.Replication != nil {
			result.Replication = changed.Replication
		}
		if err != nil {
			return result, err
		}
	}
	if p.Base().WaitForSync.ValueBool() {
		synchronized, err := site.WaitForSync(ctx, id, logSync(ctx, r.Noun))
		if synchronized != nil {
			result.Replication = synchronized
		}
		return result, err
	}
	return result, nil
}

// logSync logs the state of the first synchronization at each change.
func logSync(ctx context.Context, noun string) func(vcda.Replication) {
	logged := ""
	return func(r vcda.Replication) {
		var states []string
		for _, vm := range r.Machines() {
			state := vm.ConnectionState
			if percent, known := vm.SyncProgress(); known {
				state = fmt.Sprintf("%s %d %%", state, percent)
			}
			states = append(states, vm.VMName+" "+state)
		}
		if text := strings.Join(states, ", "); text != logged {
			logged = text
			tflog.Info(ctx, noun+" "+r.ID+": "+text)
		}
	}
}

// afterStart returns the changes that a replication needs after its start or adoption.
func (r *Resource[M, P]) afterStart(p P, wanted replication.Spec, result replication.Result, stored any) replication.Change {
	change := replication.Change{Stored: stored}
	listed := *result.Replication
	if result.Adopted {
		change.Settings = replication.Differences(wanted.Settings, listed)
		change.StorageProfile = otherProfile(wanted.Destination.StorageProfile, listed)
	}
	if cloud := p.CloudBase(); cloud != nil {
		if owner := known(cloud.Owner); owner != nil && *owner != listed.Owner {
			change.Owner = owner
		}
	}
	waits := !wanted.Paused && p.Base().isDelayed(r.Clock.Now())
	if listed.IsPaused() != wanted.Paused && !waits {
		change.Paused = &wanted.Paused
	}
	return change
}

// otherProfile returns the storage profile to apply, nil if any is configured or it is the current one.
func otherProfile(wanted string, listed vcda.Replication) *string {
	if wanted == "" || wanted == replication.AnyProfile || wanted == listed.Machines()[0].StorageProfile {
		return nil
	}
	return &wanted
}

// interrupted saves the known values of a create after Ctrl-C. It adds no error, because Terraform reports the
// interruption itself and destroys an object that is saved with an error.
func (r *Resource[M, P]) interrupted(ctx context.Context, req resource.CreateRequest, result replication.Result, resp *resource.CreateResponse) {
	resp.Diagnostics.Append(interruptedCreate(r.Noun, result))
	raw, err := tftypes.Transform(req.Plan.Raw, func(_ *tftypes.AttributePath, v tftypes.Value) (tftypes.Value, error) {
		if !v.IsKnown() {
			return tftypes.NewValue(v.Type(), nil), nil
		}
		return v, nil
	})
	if err != nil {
		resp.Diagnostics.AddError("Unable to keep the state", err.Error())
		return
	}
	resp.State.Raw = raw
	id := types.StringNull()
	if result.Replication != nil {
		id = types.StringValue(result.Replication.ID)
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id)...)
	if result.Task.ID != "" && !result.Task.Ended() {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("pending_task_id"), result.Task.ID)...)
	}
	resp.Diagnostics.Append(identify(ctx, resp.Identity, id)...)
}

// Read refreshes the state. It removes a replication that no list shows.
func (r *Resource[M, P]) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	p := P(new(M))
	resp.Diagnostics.Append(req.State.Get(ctx, p)...)
	c := p.Base()
	resp.Diagnostics.Append(identify(ctx, resp.Identity, c.ID)...) // required also if the object is gone
	if resp.Diagnostics.HasError() {
		return
	}
	limit, diags := c.Timeouts.Read(ctx, readTimeout)
	owner, more := base.KeepOwner(ctx, req.Private, resp.Private)
	resp.Diagnostics.Append(append(diags, more...)...)
	r.Owners.RecordObject(c.ID.ValueString(), owner)
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	action := "read the " + r.Noun + " " + c.name()
	listed, open, err := r.current(ctx, p)
	switch {
	case err != nil:
		resp.Diagnostics.Append(Explain(ctx, action, err))
	case open: // the state stays as it is
	case listed == nil:
		_, diags := r.ClientOf(ctx, action, r.Noun, req.Private)
		if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
			return
		}
		resp.State.RemoveResource(ctx)
		r.Owners.Forget(c.ID.ValueString())
		r.release(ctx, p)
	default:
		r.Owners.RecordObject(listed.ID, owner) // an interrupted create did not know the id
		resp.Diagnostics.Append(base.KeepObjects(ctx, req.Private, resp.Private, r.Owners.Objects(listed.ID))...)
		prior := *p
		report(p, *listed, r.Clock.Now())
		if sameValues(reflect.ValueOf(*p), reflect.ValueOf(prior)) {
			return // unchanged, as most are
		}
		resp.Diagnostics.Append(identify(ctx, resp.Identity, c.ID)...)
		resp.Diagnostics.Append(resp.State.Set(ctx, p)...)
	}
}

// sameValues reports whether two models, or parts of them, have the same values.
func sameValues(a, b reflect.Value) bool {
	if value, ok := reflect.TypeAssert[attr.Value](a); ok {
		other, _ := reflect.TypeAssert[attr.Value](b)
		return value.Equal(other)
	}
	for i := range a.NumField() {
		if !sameValues(a.Field(i), b.Field(i)) {
			return false
		}
	}
	return true
}

// current returns the listed replication, nil if there is none. It is open while a task of an interrupted operation
// runs.
func (r *Resource[M, P]) current(ctx context.Context, p P) (listed *vcda.Replication, open bool, err error) {
	c := p.Base()
	wanted, diags := spec(ctx, r.Kind.Kind, p)
	if diags.HasError() {
		return nil, true, notConfiguredError{diags}
	}
	site, err := r.site(ctx, wanted.ManagingSite(c.Reversed.ValueBool()))
	if err != nil {
		return nil, true, err
	}
	if task := c.PendingTaskID.ValueString(); task != "" || c.ID.IsNull() {
		result, open, err := site.Resume(ctx, task, c.ID.ValueString(), wanted)
		return result.Replication, open, err
	}
	listed, err = site.Find(ctx, c.ID.ValueString())
	if elsewhere := wanted.OtherManagingSite(c.Reversed.ValueBool()); err == nil && listed == nil && elsewhere != "" {
		// It may have been reversed since.
		if site, err = r.site(ctx, elsewhere); err == nil {
			listed, err = site.Find(ctx, c.ID.ValueString())
		}
		if isClosed(err) { // a session without access to the site can't have reversed it
			err = nil
		}
	}
	return listed, false, err
}

// isClosed reports whether the session has no access to a site.
func isClosed(err error) bool {
	var access *replication.AccessError
	var unknown *replication.SiteError
	return errors.As(err, &access) || errors.As(err, &unknown)
}

// Update makes the changes in place.
func (r *Resource[M, P]) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	p, prior, config := P(new(M)), P(new(M)), P(new(M))
	resp.Diagnostics.Append(req.Plan.Get(ctx, p)...)
	resp.Diagnostics.Append(req.State.Get(ctx, prior)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	c := p.Base()
	limit, diags := c.Timeouts.Update(ctx, changeTimeout)
	change, more := r.changes(ctx, p, prior, config)
	wanted, evenMore := spec(ctx, r.Kind.Kind, p)
	owner, _, problems := base.Ownership(ctx, req.Private)
	resp.Diagnostics.Append(slices.Concat(diags, more, evenMore, problems)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	c.ID = prior.Base().ID
	r.Owners.RecordChange(c.ID.ValueString(), owner)
	result, err := r.change(ctx, c, wanted, prior.Base().Reversed.ValueBool(), change)
	resp.Diagnostics.Append(warningsOf(result.Task)...)
	if err != nil {
		if result.Task.ID != "" && !result.Task.Ended() {
			resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("pending_task_id"), result.Task.ID)...)
		}
		resp.Diagnostics.Append(r.changeFailed(ctx, p, change, result, err))
		return
	}
	report(p, *result.Replication, r.Clock.Now())
	resp.Diagnostics.Append(identify(ctx, resp.Identity, c.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, p)...)
}

// change makes the changes at the site that manages the replication. The time of the first synchronization can be
// changed until the synchronization starts.
func (r *Resource[M, P]) change(ctx context.Context, c *Common, wanted replication.Spec, reversed bool, change replication.Change) (replication.Result, error) {
	if c.ID.IsNull() {
		return replication.Result{}, errPending
	}
	site, err := r.site(ctx, wanted.ManagingSite(reversed))
	if err != nil {
		return replication.Result{}, err
	}
	if change.Settings.InitialSyncTime != nil {
		listed, err := site.Find(ctx, c.ID.ValueString())
		if err != nil {
			return replication.Result{}, err
		}
		if listed == nil || listed.Machines()[0].DestinationState.LatestInstance != nil {
			change.Settings.InitialSyncTime = nil // the first synchronization is over
		}
	}
	return site.Change(ctx, c.ID.ValueString(), change)
}

// changes returns the differences between plan and state that need a request.
func (r *Resource[M, P]) changes(ctx context.Context, p, prior, config P) (replication.Change, diag.Diagnostics) {
	var out replication.Change
	settings, diags := settingsChange(ctx, p, prior, config)
	out.Settings, out.DropProfile = settings, SLAProfile(prior) != nil && SLAProfile(p) == nil
	c, before := p.Base(), prior.Base()
	if !c.Paused.Equal(before.Paused) {
		out.Paused = knownBool(c.Paused)
	}
	if cloud := p.CloudBase(); cloud != nil && !cloud.Owner.Equal(prior.CloudBase().Owner) {
		out.Owner = known(cloud.Owner)
	}
	stored, more := p.Stored(ctx)
	was, evenMore := prior.Stored(ctx)
	diags.Append(append(more, evenMore...)...)
	if !equalJSON(stored, was) {
		out.Stored = stored // nil: no longer managed
	}
	_, to := p.Ends()
	_, from := prior.Ends()
	if to.StorageProfile != from.StorageProfile && to.StorageProfile != replication.AnyProfile && to.StorageProfile != "" {
		out.StorageProfile = &to.StorageProfile
	}
	return out, diags
}

// Delete stops the replication. It only removes it from the state if another object of the run or of the state has
// it.
func (r *Resource[M, P]) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	p := P(new(M))
	resp.Diagnostics.Append(req.State.Get(ctx, p)...)
	if resp.Diagnostics.HasError() {
		return
	}
	c := p.Base()
	limit, diags := c.Timeouts.Delete(ctx, changeTimeout)
	owner, objects, more := base.Ownership(ctx, req.Private)
	resp.Diagnostics.Append(append(diags, more...)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := r.Owners.Release(c.ID.ValueString(), owner, objects); err != nil {
		resp.Diagnostics.Append(onlyForgotten(c.name(), err))
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	action := "stop the " + r.Noun + " " + c.name()
	result, err := r.stop(ctx, p)
	if err == nil && result.Replication == nil {
		_, diags := r.ClientOf(ctx, action, r.Noun, req.Private)
		if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
			return
		}
	}
	resp.Diagnostics.Append(warningsOf(result.Task)...)
	if err != nil {
		if result.Task.ID != "" && !result.Task.Ended() {
			resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("pending_task_id"), result.Task.ID)...)
		}
		resp.Diagnostics.Append(explainTask(ctx, action, result, err))
		return
	}
	r.release(ctx, p)
	if was := result.Replication; was != nil && was.RecoveryState() == vcda.RecoveryComplete {
		resp.Diagnostics.Append(recoveredStays(*was))
	}
}

// release lets another resource start the same replication.
func (r *Resource[M, P]) release(ctx context.Context, p P) {
	if wanted, diags := spec(ctx, r.Kind.Kind, p); !diags.HasError() {
		r.Reservations.Release(wanted.Key())
	}
}

// stop stops the replication at the site that lists it.
func (r *Resource[M, P]) stop(ctx context.Context, p P) (replication.Result, error) {
	listed, open, err := r.current(ctx, p)
	for ; err == nil && open; listed, open, err = r.current(ctx, p) {
		if err := r.Clock.Sleep(ctx, pendingPause); err != nil {
			return replication.Result{}, err
		}
	}
	if err != nil || listed == nil {
		return replication.Result{}, err
	}
	wanted, diags := spec(ctx, r.Kind.Kind, p)
	if diags.HasError() {
		return replication.Result{}, notConfiguredError{diags}
	}
	site, err := r.site(ctx, wanted.ManagingSite(listed.IsReversed()))
	if err != nil {
		return replication.Result{}, err
	}
	return site.Stop(ctx, listed.ID, p.DiskCleanup(), p.Base().CleanUpTest.ValueBool())
}

// name returns the name of the replication in messages.
func (c *Common) name() string {
	if c.ID.ValueString() == "" {
		return "of the task " + c.PendingTaskID.ValueString()
	}
	return c.ID.ValueString()
}
