package acctest_test

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	"github.com/vcda-dr/terraform-provider-vcda/internal/provider"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
)

// plannedReplacements are arguments whose replacement ModifyPlan decides, without a plan
// modifier in the schema.
var plannedReplacements = []string{
	"vcda_cloud_director_replication_manager.site_description",
	"vcda_cloud_director_replication_manager.site_name",
	"vcda_recovery_plan.steps",
	"vcda_vcenter_replication_manager.site_name",
}

var (
	costTable = regexp.MustCompile(`(?s)## What a Change Costs\n\n\| Change of \| At the appliance \|\n\|---\|---\|\n((?:\|[^\n]*\n)+)`)
	costRow   = regexp.MustCompile(`(?m)^\| (.*?) \| (.*) \|$`)
	attribute = regexp.MustCompile("`([a-z][a-z0-9_]*(?:\\.[a-z0-9_]+)*)`")
)

// TestPages_changeCosts requires that the page of each resource has the cost of a change of
// each argument, and calls it a replacement if the schema replaces.
func TestPages_changeCosts(t *testing.T) {
	t.Parallel()
	p := provider.New(provider.Options{Version: "test", Cleanup: &providerdata.Cleanup{}, Clock: clock.System{}})()
	for _, newResource := range p.Resources(t.Context()) {
		r := newResource()
		var name resource.MetadataResponse
		var described resource.SchemaResponse
		r.Metadata(t.Context(), resource.MetadataRequest{ProviderTypeName: "vcda"}, &name)
		r.Schema(t.Context(), resource.SchemaRequest{}, &described)
		t.Run(name.TypeName, func(t *testing.T) {
			t.Parallel()
			costs := readCosts(t, name.TypeName)
			for mentioned := range costs {
				if !hasAttribute(described.Schema.Attributes, strings.Split(mentioned, ".")) {
					t.Errorf("the page has the cost of a change of %s, and there is no such attribute", mentioned)
				}
			}
			for argument, a := range described.Schema.Attributes {
				texts, listed := costs[argument]
				replaces := hasReplacement(a) || slices.Contains(plannedReplacements, name.TypeName+"."+argument)
				isCalledReplacement := slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, "replacement") })
				switch {
				case !a.IsRequired() && !a.IsOptional():
				case !listed:
					t.Errorf("the page lacks the cost of a change of %s", argument)
				case replaces != isCalledReplacement:
					t.Errorf("a change of %s replaces: %v; the page says %q", argument, replaces, texts)
				}
			}
		})
	}
}

// TestPages_severalExamples requires that the page of each resource has several examples,
// and shows how to import by command, block and identity.
func TestPages_severalExamples(t *testing.T) {
	t.Parallel()
	for page, text := range files(t, "../../docs/resources") {
		usage, rest, _ := strings.Cut(text, "## What a Change Costs")
		if n := strings.Count(usage, "```terraform\n"); n < 2 {
			t.Errorf("%s has %d examples", page, n)
		}
		imports := []string{"```shell\n", "  id = \"", "  identity = {\n"}
		if page == "session_extension.md" {
			imports = imports[:2] // it has no identity
		}
		for _, text := range imports {
			if _, section, _ := strings.Cut(rest, "## Import"); !strings.Contains(section, text) {
				t.Errorf("%s does not show how to import with %q", page, text)
			}
		}
	}
}

// readCosts returns the costs of a change on the page of a resource, by attribute.
func readCosts(t *testing.T, typeName string) map[string][]string {
	t.Helper()
	page, err := os.ReadFile("../../docs/resources/" + strings.TrimPrefix(typeName, "vcda_") + ".md")
	if err != nil {
		t.Fatal(err)
	}
	table := costTable.FindStringSubmatch(string(page))
	if table == nil {
		t.Fatal("the page has no table of costs")
	}
	costs := map[string][]string{}
	for _, row := range costRow.FindAllStringSubmatch(table[1], -1) {
		for _, name := range attribute.FindAllStringSubmatch(row[1], -1) {
			if name[1] != "true" && name[1] != "false" {
				costs[name[1]] = append(costs[name[1]], row[2])
			}
		}
	}
	return costs
}

// hasAttribute reports whether there is an attribute at a path.
func hasAttribute(attributes map[string]schema.Attribute, path []string) bool {
	for name, a := range attributes {
		if name == path[0] && (len(path) == 1 || hasAttribute(inner(a), path[1:])) {
			return true
		}
	}
	return false
}

// inner returns the attributes of an object, or of the objects of a list.
func inner(a schema.Attribute) map[string]schema.Attribute {
	switch a := a.(type) {
	case schema.SingleNestedAttribute:
		return a.Attributes
	case schema.ListNestedAttribute:
		return a.NestedObject.Attributes
	}
	return nil
}

// hasReplacement reports whether a change of an attribute, or of an attribute below it,
// replaces the object.
func hasReplacement(a schema.Attribute) bool {
	modifiers := reflect.ValueOf(a).FieldByName("PlanModifiers")
	for i := range modifiers.Len() {
		if strings.HasPrefix(modifiers.Index(i).Elem().Type().Name(), "requiresReplace") { // all that the framework has
			return true
		}
	}
	for _, nested := range inner(a) {
		if hasReplacement(nested) {
			return true
		}
	}
	return false
}
