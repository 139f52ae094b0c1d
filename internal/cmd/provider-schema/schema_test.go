package main

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// TestSchemas_equalThoseOfTheCLI compares with "terraform providers schema -json", as far as the CLI knows
// the kinds of objects.
func TestSchemas_equalThoseOfTheCLI(t *testing.T) {
	t.Parallel()
	space := acctest.NewWorkspace(t, "")
	var byCLI struct {
		Schemas map[string]map[string]any `json:"provider_schemas"`
	}
	if err := json.Unmarshal([]byte(space.MustRun(t, "providers", "schema", "-json")), &byCLI); err != nil {
		t.Fatal(err)
	}
	schemas, err := readSchemas(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(schemas.Schemas[address])
	if err != nil {
		t.Fatal(err)
	}
	var ours map[string]any
	if err := json.Unmarshal(text, &ours); err != nil {
		t.Fatal(err)
	}
	if len(byCLI.Schemas) != 1 {
		t.Fatalf("the CLI printed %d providers", len(byCLI.Schemas))
	}
	for _, theirs := range byCLI.Schemas {
		for kind, want := range theirs {
			if diff := cmp.Diff(want, ours[kind]); diff != "" {
				t.Errorf("%s (-CLI +ours):\n%s", kind, diff)
			}
		}
	}
}
