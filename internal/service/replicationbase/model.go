// Package replicationbase holds the common parts of the resources of all kinds of replications: model and schema, the
// operations from create to destroy, import, list, and messages.
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

// Common holds the attributes of every kind of replication.
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

// Cloud holds the attributes that only replications of the Cloud service have.
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

	// Stored converts the network or recovery settings, nil if there are none.
	Stored(ctx context.Context) (any, diag.Diagnostics)

	// DiskCleanup returns the treatment of the disks in a destroy, "" for the default.
	DiskCleanup() string

	// Report stores the attributes that only this kind has, from a listed replication.
	Report(r vcda.Replication)

	// Import stores source and destination of a listed replication, and null for values that the appliance does not
	// show.
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

// SLAProfile returns the configured profile, nil if there is none.
func SLAProfile(m Model) *string {
	if m.CloudBase() == nil {
		return nil
	}
	return known(m.CloudBase().SLAProfileID)
}

// settingsOf returns the known settings of a model: in the plan of a create, the configured ones.
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

// settingsChange returns the settings in which a plan differs from the state. Own settings that replace an SLA
// profile are all sent, because the appliance drops the profile only with one of them.
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

// spec returns the configured replication.
func spec(ctx context.Context, kind vcda.Kind, m Model) (replication.Spec, diag.Diagnostics) {
	c := m.Base()
	source, destination := m.Ends()
	wanted, diags := settingsOf(ctx, m)
	return replication.Spec{
		Kind: kind, Source: source, Destination: destination, Settings: wanted, DiskType: known(c.DiskType),
		Migration: c.Migration.ValueBool(), Paused: c.Paused.ValueBool(), Adopt: c.AdoptExisting.ValueBool(),
	}, diags
}

// initialSync returns the time of the first synchronization, zero if none is set. The schema has checked its form.
func (c *Common) initialSync() time.Time {
	at, _ := time.Parse(time.RFC3339, c.InitialSyncAt.ValueString())
	return at
}

// isDelayed reports whether the first synchronization is in the future.
func (c *Common) isDelayed(now time.Time) bool { return c.initialSync().After(now) }

// report stores a listed replication. Source and destination keep the configured values, also after a reverse.
func report(m Model, r vcda.Replication, now time.Time) {
	c := m.Base()
	has := replication.Settings(r)
	c.ID = types.StringValue(r.ID)
	if has.RPO != 0 || !isSet(c.Retention) { // otherwise the response lacks the settings
		c.Description, c.Retention = customtypes.DescriptionType.Value(has.Description), RetentionList(has.Retention)
	}
	setIfShown(&c.RPO, Int64OrNull(has.RPO))
	setIfShown(&c.ConnectionType, base.StringOrNull(has.ConnectionType))
	setIfShown(&c.Quiesced, types.BoolPointerValue(has.Quiesced))
	setIfShown(&c.DiskType, base.StringOrNull(has.TargetDiskType))
	c.Migration, c.Reversed = types.BoolValue(r.IsMigration()), types.BoolValue(r.IsReversed())
	// The Manager service starts a replication paused if its synchronization is delayed.
	waits := !c.Paused.IsNull() && !c.Paused.ValueBool() && c.isDelayed(now)
	c.Paused = types.BoolValue(r.IsPaused() && !waits)
	c.Health, c.RecoveryState, c.PendingTaskID = base.StringOrNull(r.Health), types.StringValue(r.RecoveryState()), types.StringNull()
	if cloud := m.CloudBase(); cloud != nil {
		cloud.Owner = base.StringOrNull(r.Owner)
	}
	m.Report(r)
}

// setIfShown stores a value that the appliance shows. A value that it does not show keeps the configured one, or null.
func setIfShown[V attr.Value](value *V, shown V) {
	if !shown.IsNull() || (*value).IsUnknown() {
		*value = shown
	}
}

// Int64OrNull is a number, null for 0, which a response without the field has.
func Int64OrNull(n int64) types.Int64 {
	if n == 0 {
		return types.Int64Null()
	}
	return types.Int64Value(n)
}

// defaults sets the defaults of arguments that the appliance does not know, as after an import.
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

// noTimeouts returns a null of the type of the timeouts in the schema.
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
