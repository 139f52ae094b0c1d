// Package schemagate finds what a provider's schema takes away from the
// configurations that an earlier one accepted.
//
// It knows no blocks: another test sees to it that the provider has none.
package schemagate

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// Change breaks configurations.
type Change struct {
	Kind, Name string // of the object, like "resource" and "vcda_site_pairing"
	Attribute  string // its path in the object; empty for the whole object
	What       string
}

// String says what breaks, naming object and attribute as Names wants them.
func (c Change) String() string {
	subject := fmt.Sprintf("%s `%s`", c.Kind, c.Name)
	if c.Attribute != "" {
		subject += fmt.Sprintf(": `%s`", c.Attribute)
	}
	return subject + " " + c.What
}

// Names tells whether a text names object and attribute as code.
func (c Change) Names(text string) bool {
	return strings.Contains(text, "`"+c.Name+"`") && (c.Attribute == "" || strings.Contains(text, "`"+c.Attribute+"`"))
}

// Breaking compares two schemas of the provider of this name.
func Breaking(name string, before, after *tfjson.ProviderSchema) []Change {
	return slices.Concat(
		objects("provider", map[string]*tfjson.Schema{name: before.ConfigSchema}, map[string]*tfjson.Schema{name: after.ConfigSchema}, schema),
		objects("resource", before.ResourceSchemas, after.ResourceSchemas, schema),
		objects("data source", before.DataSourceSchemas, after.DataSourceSchemas, schema),
		objects("ephemeral resource", before.EphemeralResourceSchemas, after.EphemeralResourceSchemas, schema),
		objects("list resource", before.ListResourceSchemas, after.ListResourceSchemas, schema),
		objects("action", before.ActionSchemas, after.ActionSchemas, action),
		objects("identity of resource", before.ResourceIdentitySchemas, after.ResourceIdentitySchemas, identity),
		objects("function", before.Functions, after.Functions, function),
	)
}

// objects compares all objects of a kind.
func objects[S any](kind string, before, after map[string]S, compare func(was, is S) []Change) []Change {
	var all []Change
	for _, name := range names(before) {
		changes := []Change{{What: "is gone"}}
		if is, found := after[name]; found {
			changes = compare(before[name], is)
		}
		for _, change := range changes {
			change.Kind, change.Name = kind, name
			all = append(all, change)
		}
	}
	return all
}

func schema(was, is *tfjson.Schema) []Change {
	return append(version(was.Version, is.Version), attributes("", was.Block.Attributes, is.Block.Attributes)...)
}

// version must not fall: Terraform refuses a state that is newer than the provider.
func version(was, is uint64) []Change {
	if is < was {
		return []Change{{What: "has a lower schema version"}}
	}
	return nil
}

func action(was, is *tfjson.ActionSchema) []Change {
	return attributes("", was.Block.Attributes, is.Block.Attributes)
}

// attributes compares those of one object; prefix is the path to it.
func attributes(prefix string, before, after map[string]*tfjson.SchemaAttribute) []Change {
	var all []Change
	for _, name := range names(before) {
		if is, found := after[name]; found {
			all = append(all, attribute(prefix+name, before[name], is)...)
		} else {
			all = append(all, Change{Attribute: prefix + name, What: "is gone"})
		}
	}
	for _, name := range names(after) {
		if _, found := before[name]; !found && after[name].Required {
			all = append(all, Change{Attribute: prefix + name, What: "is new and required"})
		}
	}
	return all
}

func attribute(path string, was, is *tfjson.SchemaAttribute) []Change {
	if !sameType(was, is) {
		return []Change{{Attribute: path, What: "has another type"}}
	}
	var all []Change
	for _, rule := range []struct {
		broken bool
		what   string
	}{
		{!was.Required && is.Required, "is required now"},
		{settable(was) && !settable(is), "can no longer be set"},
		{was.Computed && !is.Computed, "is no longer computed"},
		{!was.WriteOnly && is.WriteOnly, "can no longer be read"},
		{was.WriteOnly && !is.WriteOnly, "no longer takes ephemeral values"},
		// An output that shows it has to say so.
		{!was.Sensitive && is.Sensitive, "is sensitive now"},
	} {
		if rule.broken {
			all = append(all, Change{Attribute: path, What: rule.what})
		}
	}
	if was.AttributeNestedType != nil {
		all = append(all, attributes(path+".", was.AttributeNestedType.Attributes, is.AttributeNestedType.Attributes)...)
	}
	return all
}

// sameType leaves out what is nested, which has attributes to compare.
func sameType(was, is *tfjson.SchemaAttribute) bool {
	if was.AttributeNestedType == nil || is.AttributeNestedType == nil {
		return was.AttributeNestedType == is.AttributeNestedType && was.AttributeType.Equals(is.AttributeType)
	}
	return was.AttributeNestedType.NestingMode == is.AttributeNestedType.NestingMode
}

func settable(a *tfjson.SchemaAttribute) bool { return a.Required || a.Optional }

func identity(was, is *tfjson.IdentitySchema) []Change {
	all := version(was.Version, is.Version)
	for _, name := range names(was.Attributes) {
		before, after := was.Attributes[name], is.Attributes[name]
		switch {
		case after == nil:
			all = append(all, Change{Attribute: name, What: "is gone"})
		case !before.IdentityType.Equals(after.IdentityType):
			all = append(all, Change{Attribute: name, What: "has another type"})
		case !before.RequiredForImport && after.RequiredForImport:
			all = append(all, Change{Attribute: name, What: "is required for import now"})
		}
	}
	for _, name := range names(is.Attributes) {
		if was.Attributes[name] == nil && is.Attributes[name].RequiredForImport {
			all = append(all, Change{Attribute: name, What: "is new and required for import"})
		}
	}
	return all
}

// function compares parameters by their place: calls don't name them.
func function(was, is *tfjson.FunctionSignature) []Change {
	var all []Change
	if !was.ReturnType.Equals(is.ReturnType) {
		all = append(all, Change{What: "returns another type"})
	}
	if len(was.Parameters) != len(is.Parameters) {
		return append(all, Change{What: "has another number of parameters"})
	}
	for i, before := range was.Parameters {
		all = append(all, parameter(before, is.Parameters[i])...)
	}
	if was.VariadicParameter != nil {
		all = append(all, parameter(was.VariadicParameter, is.VariadicParameter)...)
	}
	return all
}

func parameter(was, is *tfjson.FunctionParameter) []Change {
	switch {
	case is == nil:
		return []Change{{Attribute: was.Name, What: "is gone"}}
	case !was.Type.Equals(is.Type):
		return []Change{{Attribute: was.Name, What: "has another type"}}
	case was.IsNullable && !is.IsNullable:
		return []Change{{Attribute: was.Name, What: "can no longer be null"}}
	}
	return nil
}

func names[V any](of map[string]V) []string { return slices.Sorted(maps.Keys(of)) }
