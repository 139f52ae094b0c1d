package recoveryplan

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// model is a recovery plan as state and configuration hold it.
type model struct {
	ID            types.String                 `tfsdk:"id"`
	Name          types.String                 `tfsdk:"name"`
	Description   types.String                 `tfsdk:"description"`
	Migration     types.Bool                   `tfsdk:"migration"`
	ScheduledSync customtypes.NormalizedString `tfsdk:"scheduled_sync_at"`
	Steps         types.List                   `tfsdk:"steps"`
	Owner         types.String                 `tfsdk:"owner"`
	State         types.String                 `tfsdk:"state"`
	LastError     types.Object                 `tfsdk:"last_error"`
	Timeouts      timeouts.Value               `tfsdk:"timeouts"`
}

// step is an element of steps.
type step struct {
	Name         types.String                 `tfsdk:"name"`
	Delay        customtypes.NormalizedString `tfsdk:"delay"`
	Prompt       types.String                 `tfsdk:"prompt"`
	Replications types.Set                    `tfsdk:"replication_ids"`
}

var stepTypes = map[string]attr.Type{
	"name": types.StringType, "delay": customtypes.DurationType, "prompt": types.StringType, "replication_ids": types.SetType{ElemType: types.StringType},
}

var errorTypes = map[string]attr.Type{"code": types.StringType, "msg": types.StringType}

// stepsOf returns the steps of a list, none of an unknown list.
func stepsOf(ctx context.Context, list types.List) ([]step, diag.Diagnostics) {
	if list.IsNull() || list.IsUnknown() {
		return nil, nil
	}
	var steps []step
	diags := list.ElementsAs(ctx, &steps, false)
	return steps, diags
}

// isEqual reports whether two steps have equal values.
func (s step) isEqual(other step) bool {
	return s.Name.Equal(other.Name) && customtypes.DurationType.Same(s.Delay.ValueString(), other.Delay.ValueString()) &&
		s.Delay.IsUnknown() == other.Delay.IsUnknown() && s.Prompt.Equal(other.Prompt) && s.Replications.Equal(other.Replications)
}

// wire returns the step as it is sent. The schema has checked the delay.
func (s step) wire(ctx context.Context) (vcda.NewRecoveryStep, diag.Diagnostics) {
	delay, _ := time.ParseDuration(s.Delay.ValueString())
	out := vcda.NewRecoveryStep{Name: s.Name.ValueString(), Delay: delay.Milliseconds(), Prompt: s.Prompt.ValueString(), Replications: []string{}}
	diags := s.Replications.ElementsAs(ctx, &out.Replications, false)
	return out, diags
}

// wanted returns the steps of a model as they are sent, in their order.
func (m *model) wanted(ctx context.Context) ([]vcda.NewRecoveryStep, diag.Diagnostics) {
	steps, diags := stepsOf(ctx, m.Steps)
	var out []vcda.NewRecoveryStep
	for _, s := range steps {
		one, more := s.wire(ctx)
		diags.Append(more...)
		out = append(out, one)
	}
	return out, diags
}

// scheduledSync returns the time in milliseconds since the epoch, 0 if none is set. The schema has checked its form.
func (m *model) scheduledSync() int64 {
	at, err := time.Parse(time.RFC3339, m.ScheduledSync.ValueString())
	if err != nil {
		return 0
	}
	return at.UnixMilli()
}

// report stores a plan as the appliance shows it.
func (m *model) report(p vcda.RecoveryPlan, steps []vcda.RecoveryStep, now time.Time) {
	m.ID, m.Name, m.Description = types.StringValue(p.ID), types.StringValue(p.Name), types.StringValue(p.Description)
	m.Migration, m.Owner, m.State = types.BoolValue(p.Migration), base.StringOrNull(p.Owner), base.StringOrNull(p.Execution.State)
	switch at := m.scheduledSync(); {
	case p.ScheduledSync > 0 && p.ScheduledSync != at:
		m.ScheduledSync = customtypes.TimeType.Value(time.UnixMilli(p.ScheduledSync).UTC().Format(time.RFC3339))
	case p.ScheduledSync <= 0 && at > now.UnixMilli(): // a time in the past may have been cleared
		m.ScheduledSync = customtypes.TimeType.Null()
	}
	m.LastError = types.ObjectNull(errorTypes)
	if e := p.Execution.LastError; e != nil {
		m.LastError = types.ObjectValueMust(errorTypes, map[string]attr.Value{"code": types.StringValue(e.Code), "msg": types.StringValue(e.Msg)})
	}
	if len(steps) > 0 || !m.Steps.IsNull() {
		m.Steps = listOf(steps)
	}
}

func listOf(steps []vcda.RecoveryStep) types.List {
	rows := []attr.Value{}
	for _, s := range steps {
		ids := []attr.Value{}
		for _, id := range s.Replications {
			ids = append(ids, types.StringValue(id))
		}
		rows = append(rows, types.ObjectValueMust(stepTypes, map[string]attr.Value{
			"name": types.StringValue(s.Name), "delay": customtypes.DurationType.Value((time.Duration(s.Delay) * time.Millisecond).String()),
			"prompt": types.StringValue(s.Prompt), "replication_ids": types.SetValueMust(types.StringType, ids),
		}))
	}
	return types.ListValueMust(types.ObjectType{AttrTypes: stepTypes}, rows)
}
