package main

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/changelog"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/schemagate"
)

// TestSchemaGate: whoever takes something from configurations since the last
// release says so in the changelog.
func TestSchemaGate(t *testing.T) {
	releases, err := changelog.Read("../../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range unsaid(released(t), current(t), releases[0].Entries) {
		t.Errorf("since the last release, %s; under Unreleased, CHANGELOG.md needs a line like\n- **Breaking**: The %[1]s.", change)
	}
}

// TestSchemaGateCloses: the gate sees what a schema like the real one loses. It
// starts from the released one, so that what was said of the real one is no matter.
func TestSchemaGateCloses(t *testing.T) {
	changed := released(t)
	delete(changed.ResourceSchemas["vcda_site_pairing"].Block.Attributes, "description")
	said := changelog.Entry{Kind: changelog.Breaking, Text: "The resource `vcda_site_pairing`: `description` is gone."}
	for name, test := range map[string]struct {
		entries []changelog.Entry
		want    int
	}{
		"unsaid":                 {nil, 1},
		"said":                   {[]changelog.Entry{said}, 0},
		"said as another kind":   {[]changelog.Entry{{Kind: "Removed", Text: said.Text}}, 1},
		"another one was broken": {[]changelog.Entry{{Kind: changelog.Breaking, Text: "The resource `vcda_site_pairing`: `site` is gone."}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if got := unsaid(released(t), changed, test.entries); len(got) != test.want {
				t.Errorf("got %v, want %d", got, test.want)
			}
		})
	}
}

// unsaid are the breaking changes since the last release that no entry tells of.
func unsaid(before, now *tfjson.ProviderSchema, entries []changelog.Entry) []schemagate.Change {
	return slices.DeleteFunc(schemagate.Breaking("vcda", before, now), func(change schemagate.Change) bool {
		return slices.ContainsFunc(entries, func(entry changelog.Entry) bool {
			return entry.Kind == changelog.Breaking && change.Names(entry.Text)
		})
	})
}

// released is the schema of the last release, from make schema-baseline; before
// the first one, the schema that the gate began with.
func released(t *testing.T) *tfjson.ProviderSchema {
	t.Helper()
	text, err := os.ReadFile("testdata/released.json")
	if err != nil {
		t.Fatal(err)
	}
	var schemas tfjson.ProviderSchemas
	if err := json.Unmarshal(text, &schemas); err != nil {
		t.Fatal(err)
	}
	return schemas.Schemas[address]
}

func current(t *testing.T) *tfjson.ProviderSchema {
	t.Helper()
	schemas, err := ownSchemas(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return schemas.Schemas[address]
}
