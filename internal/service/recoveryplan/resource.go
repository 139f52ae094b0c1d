// Package recoveryplan implements vcda_recovery_plan, its failover test and the actions that execute it.
package recoveryplan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// The default times of the operations.
const (
	changeTimeout = 10 * time.Minute
	readTimeout   = 2 * time.Minute
)

type planResource struct{ base.ForResource }

var (
	_ resource.ResourceWithConfigure      = &planResource{}
	_ resource.ResourceWithImportState    = &planResource{}
	_ resource.ResourceWithModifyPlan     = &planResource{}
	_ resource.ResourceWithValidateConfig = &planResource{}
	_ resource.ResourceWithIdentity       = &planResource{}
)

// NewResource returns the resource vcda_recovery_plan.
func NewResource() resource.Resource { return &planResource{} }

func (r *planResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_recovery_plan"
}

// IdentitySchema describes the identity: the id.
func (r *planResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.StringAttribute{RequiredForImport: true, Description: "Id of the recovery plan."},
	}}
}

// ImportState imports a plan by its id.
func (r *planResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	resource.ImportStatePassthroughWithIdentity(ctx, path.Root("id"), path.Root("id"), req, resp)
}

// Create creates the plan and then its steps. After an error the plan is saved with the steps that exist, so that the
// next apply replaces it.
func (r *planResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	client, absent := r.VCDA.Client()
	limit, diags := m.Timeouts.Create(ctx, changeTimeout)
	resp.Diagnostics.Append(append(absent, diags...)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	if r.refuse(ctx, client, m, "create", &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(base.KeepInstance(ctx, client, resp.Private)...)
	wanted, diags := m.wanted(ctx)
	resp.Diagnostics.Append(diags...)
	made, err := create(ctx, client, vcda.NewRecoveryPlan{
		Name: m.Name.ValueString(), Description: m.Description.ValueString(), Migration: m.Migration.ValueBool(), ScheduledSync: m.scheduledSync(),
	})
	if err != nil {
		resp.Diagnostics.Append(detail(ctx, err).Unable("create " + m.noun()))
		return
	}
	plan, steps, err := arrange(ctx, client, made.ID, wanted)
	if plan == nil {
		plan = &made
	}
	if err != nil {
		d := detail(ctx, err)
		d.Consequence = fmt.Sprintf("The recovery plan %s was created without all of its steps. The next apply replaces it.", made.ID)
		resp.Diagnostics.Append(d.Unable("create " + m.noun()))
	}
	m.report(*plan, steps, r.Clock.Now())
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// create creates a plan, unless there is one with that name.
//
// Errors: *existsError, and those of the calls.
func create(ctx context.Context, client *vcda.Client, n vcda.NewRecoveryPlan) (vcda.RecoveryPlan, error) {
	there, err := client.FindRecoveryPlan(ctx, n.Name)
	if err != nil {
		return vcda.RecoveryPlan{}, err
	}
	if there != nil {
		return vcda.RecoveryPlan{}, &existsError{plan: *there}
	}
	made, err := client.CreateRecoveryPlan(ctx, n)
	if err == nil && made.ID == "" {
		err = errNotListed
	}
	return made, err
}

// arrange adds the steps that a plan lacks, and moves all into the wanted order. It returns plan and steps as they
// are then, also after an error.
func arrange(ctx context.Context, client *vcda.Client, plan string, wanted []vcda.NewRecoveryStep) (*vcda.RecoveryPlan, []vcda.RecoveryStep, error) {
	steps, err := client.RecoverySteps(ctx, plan)
	for i := 0; err == nil && i < len(wanted); i++ {
		if indexOf(steps, wanted[i].Name) < 0 {
			err = client.AddRecoveryStep(ctx, plan, wanted[i])
		}
	}
	if err == nil {
		err = order(ctx, client, plan, wanted)
	}
	now, listed, readErr := read(ctx, client, plan)
	if readErr != nil {
		listed = steps
	}
	return now, listed, errors.Join(err, readErr)
}

// order moves steps into the wanted order.
func order(ctx context.Context, client *vcda.Client, plan string, wanted []vcda.NewRecoveryStep) error {
	for i, one := range wanted {
		steps, err := client.RecoverySteps(ctx, plan)
		if err != nil {
			return err
		}
		at := indexOf(steps, one.Name)
		switch {
		case at < 0 || len(steps) != len(wanted):
			return errStepsDiffer
		case at == i:
			continue
		}
		if err := client.MoveRecoveryStep(ctx, plan, steps[at].ID, steps[i].Sequence); err != nil {
			return err
		}
	}
	return nil
}

func indexOf(steps []vcda.RecoveryStep, name string) int {
	return slices.IndexFunc(steps, func(s vcda.RecoveryStep) bool { return s.Name == name })
}

// read reads a plan and its steps, nil if there is none.
func read(ctx context.Context, client *vcda.Client, id string) (*vcda.RecoveryPlan, []vcda.RecoveryStep, error) {
	plan, err := client.RecoveryPlan(ctx, id)
	if err != nil || plan == nil {
		return nil, nil, err
	}
	steps, err := client.RecoverySteps(ctx, id)
	return plan, steps, err
}

func (r *planResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...) // required also if the object is gone
	action := "read " + m.noun()
	client, absent := r.ClientOf(ctx, action, "recovery plan", req.Private)
	limit, diags := m.Timeouts.Read(ctx, readTimeout)
	resp.Diagnostics.Append(append(absent, diags...)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	plan, steps, err := read(ctx, client, m.ID.ValueString())
	switch {
	case err != nil:
		resp.Diagnostics.Append(detail(ctx, err).Unable(action))
	case plan == nil:
		resp.State.RemoveResource(ctx)
	default:
		resp.Diagnostics.Append(base.KeepInstance(ctx, client, resp.Private)...)
		m.report(*plan, steps, r.Clock.Now())
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
	}
}

// Update changes name and description, adds steps and moves them.
func (r *planResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m, prior model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	action := "change " + prior.noun()
	client, absent := r.ClientOf(ctx, action, "recovery plan", req.Private)
	limit, diags := m.Timeouts.Update(ctx, changeTimeout)
	resp.Diagnostics.Append(append(absent, diags...)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	m.ID = prior.ID
	if r.refuse(ctx, client, m, "change", &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	wanted, diags := m.wanted(ctx)
	resp.Diagnostics.Append(diags...)
	plan, steps, err := update(ctx, client, m, prior, wanted)
	if err != nil {
		d := detail(ctx, err)
		d.Consequence = "Earlier changes stay. The next plan shows the remaining ones."
		resp.Diagnostics.Append(d.Unable(action))
		return
	}
	m.report(*plan, steps, r.Clock.Now())
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func update(ctx context.Context, client *vcda.Client, m, prior model, wanted []vcda.NewRecoveryStep) (*vcda.RecoveryPlan, []vcda.RecoveryStep, error) {
	var change vcda.RecoveryPlanChange
	if !m.Name.Equal(prior.Name) {
		change.Name = m.Name.ValueStringPointer()
	}
	if !m.Description.Equal(prior.Description) {
		change.Description = m.Description.ValueStringPointer()
	}
	if change != (vcda.RecoveryPlanChange{}) {
		if err := client.ChangeRecoveryPlan(ctx, m.ID.ValueString(), change); err != nil {
			return nil, nil, err
		}
	}
	plan, steps, err := arrange(ctx, client, m.ID.ValueString(), wanted)
	if err == nil && plan == nil {
		err = errNotListed
	}
	return plan, steps, err
}

// Delete deletes the plan, unless a test of it is still to be cleaned up.
func (r *planResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	action := "delete " + m.noun()
	client, absent := r.ClientOf(ctx, action, "recovery plan", req.Private)
	limit, diags := m.Timeouts.Delete(ctx, changeTimeout)
	resp.Diagnostics.Append(append(absent, diags...)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	plan, err := client.RecoveryPlan(ctx, m.ID.ValueString())
	switch {
	case err == nil && plan == nil:
		return
	case err == nil && isTested(*plan):
		err = &refusedError{plan: *plan, reason: testActive}
	case err == nil:
		err = client.DeleteRecoveryPlan(ctx, plan.ID)
	}
	if err != nil {
		resp.Diagnostics.Append(detail(ctx, err).Unable(action))
	}
}
