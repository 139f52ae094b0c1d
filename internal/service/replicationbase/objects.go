package replicationbase

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// StringOf returns a text of an object, "" for null.
func StringOf(object types.Object, name string) string {
	text, _ := object.Attributes()[name].(interface{ ValueString() string })
	if text == nil {
		return ""
	}
	return text.ValueString()
}

// IDOf returns an id of Cloud Director of an object, as it is sent.
func IDOf(object types.Object, name string) string { return sentID(StringOf(object, name)) }

// sentID returns an id without the prefix of a URN.
func sentID(text string) string {
	if id, err := values.UUID(text); err == nil {
		return id
	}
	return text
}

// ObjectOf returns an object in an object.
func ObjectOf(object types.Object, name string) types.Object {
	inner, _ := object.Attributes()[name].(types.Object)
	return inner
}

// IntsOf returns the numbers of a list in an object.
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

// IntsByVM returns the numbers of a map of lists in an object, by the id of a VM as it is sent.
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

// StringsOf returns the texts of a list in an object.
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

// Shown returns a value that the appliance shows. A value that it does not show keeps the configured one, or null.
func Shown[V attr.Value](object types.Object, name, text string, shown V) attr.Value {
	if present := object.Attributes()[name]; text == "" && present != nil && !present.IsUnknown() {
		return present
	}
	return shown
}

// With returns an object of these types with some values changed.
func With(kinds map[string]attr.Type, object types.Object, changes map[string]attr.Value) types.Object {
	all := maps.Clone(object.Attributes())
	maps.Copy(all, changes)
	return types.ObjectValueMust(kinds, all)
}

// Empty returns an object with null values, except for those given.
func Empty(kinds map[string]attr.Type, given map[string]attr.Value) types.Object {
	all := map[string]attr.Value{}
	for name, kind := range kinds {
		all[name] = null(kind)
	}
	maps.Copy(all, given)
	return types.ObjectValueMust(kinds, all)
}

// null returns the null of a type that schemas of replications use.
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

// TypesOf returns the types of the attributes of an inner object.
func TypesOf(kinds map[string]attr.Type, name string) map[string]attr.Type {
	inner, _ := kinds[name].(types.ObjectType)
	return inner.AttrTypes
}

// Int64List is a list of numbers, null if it is empty.
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
