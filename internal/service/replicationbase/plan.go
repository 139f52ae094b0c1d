package replicationbase

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// ValidateConfig refuses arguments that exclude each other.
func (r *Resource[M, P]) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	p := P(new(M))
	resp.Diagnostics.Append(req.Config.Get(ctx, p)...)
	if resp.Diagnostics.HasError() {
		return
	}
	validateProfile(p, &resp.Diagnostics)
	c := p.Base()
	if c.Migration.ValueBool() {
		validateMigration(p, &resp.Diagnostics)
	}
	if rpo := c.RPO.ValueInt64(); rpo > 0 && rpo < frequentRPO {
		resp.Diagnostics.AddAttributeWarning(path.Root("rpo_minutes"), "A very short RPO",
			fmt.Sprintf("An RPO of %d minutes costs many resources, and most replication policies do not allow it. Use at least %d minutes.", rpo, frequentRPO))
	}
	validateRetention(ctx, c.Retention, &resp.Diagnostics)
}

// isSet reports whether a value is known and not null. The plan checks values that become known later.
func isSet(v attr.Value) bool { return !v.IsNull() && !v.IsUnknown() }

// validateProfile refuses an SLA profile together with the settings that it sets.
func validateProfile(m Model, diags *diag.Diagnostics) {
	if m.CloudBase() == nil || !isSet(m.CloudBase().SLAProfileID) {
		return
	}
	c := m.Base()
	for name, value := range map[string]attr.Value{
		"rpo_minutes": c.RPO, "data_connection_type": c.ConnectionType, "quiesced": c.Quiesced, "retention_rules": c.Retention,
	} {
		if isSet(value) {
			diags.AddAttributeError(path.Root(name), "Invalid combination of attributes",
				fmt.Sprintf("The SLA profile sets %s too. Remove %s or sla_profile_id.", name, name))
		}
	}
}

// validateRetention refuses rules that keep too many instances.
func validateRetention(ctx context.Context, list types.List, diags *diag.Diagnostics) {
	if slices.ContainsFunc(list.Elements(), attr.Value.IsUnknown) {
		return
	}
	policy, problems := retentionPolicy(ctx, list)
	diags.Append(problems...)
	if policy == nil {
		return
	}
	total := int64(0)
	for _, rule := range policy.Rules {
		total += rule.Instances
	}
	if total > maxInstances {
		diags.AddAttributeError(path.Root("retention_rules"), "Invalid retention_rules",
			fmt.Sprintf("The rules keep %d instances. An appliance keeps at most %d.", total, maxInstances))
	}
}

func validateMigration(p Model, diags *diag.Diagnostics) {
	if cloud := p.CloudBase(); cloud != nil && isSet(cloud.SLAProfileID) {
		diags.AddAttributeError(path.Root("sla_profile_id"), "Invalid combination of attributes", "A migration has no SLA profile. Remove sla_profile_id or migration.")
	}
	if list := p.Base().Retention; !list.IsNull() && len(list.Elements()) > 0 {
		diags.AddAttributeError(path.Root("retention_rules"), "Invalid combination of attributes", "A migration keeps no instances. Remove retention_rules or migration.")
	}
}

// ValidateEnds requires exactly one of the inner objects of the source and of the destination.
func ValidateEnds(ctx context.Context, config tfsdk.Config, sources, destinations []string) diag.Diagnostics {
	var diags diag.Diagnostics
	for name, inner := range map[string][]string{"source": sources, "destination": destinations} {
		var object types.Object
		diags.Append(config.GetAttribute(ctx, path.Root(name), &object)...)
		diags.Append(validateEnd(path.Root(name), object, inner)...)
	}
	return diags
}

func validateEnd(at path.Path, object types.Object, inner []string) diag.Diagnostics {
	if object.IsNull() || object.IsUnknown() {
		return nil
	}
	set := 0
	for _, name := range inner {
		switch one := ObjectOf(object, name); {
		case one.IsUnknown():
			return nil
		case !one.IsNull():
			set++
		}
	}
	if set == 1 {
		return nil
	}
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(at, "Invalid combination of attributes",
		fmt.Sprintf("Exactly one of %s must be set, and %d are.", joinNames(inner), set))}
}

// ModifyPlan plans no change for equal values, warns of settings that a change keeps, and checks what only the
// appliance knows.
func (r *Resource[M, P]) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	resp.Diagnostics.Append(r.planOwner(ctx, req)...)
	if !req.State.Raw.IsNull() && !req.Plan.Raw.IsNull() && r.sameArguments(ctx, req) {
		// The framework has planned every computed value as unknown, because the text of an equal value differs.
		resp.Plan.Raw = req.State.Raw
		return
	}
	r.ForResource.ModifyPlan(ctx, req, resp)
	if req.Plan.Raw.IsNull() || req.Plan.Raw.Equal(req.State.Raw) {
		return
	}
	if req.State.Raw.IsNull() {
		r.planCreate(ctx, req, resp)
		return
	}
	p, prior, config := P(new(M)), P(new(M)), P(new(M))
	resp.Diagnostics.Append(req.Plan.Get(ctx, p)...)
	resp.Diagnostics.Append(req.State.Get(ctx, prior)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.keepSettings(p, prior, config)
	resp.Diagnostics.Append(setChanged(ctx, &resp.Plan, p)...)
	if SLAProfile(prior) != nil && config.CloudBase().SLAProfileID.IsNull() && !hasOwnSettings(config.Base()) {
		resp.Diagnostics.AddAttributeWarning(path.Root("sla_profile_id"), "The SLA profile stays",
			"The API has no call that takes an SLA profile away: it stays in effect although it is removed from the configuration. Set rpo_minutes or another of the settings, which replaces the profile.")
	}
}

// planOwner records the owner of the replication, and refuses a resource that creates the replication of another one.
func (r *Resource[M, P]) planOwner(ctx context.Context, req resource.ModifyPlanRequest) diag.Diagnostics {
	if !req.State.Raw.IsNull() {
		var id types.String
		if diags := req.State.GetAttribute(ctx, path.Root("id"), &id); diags.HasError() {
			return diags
		}
		r.Owners.RecordState(id.ValueString())
	}
	if req.Plan.Raw.IsNull() || r.Reservations == nil {
		return nil
	}
	key, diags := r.configuredKey(ctx, req.Config)
	owner, _, more := base.Ownership(ctx, req.Private)
	diags.Append(more...)
	switch {
	case diags.HasError() || key == "":
		return diags
	case !req.State.Raw.IsNull():
		if !r.Reservations.PlanKeep(key) {
			diags.Append(plannedTwice())
		}
	case owner != "": // the create of a replacement
	case !r.Reservations.PlanCreate(key):
		diags.Append(plannedTwice())
	}
	return diags
}

// configuredKey returns the key of the configured replication, "" while its source or destination is not fully known.
func (r *Resource[M, P]) configuredKey(ctx context.Context, config tfsdk.Config) (string, diag.Diagnostics) {
	var values map[string]tftypes.Value
	if config.Raw.As(&values) != nil || !values["source"].IsFullyKnown() || !values["destination"].IsFullyKnown() {
		return "", nil
	}
	p := P(new(M))
	diags := config.GetAttribute(ctx, path.Root("source"), &p.Base().Source)
	diags.Append(config.GetAttribute(ctx, path.Root("destination"), &p.Base().Destination)...)
	if diags.HasError() {
		return "", diags
	}
	source, destination := p.Ends()
	return replication.Spec{Kind: r.Kind.Kind, Source: source, Destination: destination}.Key(), nil
}

// keepSettings keeps the settings that are not configured, unless a new SLA profile changes them.
func (r *Resource[M, P]) keepSettings(p, prior, config P) {
	c, before, configured := p.Base(), prior.Base(), config.Base()
	keep(&c.Description, before.Description, configured.Description)
	if cloud := p.CloudBase(); cloud != nil {
		keep(&cloud.Owner, prior.CloudBase().Owner, config.CloudBase().Owner)
		if !cloud.SLAProfileID.IsNull() && !cloud.SLAProfileID.Equal(prior.CloudBase().SLAProfileID) {
			c.RPO, c.ConnectionType, c.Quiesced, c.Retention = types.Int64Unknown(), types.StringUnknown(), types.BoolUnknown(), types.ListUnknown(retentionTypes)
			return
		}
	}
	keep(&c.RPO, before.RPO, configured.RPO)
	keep(&c.ConnectionType, before.ConnectionType, configured.ConnectionType)
	keep(&c.Quiesced, before.Quiesced, configured.Quiesced)
	keep(&c.Retention, before.Retention, configured.Retention)
}

// keep plans the value of the state if none is configured.
func keep[T interface{ IsNull() bool }](plan *T, prior, config T) {
	if config.IsNull() && !prior.IsNull() {
		*plan = prior
	}
}

func hasOwnSettings(c *Common) bool {
	return !c.RPO.IsNull() || !c.ConnectionType.IsNull() || !c.Quiesced.IsNull() || !c.Retention.IsNull()
}

// setChanged stores the settings of a model in a plan.
func setChanged(ctx context.Context, plan *tfsdk.Plan, m Model) diag.Diagnostics {
	c := m.Base()
	values := map[string]any{
		"description": c.Description, "rpo_minutes": c.RPO, "data_connection_type": c.ConnectionType, "quiesced": c.Quiesced, "retention_rules": c.Retention,
	}
	if cloud := m.CloudBase(); cloud != nil {
		values["owner"] = cloud.Owner
	}
	var diags diag.Diagnostics
	for name, value := range values {
		diags.Append(plan.SetAttribute(ctx, path.Root(name), value)...)
	}
	return diags
}

// sameArguments reports whether the plan changes no argument.
func (r *Resource[M, P]) sameArguments(ctx context.Context, req resource.ModifyPlanRequest) bool {
	var plan, prior, config map[string]tftypes.Value
	if req.Plan.Raw.As(&plan) != nil || req.State.Raw.As(&prior) != nil || req.Config.Raw.As(&config) != nil {
		return false
	}
	for name, attribute := range r.Kind.Schema(ctx).Attributes {
		isComputed := attribute.IsComputed() && config[name].IsNull()
		if !isComputed && !plan[name].Equal(prior[name]) {
			return false
		}
		if isComputed && attribute.IsOptional() && plan[name].IsFullyKnown() && !plan[name].Equal(prior[name]) { // a default
			return false
		}
	}
	return true
}

// planCreate checks a new replication. The create checks unknown values.
func (r *Resource[M, P]) planCreate(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	p := P(new(M))
	resp.Diagnostics.Append(req.Plan.Get(ctx, p)...)
	if resp.Diagnostics.HasError() {
		return
	}
	c := p.Base()
	if c.WaitForSync.ValueBool() && (c.Paused.ValueBool() || c.isDelayed(r.Clock.Now())) {
		resp.Diagnostics.AddAttributeError(path.Root("wait_for_sync"), "Invalid combination of attributes",
			"A replication that starts paused, or with initial_sync_at in the future, does not synchronize during the create. Remove wait_for_sync, paused or initial_sync_at.")
	}
	client, absent := r.VCDA.Client()
	if absent.HasError() || r.Preflight == nil {
		return
	}
	home, err := client.Home(ctx)
	if err != nil {
		return // the create reports it
	}
	if home.Service != r.Kind.Kind.Service() {
		_, err := r.site(ctx, "")
		resp.Diagnostics.Append(Explain(ctx, "plan the "+r.Noun, err))
		return
	}
	resp.Diagnostics.Append(r.warnOfSites(ctx, client, home, p)...)
}

// warnOfSites warns of sites that the appliance is not paired with yet.
func (r *Resource[M, P]) warnOfSites(ctx context.Context, client *vcda.Client, home vcda.Home, p P) diag.Diagnostics {
	sites, err := client.SharedSites(ctx)
	if err != nil {
		return nil
	}
	names := map[string]bool{home.Site: true}
	for _, s := range sites {
		names[s.Site] = true
	}
	var diags diag.Diagnostics
	for _, end := range []struct {
		at     string
		object types.Object
	}{{"source", p.Base().Source}, {"destination", p.Base().Destination}} {
		site, ok := end.object.Attributes()["site"].(types.String)
		if ok && (r.Kind.Kind == vcda.VSphere || !isOnPremises(end.object)) && !site.IsUnknown() && !site.IsNull() && !names[site.ValueString()] {
			diags.AddAttributeWarning(path.Root(end.at).AtName("site"), "Unknown site",
				fmt.Sprintf("The appliance is not paired with a site %q. The apply fails unless it is paired by then: correct the name, or pair first.", site.ValueString()))
		}
	}
	return diags
}

// isOnPremises reports whether an end is in a vCenter of a tenant's site, whose pairing the list of sites does not
// show.
func isOnPremises(end types.Object) bool {
	for name, value := range end.Attributes() {
		if strings.HasPrefix(name, "vcenter") && !value.IsNull() {
			return true
		}
	}
	return false
}

// joinNames lists names, such as "a, b or c".
func joinNames(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
