package schemagate_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/zclconf/go-cty/cty"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/schemagate"
)

// base has one object of each kind. Each call makes a new one, for tests to change.
func base() *tfjson.ProviderSchema {
	return &tfjson.ProviderSchema{
		ConfigSchema: object(),
		ResourceSchemas: map[string]*tfjson.Schema{"vcda_thing": {Version: 2, Block: &tfjson.SchemaBlock{
			Attributes: map[string]*tfjson.SchemaAttribute{
				"id":       {AttributeType: cty.String, Computed: true},
				"name":     {AttributeType: cty.String, Required: true},
				"note":     {AttributeType: cty.String, Optional: true, Computed: true},
				"password": {AttributeType: cty.String, Optional: true, WriteOnly: true},
				"roles":    {AttributeType: cty.Set(cty.String), Computed: true},
				"login": {Optional: true, AttributeNestedType: &tfjson.SchemaNestedAttributeType{
					NestingMode: tfjson.SchemaNestingModeSingle,
					Attributes: map[string]*tfjson.SchemaAttribute{
						"user": {AttributeType: cty.String, Optional: true},
						"keys": {Optional: true, AttributeNestedType: &tfjson.SchemaNestedAttributeType{
							NestingMode: tfjson.SchemaNestingModeList,
							Attributes:  map[string]*tfjson.SchemaAttribute{"value": {AttributeType: cty.String, Required: true}},
						}},
					},
				}},
			},
		}}},
		DataSourceSchemas:        map[string]*tfjson.Schema{"vcda_thing": object()},
		EphemeralResourceSchemas: map[string]*tfjson.Schema{"vcda_thing": object()},
		ListResourceSchemas:      map[string]*tfjson.Schema{"vcda_thing": object()},
		ActionSchemas:            map[string]*tfjson.ActionSchema{"vcda_do": {Block: object().Block}},
		ResourceIdentitySchemas: map[string]*tfjson.IdentitySchema{"vcda_thing": {Version: 1, Attributes: map[string]*tfjson.IdentityAttribute{
			"id":   {IdentityType: cty.String, RequiredForImport: true},
			"zone": {IdentityType: cty.String, OptionalForImport: true},
		}}},
		Functions: map[string]*tfjson.FunctionSignature{"trim": {
			ReturnType:        cty.String,
			Parameters:        []*tfjson.FunctionParameter{{Name: "text", Type: cty.String, IsNullable: true}},
			VariadicParameter: &tfjson.FunctionParameter{Name: "more", Type: cty.String},
		}},
	}
}

func object() *tfjson.Schema {
	return &tfjson.Schema{Block: &tfjson.SchemaBlock{
		Attributes: map[string]*tfjson.SchemaAttribute{"url": {AttributeType: cty.String, Optional: true}},
	}}
}

// schemas are the parts of a schema that tests change.
type schemas struct {
	*tfjson.ProviderSchema
	thing, login, keys map[string]*tfjson.SchemaAttribute
	identity           map[string]*tfjson.IdentityAttribute
	trim               *tfjson.FunctionSignature
}

func changeable() schemas {
	all := base()
	thing := all.ResourceSchemas["vcda_thing"].Block.Attributes
	login := thing["login"].AttributeNestedType.Attributes
	return schemas{
		ProviderSchema: all,
		thing:          thing,
		login:          login,
		keys:           login["keys"].AttributeNestedType.Attributes,
		identity:       all.ResourceIdentitySchemas["vcda_thing"].Attributes,
		trim:           all.Functions["trim"],
	}
}

func TestBreaking(t *testing.T) {
	t.Parallel()
	required := &tfjson.SchemaAttribute{AttributeType: cty.String, Required: true}
	for _, test := range []struct {
		change func(s schemas)
		want   string
	}{
		{func(s schemas) { delete(s.ConfigSchema.Block.Attributes, "url") }, "provider `vcda`: `url` is gone"},
		{func(s schemas) { delete(s.ResourceSchemas, "vcda_thing") }, "resource `vcda_thing` is gone"},
		{func(s schemas) { delete(s.DataSourceSchemas, "vcda_thing") }, "data source `vcda_thing` is gone"},
		{func(s schemas) { delete(s.EphemeralResourceSchemas, "vcda_thing") }, "ephemeral resource `vcda_thing` is gone"},
		{func(s schemas) { delete(s.ListResourceSchemas, "vcda_thing") }, "list resource `vcda_thing` is gone"},
		{func(s schemas) { delete(s.ActionSchemas, "vcda_do") }, "action `vcda_do` is gone"},
		{func(s schemas) { delete(s.ResourceIdentitySchemas, "vcda_thing") }, "identity of resource `vcda_thing` is gone"},
		{func(s schemas) { delete(s.Functions, "trim") }, "function `trim` is gone"},

		{func(s schemas) { s.ResourceSchemas["vcda_thing"].Version = 1 }, "resource `vcda_thing` has a lower schema version"},
		{func(s schemas) { s.thing["zone"] = required }, "resource `vcda_thing`: `zone` is new and required"},
		{func(s schemas) { s.thing["id"].AttributeType = cty.Number }, "resource `vcda_thing`: `id` has another type"},
		{func(s schemas) { s.thing["roles"].AttributeType = cty.List(cty.String) }, "resource `vcda_thing`: `roles` has another type"},
		{func(s schemas) { s.thing["note"] = required }, "resource `vcda_thing`: `note` is required now, resource `vcda_thing`: `note` is no longer computed"},
		{func(s schemas) { s.thing["note"].Computed = false }, "resource `vcda_thing`: `note` is no longer computed"},
		{func(s schemas) { s.thing["note"].Optional = false }, "resource `vcda_thing`: `note` can no longer be set"},
		{func(s schemas) { s.thing["name"].Required, s.thing["name"].Computed = false, true }, "resource `vcda_thing`: `name` can no longer be set"},
		{func(s schemas) { s.thing["name"].WriteOnly = true }, "resource `vcda_thing`: `name` can no longer be read"},
		{func(s schemas) { s.thing["password"].WriteOnly = false }, "resource `vcda_thing`: `password` no longer takes ephemeral values"},
		{func(s schemas) { s.thing["id"].Sensitive = true }, "resource `vcda_thing`: `id` is sensitive now"},

		{func(s schemas) { s.thing["login"].AttributeNestedType.NestingMode = tfjson.SchemaNestingModeList }, "resource `vcda_thing`: `login` has another type"},
		{func(s schemas) { s.thing["login"] = &tfjson.SchemaAttribute{AttributeType: cty.String, Optional: true} }, "resource `vcda_thing`: `login` has another type"},
		{func(s schemas) {
			s.thing["note"] = &tfjson.SchemaAttribute{AttributeNestedType: s.thing["login"].AttributeNestedType}
		}, "resource `vcda_thing`: `note` has another type"},
		{func(s schemas) { delete(s.login, "user") }, "resource `vcda_thing`: `login.user` is gone"},
		{func(s schemas) { s.login["org"] = required }, "resource `vcda_thing`: `login.org` is new and required"},
		{func(s schemas) { s.keys["value"].AttributeType = cty.Bool }, "resource `vcda_thing`: `login.keys.value` has another type"},

		{func(s schemas) { s.DataSourceSchemas["vcda_thing"].Block.Attributes["url"] = required }, "data source `vcda_thing`: `url` is required now"},
		{func(s schemas) { s.ActionSchemas["vcda_do"].Block.Attributes["id"] = required }, "action `vcda_do`: `id` is new and required"},

		{func(s schemas) { s.ResourceIdentitySchemas["vcda_thing"].Version = 0 }, "identity of resource `vcda_thing` has a lower schema version"},
		{func(s schemas) { delete(s.identity, "zone") }, "identity of resource `vcda_thing`: `zone` is gone"},
		{func(s schemas) { s.identity["id"].IdentityType = cty.Number }, "identity of resource `vcda_thing`: `id` has another type"},
		{func(s schemas) { s.identity["zone"].RequiredForImport = true }, "identity of resource `vcda_thing`: `zone` is required for import now"},
		{func(s schemas) { s.identity["org"] = &tfjson.IdentityAttribute{RequiredForImport: true} }, "identity of resource `vcda_thing`: `org` is new and required for import"},

		{func(s schemas) { s.trim.ReturnType = cty.Bool }, "function `trim` returns another type"},
		{func(s schemas) { s.trim.Parameters = nil }, "function `trim` has another number of parameters"},
		{func(s schemas) { s.trim.Parameters = append(s.trim.Parameters, s.trim.Parameters[0]) }, "function `trim` has another number of parameters"},
		{func(s schemas) { s.trim.Parameters[0].Type = cty.Bool }, "function `trim`: `text` has another type"},
		{func(s schemas) { s.trim.Parameters[0].IsNullable = false }, "function `trim`: `text` can no longer be null"},
		{func(s schemas) { s.trim.VariadicParameter.Type = cty.Bool }, "function `trim`: `more` has another type"},
		{func(s schemas) { s.trim.VariadicParameter = nil }, "function `trim`: `more` is gone"},
	} {
		t.Run(test.want, func(t *testing.T) {
			t.Parallel()
			s := changeable()
			test.change(s)
			if diff := cmp.Diff(test.want, list(schemagate.Breaking("vcda", base(), s.ProviderSchema))); diff != "" {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNotBreaking(t *testing.T) {
	t.Parallel()
	optional := &tfjson.SchemaAttribute{AttributeType: cty.String, Optional: true}
	for name, change := range map[string]func(s schemas){
		"nothing":                     func(schemas) {},
		"a new object":                func(s schemas) { s.ResourceSchemas["vcda_other"] = object() },
		"a new attribute":             func(s schemas) { s.thing["zone"] = optional },
		"a new nested attribute":      func(s schemas) { s.login["org"] = optional },
		"required, now optional":      func(s schemas) { s.thing["name"].Required, s.thing["name"].Optional = false, true },
		"computed, now optional, too": func(s schemas) { s.thing["id"].Optional = true },
		"optional, now computed, too": func(s schemas) { s.login["user"].Computed = true },
		"a deprecation":               func(s schemas) { s.thing["name"].Deprecated = true },
		"a description":               func(s schemas) { s.thing["name"].Description = "Its name." },
		"a higher version":            func(s schemas) { s.ResourceSchemas["vcda_thing"].Version = 3 },
		"a new optional identity":     func(s schemas) { s.identity["org"] = &tfjson.IdentityAttribute{OptionalForImport: true} },
		"identity no longer required": func(s schemas) {
			s.identity["id"] = &tfjson.IdentityAttribute{IdentityType: cty.String, OptionalForImport: true}
		},
		"a parameter's name":      func(s schemas) { s.trim.Parameters[0].Name = "words" },
		"a parameter may be null": func(s schemas) { s.trim.VariadicParameter.IsNullable = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := changeable()
			change(s)
			if changes := schemagate.Breaking("vcda", base(), s.ProviderSchema); len(changes) > 0 {
				t.Errorf("it breaks: %s", list(changes))
			}
		})
	}
}

// TestNotBreakingSensitive: what was sensitive may be shown.
func TestNotBreakingSensitive(t *testing.T) {
	t.Parallel()
	before := changeable()
	before.thing["id"].Sensitive = true
	if changes := schemagate.Breaking("vcda", before.ProviderSchema, base()); len(changes) > 0 {
		t.Errorf("it breaks: %s", list(changes))
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	nested := schemagate.Change{Kind: "resource", Name: "vcda_thing", Attribute: "login.user", What: "is gone"}
	whole := schemagate.Change{Kind: "resource", Name: "vcda_thing", What: "is gone"}
	for _, test := range []struct {
		change schemagate.Change
		text   string
		want   bool
	}{
		{nested, "Resource `vcda_thing`: `login.user` is gone.", true},
		{nested, nested.String(), true},
		{nested, "Resource `vcda_thing`: `login` is gone.", false},
		{nested, "Resource `vcda_things`: `login.user` is gone.", false},
		{nested, "Resource vcda_thing: login.user is gone.", false},
		{whole, "Resource `vcda_thing` is gone.", true},
		{whole, "Resource `vcda_other` is gone.", false},
	} {
		if got := test.change.Names(test.text); got != test.want {
			t.Errorf("%q names %q: got %t, want %t", test.text, test.change, got, test.want)
		}
	}
}

// list puts changes on one line.
func list(changes []schemagate.Change) string {
	texts := make([]string, 0, len(changes))
	for _, change := range changes {
		texts = append(texts, change.String())
	}
	return strings.Join(texts, ", ")
}
