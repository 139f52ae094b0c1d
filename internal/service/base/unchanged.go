package base

import (
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// KeepUnchanged plans the state if no argument differs from it, and reports whether it did. The framework compares
// before equal forms of a value are normalized, and by then has planned every computed value as unknown.
func KeepUnchanged(req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) bool {
	var planned, prior map[string]tftypes.Value
	if resp.Plan.Raw.As(&planned) != nil || req.State.Raw.As(&prior) != nil || planned == nil || prior == nil {
		return false
	}
	for name, attribute := range resp.Plan.Schema.GetAttributes() {
		isArgument := attribute.IsRequired() || attribute.IsOptional()
		if isArgument && !planned[name].Equal(prior[name]) {
			return false
		}
	}
	resp.Plan.Raw = req.State.Raw
	return true
}
