package recoveryplan

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// The default times of a test and its clean-up.
const (
	testTimeout    = 4 * time.Hour
	cleanUpTimeout = 2 * time.Hour
)

// testResource is a failover test of a recovery plan. It exists while the last operation of the plan is a test that
// was not cleaned up.
type testResource struct{ base.ForResource }

var (
	_ resource.ResourceWithConfigure   = &testResource{}
	_ resource.ResourceWithImportState = &testResource{}
	_ resource.ResourceWithIdentity    = &testResource{}
)

// NewTestResource returns the resource vcda_recovery_plan_test.
func NewTestResource() resource.Resource { return &testResource{} }

type testModel struct {
	ID       types.String   `tfsdk:"id"`
	Plan     types.String   `tfsdk:"plan_id"`
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

func (m testModel) noun() string { return "the recovery plan " + m.Plan.ValueString() }

func (r *testResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_recovery_plan_test"
}

// Schema describes the resource.
func (r *testResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: experimental + "The failover test of a recovery plan: a create tests the plan, a destroy cleans up. The test exists while the last operation of the plan is a test that was not cleaned up. " +
			"After a create that fails or is interrupted, the test is tainted: a destroy or the next apply cleans it up. The plan stays.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				Computed: true, MarkdownDescription: "Id of the plan.",
				PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"plan_id": schema.StringAttribute{
				Required: true, MarkdownDescription: "Id of the recovery plan, which must not have `migration = true`. A change replaces the test.",
				Validators:    []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"timeouts": base.ResourceTimeouts(timeouts.Attributes(ctx, timeouts.Opts{
				Create: true, Read: true, Delete: true,
				CreateDescription: "Time for the test, with delays and prompts of the steps; default `4h`.",
				ReadDescription:   "Time for a read; default `2m`.",
				DeleteDescription: "Time for the clean-up; default `2h`.",
			})),
		},
	}
}

// IdentitySchema describes the identity: the id of the plan.
func (r *testResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.StringAttribute{RequiredForImport: true, Description: "Id of the recovery plan."},
	}}
}

// ImportState imports the test of a plan by the id of the plan.
func (r *testResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	resource.ImportStatePassthroughWithIdentity(ctx, path.Root("id"), path.Root("id"), req, resp)
}

// Create tests the plan. A test that may have begun is saved.
func (r *testResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m testModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	client, absent := r.VCDA.Client()
	limit, diags := m.Timeouts.Create(ctx, testTimeout)
	resp.Diagnostics.Append(append(absent, diags...)...)
	if resp.Diagnostics.HasError() {
		return
	}
	limited, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	resp.Diagnostics.Append(base.KeepInstance(ctx, client, resp.Private)...)
	e, err := begin(limited, client, m.Plan.ValueString(), vcda.PlanTest, logProgress(ctx))
	if err != nil {
		resp.Diagnostics.Append(detail(ctx, err).Unable("test " + m.noun()))
		return
	}
	out, err := e.run(limited)
	if err != nil {
		d := e.explain(ctx, out, err)
		if out.Sent {
			d.Consequence += " The test is in the state as tainted: a destroy or the next apply cleans it up."
		}
		resp.Diagnostics.Append(d.Unable("test " + m.noun()))
		if !out.Sent {
			return
		}
	}
	m.ID = m.Plan
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// logProgress logs the progress, because a resource can't show it.
func logProgress(ctx context.Context) func(string) {
	return func(message string) { tflog.Info(ctx, message) }
}

// Read keeps the test while it is not cleaned up.
func (r *testResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m testModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...) // required also if the object is gone
	action := "read the test of " + m.noun()
	client, absent := r.ClientOf(ctx, action, "test", req.Private)
	limit, diags := m.Timeouts.Read(ctx, readTimeout)
	resp.Diagnostics.Append(append(absent, diags...)...)
	if resp.Diagnostics.HasError() {
		return
	}
	m.Plan = m.ID // after an import
	ctx, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	plan, err := client.RecoveryPlan(ctx, m.ID.ValueString())
	switch {
	case err != nil:
		resp.Diagnostics.Append(detail(ctx, err).Unable(action))
	case plan == nil || !isTested(*plan) && !isCleaningUp(*plan):
		resp.State.RemoveResource(ctx)
	default:
		resp.Diagnostics.Append(base.KeepInstance(ctx, client, resp.Private)...)
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
	}
}

func isCleaningUp(p vcda.RecoveryPlan) bool {
	return p.Execution.LastOperation == vcda.PlanCleanUp && isExecuted(p)
}

// Update has only the timeouts to change.
func (r *testResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m testModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// Delete cleans up after the test has ended.
func (r *testResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m testModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	action := "clean up the test of " + m.noun()
	client, absent := r.ClientOf(ctx, action, "test", req.Private)
	limit, diags := m.Timeouts.Delete(ctx, cleanUpTimeout)
	resp.Diagnostics.Append(append(absent, diags...)...)
	if resp.Diagnostics.HasError() {
		return
	}
	limited, cancel := r.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	e, err := begin(limited, client, m.ID.ValueString(), vcda.PlanCleanUp, logProgress(ctx))
	if errors.Is(err, errNotListed) {
		return // nothing is left to clean up
	}
	if err != nil {
		resp.Diagnostics.Append(detail(ctx, err).Unable(action))
		return
	}
	if out, err := e.run(limited); err != nil {
		resp.Diagnostics.Append(e.explain(ctx, out, err).Unable(action))
	}
}
