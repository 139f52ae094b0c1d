// Package replicationbase holds what the resources of all kinds of replications
// share: the common part of model and schema, the life of a replication from create
// to destroy, import, list, and their messages.
package replicationbase

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// Common is what replications of every kind have.
type Common struct {
	ID             types.String                 `tfsdk:"id"`
	Source         types.Object                 `tfsdk:"source"`
	Destination    types.Object                 `tfsdk:"destination"`
	Description    customtypes.NormalizedString `tfsdk:"description"`
	RPO            types.Int64                  `tfsdk:"rpo_minutes"`
	ConnectionType types.String                 `tfsdk:"data_connection_type"`
	Quiesced       types.Bool                   `tfsdk:"quiesced"`
	Retention      types.List                   `tfsdk:"retention_rules"`
	DiskType       types.String                 `tfsdk:"target_disk_type"`
	Migration      types.Bool                   `tfsdk:"migration"`
	Paused         types.Bool                   `tfsdk:"paused"`
	InitialSyncAt  types.String                 `tfsdk:"initial_sync_at"`
	WaitForSync    types.Bool                   `tfsdk:"wait_for_sync"`
	AdoptExisting  types.Bool                   `tfsdk:"adopt_existing"`
	CleanUpTest    types.Bool                   `tfsdk:"cleanup_test_on_destroy"`
	Health         types.String                 `tfsdk:"health"`
	RecoveryState  types.String                 `tfsdk:"recovery_state"`
	Reversed       types.Bool                   `tfsdk:"reversed"`
	PendingTaskID  types.String                 `tfsdk:"pending_task_id"`
	Timeouts       timeouts.Value               `tfsdk:"timeouts"`
}

// Cloud is what replications of the Cloud service have beside that.
type Cloud struct {
	Owner        types.String `tfsdk:"owner"`
	SLAProfileID types.String `tfsdk:"sla_profile_id"`
}

// Model is the model of one kind of replication.
type Model interface {
	// Base and CloudBase are parts of the model; CloudBase is nil for the Manager
	// service.
	Base() *Common
	CloudBase() *Cloud

	// Ends converts source and destination.
	Ends() (replication.Source, replication.Destination)

	// Stored converts the network or recovery settings, nil where there are none.
	Stored(ctx context.Context) (any, diag.Diagnostics)

	// DiskCleanup is what becomes of the disks at a destroy, "" for the default.
	DiskCleanup() string

	// Report stores what only this kind has of a listed replication.
	Report(r vcda.Replication)

	// Import stores source and destination of a listed replication, and null where
	// the appliance shows nothing.
	Import(r vcda.Replication)
}

// retentionRule is a row of retention_rules.
type retentionRule struct {
	Instances types.Int64 `tfsdk:"instances"`
	Distance  types.Int64 `tfsdk:"distance_minutes"`
}

var retentionTypes = types.ObjectType{AttrTypes: map[string]attr.Type{"instances": types.Int64Type, "distance_minutes": types.Int64Type}}

// RetentionList converts retention rules.
func RetentionList(policy *vcda.RetentionPolicy) types.List {
	rows := []attr.Value{}
	if policy != nil {
		for _, rule := range policy.Rules {
			rows = append(rows, types.ObjectValueMust(retentionTypes.AttrTypes, map[string]attr.Value{
				"instances": types.Int64Value(rule.Instances), "distance_minutes": types.Int64Value(rule.Distance),
			}))
		}
	}
	return types.ListValueMust(retentionTypes, rows)
}

func retentionPolicy(ctx context.Context, list types.List) (*vcda.RetentionPolicy, diag.Diagnostics) {
	if list.IsNull() || list.IsUnknown() {
		return nil, nil
	}
	var rows []retentionRule
	diags := list.ElementsAs(ctx, &rows, false)
	policy := &vcda.RetentionPolicy{Rules: []vcda.RetentionRule{}}
	for _, row := range rows {
		policy.Rules = append(policy.Rules, vcda.RetentionRule{Instances: row.Instances.ValueInt64(), Distance: row.Distance.ValueInt64()})
	}
	return policy, diags
}

// SLAProfile is the profile that a model asks for, nil where it asks for none.
func SLAProfile(m Model) *string {
	if m.CloudBase() == nil {
		return nil
	}
	return known(m.CloudBase().SLAProfileID)
}

// settingsOf are the settings of a model that are known: in the plan of a create
// those that are configured.
func settingsOf(ctx context.Context, m Model) (vcda.SettingsChange, diag.Diagnostics) {
	c := m.Base()
	out := vcda.SettingsChange{Description: known(c.Description.StringValue), SLAProfileID: SLAProfile(m)}
	if at := c.initialSync(); !at.IsZero() {
		out.InitialSyncTime = new(at.UnixMilli())
	}
	if out.SLAProfileID != nil {
		return out, nil
	}
	out.RPO, out.ConnectionType, out.Quiesced = knownInt(c.RPO), known(c.ConnectionType), knownBool(c.Quiesced)
	var diags diag.Diagnostics
	if !c.Migration.ValueBool() {
		out.Retention, diags = retentionPolicy(ctx, c.Retention)
	}
	return out, diags
}

// settingsChange are the settings in which a plan differs from the state. Settings
// of one's own in place of an SLA profile are all sent: one of them is needed to
// drop it.
func settingsChange(ctx context.Context, p, prior, config Model) (vcda.SettingsChange, diag.Diagnostics) {
	c, before, configured := p.Base(), prior.Base(), config.Base()
	var out vcda.SettingsChange
	if !c.Description.Equal(before.Description) {
		out.Description = known(c.Description.StringValue)
	}
	if at := c.initialSync(); !at.Equal(before.initialSync()) && !at.IsZero() {
		out.InitialSyncTime = new(at.UnixMilli())
	}
	profile, was := SLAProfile(p), SLAProfile(prior)
	if profile != nil {
		if was == nil || *was != *profile {
			out.SLAProfileID = profile
		}
		return out, nil
	}
	isChange := func(plan, prior, config attr.Value) bool {
		return !plan.Equal(prior) || was != nil && !config.IsNull()
	}
	if isChange(c.RPO, before.RPO, configured.RPO) {
		out.RPO = knownInt(c.RPO)
	}
	if isChange(c.ConnectionType, before.ConnectionType, configured.ConnectionType) {
		out.ConnectionType = known(c.ConnectionType)
	}
	if isChange(c.Quiesced, before.Quiesced, configured.Quiesced) {
		out.Quiesced = knownBool(c.Quiesced)
	}
	var diags diag.Diagnostics
	if isChange(c.Retention, before.Retention, configured.Retention) {
		out.Retention, diags = retentionPolicy(ctx, c.Retention)
	}
	return out, diags
}

// spec is the replication that a model asks for.
func spec(ctx context.Context, kind vcda.Kind, m Model) (replication.Spec, diag.Diagnostics) {
	c := m.Base()
	source, destination := m.Ends()
	asked, diags := settingsOf(ctx, m)
	return replication.Spec{
		Kind: kind, Source: source, Destination: destination, Settings: asked, DiskType: known(c.DiskType),
		Migration: c.Migration.ValueBool(), Paused: c.Paused.ValueBool(), Adopt: c.AdoptExisting.ValueBool(),
	}, diags
}

// initialSync is the time of the first synchronization, zero where none is set.
// The schema has checked its form.
func (c *Common) initialSync() time.Time {
	at, _ := time.Parse(time.RFC3339, c.InitialSyncAt.ValueString())
	return at
}

// isDelayed reports whether the first synchronization is still to come.
func (c *Common) isDelayed(now time.Time) bool { return c.initialSync().After(now) }

// report stores a listed replication. Source and destination stay what was
// configured, also after a reverse.
func report(m Model, r vcda.Replication, now time.Time) {
	c := m.Base()
	has := replication.Settings(r)
	c.ID = types.StringValue(r.ID)
	if has.RPO != 0 || !isSet(c.Retention) { // else the settings are missing
		c.Description, c.Retention = customtypes.DescriptionType.Value(has.Description), RetentionList(has.Retention)
	}
	take(&c.RPO, Int64OrNull(has.RPO))
	take(&c.ConnectionType, base.StringOrNull(has.ConnectionType))
	take(&c.Quiesced, types.BoolPointerValue(has.Quiesced))
	take(&c.DiskType, base.StringOrNull(has.TargetDiskType))
	c.Migration, c.Reversed = types.BoolValue(r.IsMigration()), types.BoolValue(r.IsReversed())
	// The Manager service starts paused what is to be synchronized later.
	waits := !c.Paused.IsNull() && !c.Paused.ValueBool() && c.isDelayed(now)
	c.Paused = types.BoolValue(r.IsPaused() && !waits)
	c.Health, c.RecoveryState, c.PendingTaskID = base.StringOrNull(r.Health), types.StringValue(r.RecoveryState()), types.StringNull()
	if cloud := m.CloudBase(); cloud != nil {
		cloud.Owner = base.StringOrNull(r.Owner)
	}
	m.Report(r)
}

// take stores a value that the appliance shows. What it does not show stays as it is
// configured, and null where it is not.
func take[V attr.Value](value *V, shown V) {
	if !shown.IsNull() || (*value).IsUnknown() {
		*value = shown
	}
}

// Int64OrNull is a number, null for 0, as a response has it that lacks the field.
func Int64OrNull(n int64) types.Int64 {
	if n == 0 {
		return types.Int64Null()
	}
	return types.Int64Value(n)
}

// defaults gives the arguments that the appliance knows nothing of the values they
// have when they are not configured, as after an import.
func defaults(m Model) {
	c := m.Base()
	for _, flag := range []*types.Bool{&c.WaitForSync, &c.AdoptExisting, &c.CleanUpTest} {
		if flag.IsNull() {
			*flag = types.BoolValue(false)
		}
	}
	if c.Timeouts.IsNull() {
		c.Timeouts = noTimeouts()
	}
}

// noTimeouts is a null of the type that the timeouts have in the schema.
func noTimeouts() timeouts.Value {
	operations := map[string]attr.Type{}
	for _, name := range []string{"create", "read", "update", "delete"} {
		operations[name] = types.StringType
	}
	return timeouts.Value{Object: types.ObjectNull(operations)}
}

// As converts an object whose values are all known.
func As[T any](ctx context.Context, object types.Object) (T, diag.Diagnostics) {
	var out T
	diags := object.As(ctx, &out, basetypes.ObjectAsOptions{})
	return out, diags
}

func known(v types.String) *string {
	if v.IsNull() || v.IsUnknown() {
		return nil
	}
	return v.ValueStringPointer()
}

func knownInt(v types.Int64) *int64 {
	if v.IsNull() || v.IsUnknown() {
		return nil
	}
	return v.ValueInt64Pointer()
}

func knownBool(v types.Bool) *bool {
	if v.IsNull() || v.IsUnknown() {
		return nil
	}
	return v.ValueBoolPointer()
}
