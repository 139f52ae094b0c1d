package recoveryplan

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// executeTimeout is the default time of an action.
const executeTimeout = 4 * time.Hour

// executeAction fails over or migrates a recovery plan.
type executeAction struct {
	base.ForAction
	op          vcda.PlanOperation
	name        string // of the type, after the provider's
	verb        string // in messages
	description string
}

var _ action.ActionWithConfigure = &executeAction{}

// NewFailoverAction returns the action vcda_recovery_plan_failover.
func NewFailoverAction() action.Action {
	return &executeAction{
		op: vcda.PlanFailover, name: "recovery_plan_failover", verb: "fail over",
		description: "Fails over a recovery plan, step by step, and waits for its end.",
	}
}

// NewMigrateAction returns the action vcda_recovery_plan_migrate.
func NewMigrateAction() action.Action {
	return &executeAction{
		op: vcda.PlanMigrate, name: "recovery_plan_migrate", verb: "migrate",
		description: "Migrates a recovery plan with `migration = true`, step by step, and waits for its end.",
	}
}

func (a *executeAction) Metadata(_ context.Context, req action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + a.name
}

// Schema describes the action.
func (a *executeAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: experimental + a.description + " It shows each step as it is executed, the prompts that the plan waits at, and at the end the report, if the appliance has one. " +
			"If all steps are recovered already, nothing is sent. An interrupted action ends with an error; the appliance continues the plan, and the next run waits for it.",
		Attributes: map[string]schema.Attribute{
			"plan_id": schema.StringAttribute{
				Required: true, MarkdownDescription: "Id of the recovery plan.",
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"timeout": schema.StringAttribute{
				CustomType: customtypes.DurationType, Optional: true,
				MarkdownDescription: "Time for the action, with delays and prompts of the steps, such as `30m`; default `4h`.",
				Validators:          []validator.String{base.ValidBy(values.Timeout)},
			},
		},
	}
}

type actionModel struct {
	Plan    types.String                 `tfsdk:"plan_id"`
	Timeout customtypes.NormalizedString `tfsdk:"timeout"`
}

// Invoke executes the plan.
func (a *executeAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var m actionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	client, absent := a.VCDA.Client()
	resp.Diagnostics.Append(absent...)
	if resp.Diagnostics.HasError() {
		return
	}
	limit := executeTimeout
	if !m.Timeout.IsNull() {
		limit, _ = time.ParseDuration(m.Timeout.ValueString()) // the schema has checked it
	}
	limited, cancel := a.Clock.WithTimeout(ctx, limit, nil)
	defer cancel()
	show := func(message string) { resp.SendProgress(action.InvokeProgressEvent{Message: message}) }
	e, err := begin(limited, client, m.Plan.ValueString(), a.op, show)
	if err != nil {
		resp.Diagnostics.Append(detail(ctx, err).Unable(a.verb + " the recovery plan " + m.Plan.ValueString()))
		return
	}
	out, err := e.run(limited)
	if out.Sent && ctx.Err() == nil {
		for _, line := range e.report(ctx) {
			show(line)
		}
	}
	switch {
	case err != nil:
		d := e.explain(ctx, out, err)
		if errors.Is(err, context.DeadlineExceeded) {
			d.Advice = "Allow more time in the attribute timeout. The next run of the action waits for the plan."
		}
		resp.Diagnostics.Append(d.Unable(a.verb + " the recovery plan " + e.last.Name))
	case !out.Sent:
		show(fmt.Sprintf("All steps of the recovery plan %s are recovered. Nothing was sent.", e.last.Name))
	}
}
