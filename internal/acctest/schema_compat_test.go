package acctest_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
)

var updateSchema = flag.Bool("update-schema", false, "write "+releasedSchema+" again")

const releasedSchema = "testdata/released-schema.txt"

// TestSchemas_acceptReleasedConfigurations compares the schemas with those of the last release: nothing a
// configuration or a reference may name is gone or different, and nothing new is required.
func TestSchemas_acceptReleasedConfigurations(t *testing.T) {
	t.Parallel()
	now := schemaLines(direct.Serve(t, acctest.Factories(t)["vcda"]).Schemas())
	if *updateSchema {
		if err := os.WriteFile(releasedSchema, []byte(strings.Join(now, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(releasedSchema)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range breakingChanges(strings.Split(strings.TrimSpace(string(text)), "\n"), now) {
		t.Errorf("%s. When it is meant, describe it with make change as Breaking, and run make schema-baseline", problem)
	}
}

func TestBreakingChanges(t *testing.T) {
	t.Parallel()
	before := []string{"resource a.x: string, optional", "resource a.y: string, computed"}
	for name, test := range map[string]struct {
		now  []string
		want int
	}{
		"unchanged":           {before, 0},
		"new and optional":    {append([]string{"resource a.z: string, optional"}, before...), 0},
		"new and required":    {append([]string{"resource a.z: string, required"}, before...), 1},
		"new object":          {append([]string{"resource b.z: string, required"}, before...), 0},
		"gone":                {before[1:], 1},
		"different":           {[]string{"resource a.x: string, required", before[1]}, 1},
		"optional as well":    {[]string{before[0], "resource a.y: string, optional, computed"}, 0},
		"no longer required":  {[]string{"resource a.x: string, optional, computed", before[1]}, 0},
		"no longer an output": {[]string{before[0], "resource a.y: string, optional"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := breakingChanges(before, test.now); len(got) != test.want {
				t.Errorf("got %q, want %d", got, test.want)
			}
		})
	}
}

// breakingChanges compares two schemas as schemaLines returns them.
func breakingChanges(before, now []string) []string {
	var problems []string
	released := map[string]string{}
	objects := map[string]bool{}
	for _, line := range before {
		name, kind, _ := strings.Cut(line, ": ")
		released[name] = kind
		objects[objectOf(name)] = true
	}
	for _, line := range now {
		name, kind, _ := strings.Cut(line, ": ")
		was, found := released[name]
		delete(released, name)
		switch {
		case found && !accepts(kind, was):
			problems = append(problems, fmt.Sprintf("%s was %q and is %q", name, was, kind))
		case !found && objects[objectOf(name)] && strings.Contains(kind, "required"):
			problems = append(problems, name+" is new and required")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(released)) {
		problems = append(problems, name+" is gone")
	}
	return problems
}

func objectOf(name string) string {
	object, _, _ := strings.Cut(name, ".")
	return object
}

// accepts reports whether an attribute can be used as it could be before: it has the same type and may be
// less strict.
func accepts(kind, was string) bool {
	is, old := strings.Split(kind, ", "), strings.Split(was, ", ")
	for _, property := range old {
		weaker := property == "required" && slices.Contains(is, "optional") || property == "sensitive"
		if !weaker && !slices.Contains(is, property) {
			return false
		}
	}
	for _, property := range is {
		if (property == "required" || property == "sensitive" || property == "write-only") && !slices.Contains(old, property) {
			return false
		}
	}
	return true
}

// schemaLines is a line for each attribute, such as "resource vcda_site_pairing.api_url: string, required".
func schemaLines(all *tfprotov6.GetProviderSchemaResponse) []string {
	lines := attributeLines("provider.", all.Provider.Block.Attributes)
	for kind, schemas := range map[string]map[string]*tfprotov6.Schema{
		"resource": all.ResourceSchemas, "data source": all.DataSourceSchemas,
		"ephemeral resource": all.EphemeralResourceSchemas, "list resource": all.ListResourceSchemas,
	} {
		for name, schema := range schemas {
			lines = append(lines, attributeLines(kind+" "+name+".", schema.Block.Attributes)...)
		}
	}
	for name, action := range all.ActionSchemas {
		lines = append(lines, attributeLines("action "+name+".", action.Schema.Block.Attributes)...)
	}
	for name, function := range all.Functions {
		for i, parameter := range function.Parameters {
			lines = append(lines, fmt.Sprintf("function %s.%d: %s, required", name, i, typeName(parameter.Type)))
		}
		lines = append(lines, fmt.Sprintf("function %s.return: %s", name, typeName(function.Return.Type)))
	}
	slices.Sort(lines)
	return lines
}

func attributeLines(prefix string, attributes []*tfprotov6.SchemaAttribute) []string {
	var lines []string
	for _, a := range attributes {
		line := prefix + a.Name + ": "
		if a.NestedType != nil {
			line += strings.ToLower(a.NestedType.Nesting.String())
			lines = append(lines, attributeLines(prefix+a.Name+".", a.NestedType.Attributes)...)
		} else {
			line += typeName(a.Type)
		}
		for _, property := range []struct {
			name string
			set  bool
		}{{"required", a.Required}, {"optional", a.Optional}, {"computed", a.Computed}, {"sensitive", a.Sensitive}, {"write-only", a.WriteOnly}} {
			if property.set {
				line += ", " + property.name
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func typeName(t tftypes.Type) string { return strings.ReplaceAll(t.String(), "tftypes.", "") }
