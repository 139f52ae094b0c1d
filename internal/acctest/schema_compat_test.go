package acctest_test

import (
	"flag"
	"fmt"
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

// TestSchemas_acceptReleasedConfigurations compares the schemas with those of the last release: no attribute,
// identity or version is gone or different, and no new attribute is required.
func TestSchemas_acceptReleasedConfigurations(t *testing.T) {
	t.Parallel()
	served := direct.Serve(t, acctest.Factories(t)["vcda"])
	now := schemaLines(served.Schemas(), served.Identities())
	if *updateSchema {
		if err := os.WriteFile(releasedSchema, []byte(strings.Join(now, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(releasedSchema)
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range schemaChanges(strings.Split(strings.TrimSpace(string(text)), "\n"), now) {
		t.Errorf("%s\nIf configurations need a change, describe it as Breaking (make change). Then run make schema-baseline", change)
	}
}

// schemaChanges returns the differences that are not mere additions, of lines as schemaLines returns them.
func schemaChanges(before, now []string) []string {
	var changes []string
	objects, attributes := map[string]bool{}, map[string]bool{}
	for _, line := range before {
		attribute, _, _ := strings.Cut(line, ": ")
		object, _, _ := strings.Cut(attribute, ".")
		attributes[attribute], objects[object] = true, true
		if !slices.Contains(now, line) {
			changes = append(changes, "gone or different: "+line)
		}
	}
	for _, line := range now {
		attribute, kind, _ := strings.Cut(line, ": ")
		object, _, _ := strings.Cut(attribute, ".")
		if objects[object] && !attributes[attribute] && strings.Contains(kind, "required") {
			changes = append(changes, "new and required: "+line)
		}
	}
	return changes
}

// schemaLines returns a line for each attribute, such as "resource vcda_site_pairing.api_url: string, required", and for
// each version.
func schemaLines(all *tfprotov6.GetProviderSchemaResponse, identities map[string]*tfprotov6.ResourceIdentitySchema) []string {
	var lines []string
	for name, schema := range schemas(all) {
		lines = append(lines, attributeLines(name+".", schema.Block.Attributes)...)
	}
	for name, schema := range all.ResourceSchemas {
		lines = append(lines, fmt.Sprintf("resource %s: version %d", name, schema.Version))
	}
	for name, identity := range identities {
		lines = append(lines, fmt.Sprintf("identity %s: version %d", name, identity.Version))
		for _, a := range identity.IdentityAttributes {
			line := fmt.Sprintf("identity %s.%s: %s", name, a.Name, typeName(a.Type))
			if a.RequiredForImport {
				line += ", required"
			}
			lines = append(lines, line)
		}
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
