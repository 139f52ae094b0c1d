package replicationbase

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// StringOf is a text in an object, "" where it is null.
func StringOf(object types.Object, name string) string {
	text, _ := object.Attributes()[name].(interface{ ValueString() string })
	if text == nil {
		return ""
	}
	return text.ValueString()
}

// IDOf is an id of Cloud Director in an object, as it is sent.
func IDOf(object types.Object, name string) string { return sentID(StringOf(object, name)) }

// sentID is an id without the beginning of a URN.
func sentID(text string) string {
	if id, err := values.UUID(text); err == nil {
		return id
	}
	return text
}

// ObjectOf is an object in an object.
func ObjectOf(object types.Object, name string) types.Object {
	inner, _ := object.Attributes()[name].(types.Object)
	return inner
}

// IntsOf are the numbers of a list in an object.
func IntsOf(object types.Object, name string) []int64 {
	list, _ := object.Attributes()[name].(types.List)
	return ints(list)
}

func ints(list types.List) []int64 {
	var out []int64
	for _, element := range list.Elements() {
		if n, ok := element.(types.Int64); ok {
			out = append(out, n.ValueInt64())
		}
	}
	return out
}

// IntsByVM are the numbers of a map of lists in an object, by the id of a VM as it
// is sent.
func IntsByVM(object types.Object, name string) map[string][]int64 {
	byVM, _ := object.Attributes()[name].(types.Map)
	var out map[string][]int64
	for id, element := range byVM.Elements() {
		if list, ok := element.(types.List); ok {
			if out == nil {
				out = map[string][]int64{}
			}
			out[sentID(id)] = ints(list)
		}
	}
	return out
}

// StringsOf are the texts of a list in an object.
func StringsOf(object types.Object, name string) []string {
	list, _ := object.Attributes()[name].(types.List)
	var out []string
	for _, element := range list.Elements() {
		if text, ok := element.(types.String); ok {
			out = append(out, text.ValueString())
		}
	}
	return out
}

// Shown is the value of an attribute as the appliance shows it. What it does not show
// stays as it is configured, and null where it is not.
func Shown[V attr.Value](object types.Object, name, text string, shown V) attr.Value {
	if present := object.Attributes()[name]; text == "" && present != nil && !present.IsUnknown() {
		return present
	}
	return shown
}

// With is an object of these types with some values changed.
func With(kinds map[string]attr.Type, object types.Object, changes map[string]attr.Value) types.Object {
	all := maps.Clone(object.Attributes())
	maps.Copy(all, changes)
	return types.ObjectValueMust(kinds, all)
}

// Empty is an object whose values are all null but those given.
func Empty(kinds map[string]attr.Type, given map[string]attr.Value) types.Object {
	all := map[string]attr.Value{}
	for name, kind := range kinds {
		all[name] = null(kind)
	}
	maps.Copy(all, given)
	return types.ObjectValueMust(kinds, all)
}

// null is the null of a type that schemas of replications use.
func null(kind attr.Type) attr.Value {
	switch kind := kind.(type) {
	case types.ObjectType:
		return types.ObjectNull(kind.AttrTypes)
	case types.ListType:
		return types.ListNull(kind.ElemType)
	case types.MapType:
		return types.MapNull(kind.ElemType)
	case customtypes.NormalizedStringType:
		return kind.Null()
	}
	switch kind {
	case types.Int64Type:
		return types.Int64Null()
	case types.BoolType:
		return types.BoolNull()
	}
	return types.StringNull()
}

// TypesOf are the types of the attributes of an object among some types.
func TypesOf(kinds map[string]attr.Type, name string) map[string]attr.Type {
	inner, _ := kinds[name].(types.ObjectType)
	return inner.AttrTypes
}

// Int64List is a list of numbers, null where there are none.
func Int64List(numbers []int64) types.List {
	if len(numbers) == 0 {
		return types.ListNull(types.Int64Type)
	}
	elements := []attr.Value{}
	for _, n := range numbers {
		elements = append(elements, types.Int64Value(n))
	}
	return types.ListValueMust(types.Int64Type, elements)
}
