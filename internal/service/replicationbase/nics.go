package replicationbase

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// NICsByVM describes the network cards of the VMs of a vApp. It takes any type, because a map of lists of objects
// would require each attribute of each object.
func NICsByVM() schema.DynamicAttribute {
	return schema.DynamicAttribute{
		Optional: true, Validators: []validator.Dynamic{nicsForm{}},
		MarkdownDescription: "Network cards after the recovery: a map by the id of the VM, of lists of objects with `index`, and optionally `connected`, `network`, `ip_address`, `ip_allocation_mode` (`DHCP`, `MANUAL`, `NONE` or `POOL`) and `reset_mac_address`. " +
			"`primary_nic`, `copy_source_nics`, `computer_name` and `guest_customization` apply to each VM of this map.",
	}
}

// nicsForm validates network cards by VM.
type nicsForm struct{}

func (nicsForm) Description(context.Context) string {
	return "a map by the id of a VM, of lists of network cards"
}

func (v nicsForm) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (nicsForm) ValidateDynamic(_ context.Context, req validator.DynamicRequest, resp *validator.DynamicResponse) {
	if _, err := nicsByVM(req.ConfigValue); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid nics", "The value must be a map by the id of a VM, of lists of network cards: "+err.Error()+".")
	}
}

// nicsByVM converts network cards by the id of their VM as it is sent. It leaves unknown values out.
func nicsByVM(value types.Dynamic) (map[string][]nic, error) {
	byVM := map[string][]nic{}
	if !isSet(value) || value.IsUnderlyingValueNull() || value.IsUnderlyingValueUnknown() {
		return byVM, nil
	}
	vms, ok := members(value.UnderlyingValue())
	if !ok {
		return nil, fmt.Errorf("it is not a map")
	}
	for _, id := range slices.Sorted(maps.Keys(vms)) {
		cards, ok := elements(vms[id])
		if !ok {
			return nil, fmt.Errorf("what %q has is not a list", id)
		}
		for i, card := range cards {
			if card.IsUnknown() {
				continue
			}
			one, err := convertNIC(card)
			if err != nil {
				return nil, fmt.Errorf("card %d of %q %w", i, id, err)
			}
			byVM[sentID(id)] = append(byVM[sentID(id)], one)
		}
	}
	return byVM, nil
}

// members returns the attributes of an object, or the elements of a map.
func members(v attr.Value) (map[string]attr.Value, bool) {
	switch v := v.(type) {
	case types.Object:
		return v.Attributes(), true
	case types.Map:
		return v.Elements(), true
	case types.Dynamic:
		if isSet(v) {
			return members(v.UnderlyingValue())
		}
	}
	return nil, false
}

// elements returns the elements of a list, none of an unknown list.
func elements(v attr.Value) ([]attr.Value, bool) {
	if v.IsUnknown() {
		return nil, true
	}
	switch v := v.(type) {
	case types.List:
		return v.Elements(), true
	case types.Set:
		return v.Elements(), true
	case types.Tuple:
		return v.Elements(), true
	case types.Dynamic:
		if !v.IsNull() {
			return elements(v.UnderlyingValue())
		}
	}
	return nil, false
}

// convertNIC converts one network card.
func convertNIC(v attr.Value) (nic, error) {
	var out nic
	attributes, ok := members(v)
	if !ok {
		return out, fmt.Errorf("is not an object")
	}
	for name, value := range attributes {
		var ok bool
		switch name {
		case "index":
			out.Index, ok = wholeNumber(value)
		case "connected":
			ok = assignTo(&out.Connected, value)
		case "network":
			ok = assignTo(&out.Network, value)
		case "ip_address":
			ok = assignTo(&out.Address, value) && isAddress(out.Address)
		case "ip_allocation_mode":
			ok = assignTo(&out.Mode, value) && (!isSet(out.Mode) || slices.Contains(allocationModes, out.Mode.ValueString()))
		case "reset_mac_address":
			ok = assignTo(&out.ResetMAC, value)
		default:
			return out, fmt.Errorf("has an attribute %s, which a network card does not have", name)
		}
		if !ok {
			return out, fmt.Errorf("has a wrong %s", name)
		}
	}
	if out.Index.IsNull() {
		return out, fmt.Errorf("has no index")
	}
	return out, nil
}

// assignTo stores a value of the type, and skips null and unknown values. It reports whether the value has the type.
func assignTo[V attr.Value](to *V, value attr.Value) bool {
	if !isSet(value) {
		return true
	}
	typed, ok := value.(V)
	if ok {
		*to = typed
	}
	return ok
}

// isAddress reports whether a text is null or an IP address.
func isAddress(text types.String) bool {
	_, err := values.IPAddress(text.ValueString())
	return !isSet(text) || err == nil
}

// wholeNumber converts a whole number that is not negative.
func wholeNumber(value attr.Value) (types.Int64, bool) {
	if value.IsUnknown() {
		return types.Int64Unknown(), true
	}
	number, ok := value.(types.Number)
	if !ok || number.IsNull() || !number.ValueBigFloat().IsInt() {
		return types.Int64Null(), false
	}
	n, _ := number.ValueBigFloat().Int64()
	return types.Int64Value(n), n >= 0
}
