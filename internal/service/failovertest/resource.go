// Package failovertest implements the resource vcda_failover_test.
package failovertest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/replicationbase"
)

// The default times of the operations.
const (
	createTimeout = 2 * time.Hour
	readTimeout   = 2 * time.Minute
	deleteTimeout = time.Hour
)

type failoverTest struct{ base.ForResource }

var (
	_ resource.ResourceWithConfigure      = &failoverTest{}
	_ resource.ResourceWithIdentity       = &failoverTest{}
	_ resource.ResourceWithImportState    = &failoverTest{}
	_ resource.ResourceWithValidateConfig = &failoverTest{}
)

// NewResource returns the resource vcda_failover_test.
func NewResource() resource.Resource { return &failoverTest{} }

func (f *failoverTest) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_failover_test"
}

func (f *failoverTest) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = describe(ctx)
}

func (f *failoverTest) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.StringAttribute{RequiredForImport: true, Description: "Id of the replication."},
	}}
}

// ValidateConfig checks that instances are given in the form of the kind.
func (f *failoverTest) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || m.ReplicationID.IsUnknown() {
		return
	}
	isVApp := vcda.KindOf(m.ReplicationID.ValueString()) == vcda.VApp
	if isVApp && !m.InstanceKey.IsNull() {
		resp.Diagnostics.AddAttributeError(path.Root("instance_key"), "Invalid instance_key", "A vApp has instances of each of its VMs. Use instance_keys.")
	}
	if !isVApp && !m.InstanceKeys.IsNull() {
		resp.Diagnostics.AddAttributeError(path.Root("instance_keys"), "Invalid instance_keys", "The replication is that of one VM. Use instance_key.")
	}
}

// managing finds the replication of a test, and the site that manages it.
func managing(ctx context.Context, client *vcda.Client, m model) (*replication.Site, *vcda.Replication, error) {
	return replication.FindManaged(ctx, client, m.ReplicationID.ValueString(), m.Site.ValueString(), tflogDebug)
}

// settled is managing with the current replication, once no recovery of it is in progress.
func settled(ctx context.Context, client *vcda.Client, m model) (*replication.Site, *vcda.Replication, error) {
	site, r, err := managing(ctx, client, m)
	if err != nil {
		return nil, nil, err
	}
	if r, err = site.WaitForRecovery(ctx, r.ID); err == nil && r == nil {
		err = replication.ErrNotListed
	}
	return site, r, err
}

func tflogDebug(ctx context.Context, message string, fields map[string]any) {
	tflog.Debug(ctx, message, fields)
}

// Create starts the test and waits until the copy is up.
func (f *failoverTest) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	limit, diags := m.Timeouts.Create(ctx, createTimeout)
	resp.Diagnostics.Append(diags...)
	how, diags := m.recovery(ctx)
	resp.Diagnostics.Append(diags...)
	client, diags := f.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := f.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	resp.Diagnostics.Append(base.KeepInstance(ctx, client, resp.Private)...)
	id := m.ReplicationID.ValueString()
	m.StartedAt = base.TimeOrNull(f.Clock.Now().UnixMilli()) // the time of the task replaces it
	result, err := start(ctx, client, m, how)
	resp.Diagnostics.Append(replicationbase.TaskWarnings(result.Task)...)
	m.report(result.Replication, result.Task)
	switch {
	case err == nil:
	case errors.Is(err, context.Canceled) && isOpen(result):
		// Terraform reports the interruption itself.
		resp.Diagnostics.AddWarning("Interrupted while testing the failover of "+id, goesOn(result.Task)+" The next plan or apply finds out its result; terraform destroy waits for it and cleans up.")
	default:
		resp.Diagnostics.Append(createFailed(ctx, id, result, err))
		if !isOpen(result) {
			return
		}
	}
	// A destroy or the next apply cleans up what is saved with an error.
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// start checks the test and runs it.
func start(ctx context.Context, client *vcda.Client, m model, how replication.Recovery) (replication.Result, error) {
	site, r, err := settled(ctx, client, m)
	if err != nil {
		return replication.Result{}, err
	}
	test, err := site.Prepare(ctx, replication.Test, *r, how)
	if err != nil {
		return replication.Result{}, err
	}
	running, err := site.Tasks(ctx)
	if err != nil {
		return replication.Result{}, err
	}
	result, sent, err := test.Run(ctx, running)
	if err == nil && !sent {
		err = &replication.StateError{Replication: *result.Replication, Reason: replication.TestActive}
		return replication.Result{}, err
	}
	return result, err
}

// isOpen reports whether the test may be active, or its task may still run.
func isOpen(result replication.Result) bool {
	isUp := result.Replication != nil && result.Replication.RecoveryState() != vcda.RecoveryNotStarted
	return result.Task.ID != "" && (!result.Task.Ended() || isUp)
}

// Read refreshes the state. It removes a test that is no longer active: it was cleaned up outside Terraform.
func (f *failoverTest) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...) // required also if the object is gone
	limit, diags := m.Timeouts.Read(ctx, readTimeout)
	resp.Diagnostics.Append(diags...)
	action := "read the failover test of " + m.ID.ValueString()
	client, diags := f.ClientOf(ctx, action, "failover test", req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := f.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	r, open, err := current(ctx, client, m)
	switch {
	case err != nil:
		resp.Diagnostics.Append(unable(ctx, action, m.ID.ValueString(), err))
	case open: // the state stays as it is
	case r == nil || r.RecoveryState() != vcda.RecoveryTest:
		resp.State.RemoveResource(ctx)
	default:
		resp.Diagnostics.Append(base.KeepInstance(ctx, client, resp.Private)...)
		m.report(r, vcda.Task{})
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
	}
}

// current returns the listed replication, nil if there is none. It is open while a task works on it.
func current(ctx context.Context, client *vcda.Client, m model) (r *vcda.Replication, open bool, err error) {
	site, r, err := managing(ctx, client, m)
	if errors.Is(err, replication.ErrNotListed) {
		return nil, false, nil
	}
	if err != nil {
		return nil, true, err
	}
	if task := m.PendingTaskID.ValueString(); task != "" {
		result, open, err := site.Resume(ctx, task, r.ID, replication.Spec{})
		return result.Replication, open, err
	}
	return r, r.RecoveryState() == vcda.RecoveryInProgress, nil
}

// Update stores other timeouts. Every other change replaces the test.
func (f *failoverTest) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.State.Raw = req.Plan.Raw
	var m model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...)
}

// Delete cleans up.
func (f *failoverTest) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	limit, diags := m.Timeouts.Delete(ctx, deleteTimeout)
	resp.Diagnostics.Append(diags...)
	client, diags := f.ClientOf(ctx, "clean up the failover test of "+m.ID.ValueString(), "failover test", req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := f.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	site, r, err := managing(ctx, client, m)
	var result replication.Result
	if err == nil {
		result, err = site.CleanUp(ctx, r.ID)
	}
	resp.Diagnostics.Append(replicationbase.TaskWarnings(result.Task)...)
	if err != nil && !errors.Is(err, replication.ErrNotListed) {
		resp.Diagnostics.Append(cleanUpFailed(ctx, m.ID.ValueString(), result, err))
	}
}

// ImportState imports an active test by the id of its replication, or by SITE/ID if the provider's own appliance does
// not list it.
func (f *failoverTest) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	m := imported(req.ID)
	if req.ID == "" {
		var id types.String
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("id"), &id)...)
		m = imported(id.ValueString())
	}
	id := m.ID.ValueString()
	words := fmt.Sprintf("import the failover test %q", id)
	if vcda.KindOf(id) == "" {
		resp.Diagnostics.Append(noID(id).Unable(words))
		return
	}
	client, diags := f.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	_, r, err := settled(ctx, client, m)
	switch {
	case err != nil:
		resp.Diagnostics.Append(unable(ctx, words, id, err))
		return
	case r.RecoveryState() != vcda.RecoveryTest:
		resp.Diagnostics.Append(noTest(*r).Unable(words))
		return
	}
	m.report(r, vcda.Task{})
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
