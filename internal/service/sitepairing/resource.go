// Package sitepairing is the room of vcda_site_pairing.
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
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// The default times of the operations.
const (
	changeTimeout = 10 * time.Minute
	readTimeout   = time.Minute
)

type pairing struct{ data providerdata.Data }

var (
	_ resource.ResourceWithConfigure      = &pairing{}
	_ resource.ResourceWithImportState    = &pairing{}
	_ resource.ResourceWithModifyPlan     = &pairing{}
	_ resource.ResourceWithValidateConfig = &pairing{}
	_ resource.ResourceWithIdentity       = &pairing{}
	_ resource.ResourceWithMoveState      = &pairing{}
)

// NewResource is the resource vcda_site_pairing.
func NewResource() resource.Resource { return &pairing{} }

func (r *pairing) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_site_pairing"
	resp.ResourceBehavior.MutableIdentity = true // see identify
}

func (r *pairing) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	data, diags := providerdata.Configured(req.ProviderData)
	r.data = data
	resp.Diagnostics.Append(diags...)
}

// peer finds the client and the service for the site of a model.
func (r *pairing) peer(ctx context.Context, m model, action string) (*peer, diag.Diagnostics) {
	client, diags := r.data.VCDA.Client()
	if diags.HasError() {
		return nil, diags
	}
	var service vcda.Service
	err := read(ctx, client.Clock(), func() (err error) {
		service, err = client.Service(ctx)
		return err
	})
	if err != nil {
		return nil, diag.Diagnostics{diagnostics.Unable(ctx, action, err)}
	}
	return m.peer(client, service), nil
}

func (r *pairing) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	limit, diags := m.Timeouts.Create(ctx, changeTimeout)
	resp.Diagnostics.Append(diags...)
	ctx, cancel := r.data.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	p, diags := r.peer(ctx, m, m.action("pair"))
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if p.service == vcda.Cloud && p.wanted.Site == "" {
		resp.Diagnostics.Append(missingSite())
		return
	}
	resp.Diagnostics.Append(r.own(ctx, m, resp.Private)...)
	defer func() {
		if resp.Diagnostics.HasError() {
			r.disown(m)
		}
	}()
	result, err := p.create(ctx)
	resp.Diagnostics.Append(result.warnings...)
	if err == nil && p.wanted.Site != "" && result.site.Site != "" && result.site.Site != p.wanted.Site {
		resp.Diagnostics.Append(otherName(p.wanted, *result.site))
		return
	}
	if err == nil && m.WaitForLink.ValueBool() {
		result.site, err = p.linked(ctx, result.site)
	}
	if err != nil {
		r.createFailed(ctx, p, &m, result, err, resp)
		return
	}
	m.report(*result.site, p.service)
	warnOfLink(ctx, p, *result.site, &resp.Diagnostics)
	resp.Diagnostics.Append(identify(ctx, resp.Identity, m.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// createFailed reports a create that did not come to its end. Whatever is saved
// beside an error, Terraform would destroy: so an error goes without state, and
// the next create takes over what the appliance goes on with. After Ctrl-C there
// is no error, and the state knows the task.
func (r *pairing) createFailed(ctx context.Context, p *peer, m *model, result outcome, err error, resp *resource.CreateResponse) {
	if !errors.Is(err, context.Canceled) || result.task.ID == "" {
		resp.Diagnostics.Append(explainCreate(ctx, p, result, err))
		return
	}
	if result.site != nil {
		m.report(*result.site, p.service)
		resp.Diagnostics.AddWarning("Interrupted while waiting for the link", "The pairing has succeeded. Whether the link works, the next plan or apply finds out.")
	} else {
		m.interrupted(result.task)
		m.ID = base.StringOrNull(p.id) // known where a pairing was taken over
		resp.Diagnostics.AddWarning("Interrupted while pairing", goesOn(result.task)+" The next plan or apply finds out what came of it.")
	}
	resp.Diagnostics.Append(identify(ctx, resp.Identity, m.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func (r *pairing) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	r.data.Phase.Refreshes()
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	resp.Diagnostics.Append(identify(ctx, resp.Identity, m.ID)...) // even what is gone needs one
	if resp.Diagnostics.HasError() {
		return
	}
	limit, diags := m.Timeouts.Read(ctx, readTimeout)
	resp.Diagnostics.Append(diags...)
	ctx, cancel := r.data.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	prior := m
	site, told := r.current(ctx, &m, &resp.Diagnostics)
	switch {
	case !told: // the state stays as it is
	case site == nil:
		resp.State.RemoveResource(ctx)
	default:
		m.refresh(*site)
		resp.Diagnostics.Append(keepMark(ctx, req.Private, resp.Private)...)
		if reflect.DeepEqual(m, prior) {
			return // as most of a large estate: the state is what it was
		}
		resp.Diagnostics.Append(identify(ctx, resp.Identity, m.ID)...)
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
	}
}

// current is the pairing as the appliance has it now, nil where there is none. It
// is false when that can't be told: after an error, and while a task goes on.
func (r *pairing) current(ctx context.Context, m *model, diags *diag.Diagnostics) (site *vcda.Site, told bool) {
	client, absent := r.data.VCDA.Client()
	if absent.HasError() {
		diags.Append(absent...)
		return nil, false
	}
	var err error
	if m.PendingTaskID.IsNull() && !m.ID.IsNull() {
		site, err = client.Peer(ctx, m.ID.ValueString()) // reads that run together share one list
	} else if site, told, err = r.settle(ctx, m, diags); !told {
		return nil, false
	}
	if err != nil {
		diags.Append(diagnostics.Unable(ctx, m.action("read"), err))
	}
	return site, err == nil
}

// settle finds the pairing that an interrupted operation left behind, once its
// task has ended.
func (r *pairing) settle(ctx context.Context, m *model, diags *diag.Diagnostics) (site *vcda.Site, settled bool, err error) {
	p, absent := r.peer(ctx, *m, m.action("read"))
	if absent.HasError() {
		diags.Append(absent...)
		return nil, false, nil
	}
	pending, settled := p.settlePending(ctx, *m, diags)
	if !settled || p.neverPaired(pending) {
		return nil, settled, nil // a pairing of the same site would be somebody else's
	}
	if site, err = p.find(ctx, p.now()); site != nil {
		m.ID = types.StringValue(site.Key(p.service))
	}
	return site, true, err
}

func (r *pairing) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m, prior model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	if resp.Diagnostics.HasError() {
		return
	}
	limit, diags := m.Timeouts.Update(ctx, changeTimeout)
	resp.Diagnostics.Append(diags...)
	ctx, cancel := r.data.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	m.ID = prior.ID // what the configuration can't know
	p, diags := r.peer(ctx, m, prior.action("change"))
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	result, err := p.update(ctx, prior, m)
	resp.Diagnostics.Append(result.warnings...)
	if err != nil {
		keepPending(ctx, &resp.State, result.task, &resp.Diagnostics)
		resp.Diagnostics.Append(explainChange(ctx, prior.action("change"), result, err))
		return
	}
	r.disown(prior)
	resp.Diagnostics.Append(r.keep(ctx, m, req.Private)...)
	m.report(*result.site, p.service)
	warnOfLink(ctx, p, *result.site, &resp.Diagnostics)
	resp.Diagnostics.Append(identify(ctx, resp.Identity, m.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func (r *pairing) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	limit, diags := m.Timeouts.Delete(ctx, changeTimeout)
	resp.Diagnostics.Append(diags...)
	ctx, cancel := r.data.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	p, diags := r.peer(ctx, m, m.action("unpair"))
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	task, err := p.unpair(ctx, m.PendingTaskID.ValueString())
	resp.Diagnostics.Append(warningsOf(task)...)
	if err != nil {
		keepPending(ctx, &resp.State, task, &resp.Diagnostics)
		resp.Diagnostics.Append(explainChange(ctx, m.action("unpair"), outcome{task: task}, err))
		return
	}
	r.disown(m)
}

// keepPending notes in a state that stays otherwise as it was that a task was
// still running.
func keepPending(ctx context.Context, state *tfsdk.State, task vcda.Task, diags *diag.Diagnostics) {
	if task.ID != "" && !task.Ended() {
		diags.Append(state.SetAttribute(ctx, path.Root("pending_task_id"), task.ID)...)
	}
}
