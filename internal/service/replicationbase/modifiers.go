package replicationbase

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/replication"
)

// replacement is the warning of a plan that replaces a replication.
func replacement(at path.Path) diag.Diagnostic {
	return diag.NewAttributeWarningDiagnostic(at, "Replacing a replication costs a full synchronization",
		fmt.Sprintf("A change of %s can't be made in place. The replication is stopped and started again: all instances are lost, and until the first synchronization has ended the workload is not protected. "+
			"To keep the replication, undo the change.", at))
}

// ReplaceString replaces the replication, with a warning.
func ReplaceString() planmodifier.String {
	return stringplanmodifier.RequiresReplaceIf(
		func(_ context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse) {
			resp.RequiresReplace = true
			resp.Diagnostics.Append(replacement(req.Path))
		}, replaces, replaces)
}

// ReplaceBool replaces the replication, with a warning.
func ReplaceBool() planmodifier.Bool {
	return boolplanmodifier.RequiresReplaceIf(
		func(_ context.Context, req planmodifier.BoolRequest, resp *boolplanmodifier.RequiresReplaceIfFuncResponse) {
			resp.RequiresReplace = true
			resp.Diagnostics.Append(replacement(req.Path))
		}, replaces, replaces)
}

// ReplaceList replaces the replication, with a warning. Another order of the elements is no change.
func ReplaceList() planmodifier.List { return replaceList{} }

type replaceList struct{}

func (replaceList) Description(context.Context) string { return replaces }

func (m replaceList) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (replaceList) PlanModifyList(_ context.Context, req planmodifier.ListRequest, resp *planmodifier.ListResponse) {
	switch {
	case req.State.Raw.IsNull() || req.Plan.Raw.IsNull() || req.PlanValue.Equal(req.StateValue):
	case sorted(req.PlanValue) == sorted(req.StateValue):
		resp.PlanValue = req.StateValue
	default:
		resp.RequiresReplace = true
		resp.Diagnostics.Append(replacement(req.Path))
	}
}

// sorted returns a text that is equal for lists of equal elements in any order.
func sorted(list types.List) string {
	if list.IsNull() || list.IsUnknown() {
		return list.String()
	}
	texts := []string{}
	for _, element := range list.Elements() {
		texts = append(texts, element.String())
	}
	slices.Sort(texts)
	return fmt.Sprint(texts)
}

// replaceDisks is ReplaceList for lists by the id of a VM, which may be a URN.
type replaceDisks struct{}

func (replaceDisks) Description(context.Context) string { return replaces }

func (m replaceDisks) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (replaceDisks) PlanModifyMap(_ context.Context, req planmodifier.MapRequest, resp *planmodifier.MapResponse) {
	switch {
	case req.State.Raw.IsNull() || req.Plan.Raw.IsNull() || req.PlanValue.Equal(req.StateValue):
	case !req.PlanValue.IsNull() && !req.PlanValue.IsUnknown() && maps.Equal(sortedByVM(req.PlanValue), sortedByVM(req.StateValue)):
		resp.PlanValue = req.StateValue
	default:
		resp.RequiresReplace = true
		resp.Diagnostics.Append(replacement(req.Path))
	}
}

func sortedByVM(byVM types.Map) map[string]string {
	out := map[string]string{}
	for id, element := range byVM.Elements() {
		if list, ok := element.(types.List); ok {
			out[sentID(id)] = sorted(list)
		}
	}
	return out
}

const replaces = "a change replaces the replication"

// replaceOtherValue replaces if both values are set and differ. A value that the appliance does not show is null
// after an import.
func replaceOtherValue() planmodifier.String {
	return stringplanmodifier.RequiresReplaceIf(
		func(_ context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse) {
			if resp.RequiresReplace = !req.StateValue.IsNull() && !req.PlanValue.IsNull(); resp.RequiresReplace {
				resp.Diagnostics.Append(replacement(req.Path))
			}
		}, replaces, replaces)
}

// keepAnyProfile keeps the storage profile that the appliance chose if any profile is configured.
type keepAnyProfile struct{}

func (keepAnyProfile) Description(context.Context) string {
	return "any profile is the one that the appliance chose"
}

func (m keepAnyProfile) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (keepAnyProfile) PlanModifyString(_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	isAny := req.ConfigValue.IsNull() || req.ConfigValue.ValueString() == replication.AnyProfile
	if isAny && !req.StateValue.IsNull() {
		resp.PlanValue = req.StateValue
	}
}
