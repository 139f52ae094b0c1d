package acctest_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
)

// secretName is what an attribute that holds a secret is called.
var secretName = regexp.MustCompile(`(^|_)(password|token|cookie|key|signature|ticket|secret|session_id)(_wo)?$`)

// harmless are attributes of such a name that hold none, with the reason.
var harmless = map[string]string{}

// TestSchemas walks everything the provider offers: each attribute says what
// it is, and no secret shows.
func TestSchemas(t *testing.T) {
	t.Parallel()
	all := direct.Serve(t, acctest.Factories(t)["vcda"]).Schemas()
	objects := map[string]*tfprotov6.Schema{"provider": all.Provider}
	for name, s := range all.ResourceSchemas {
		objects["resource "+name] = s
	}
	for name, s := range all.DataSourceSchemas {
		objects["data source "+name] = s
	}
	for name, s := range all.EphemeralResourceSchemas {
		objects["ephemeral resource "+name] = s
	}
	for name, s := range all.ListResourceSchemas {
		objects["list resource "+name] = s
	}
	for name, s := range all.ActionSchemas {
		objects["action "+name] = s.Schema
	}
	for name, f := range all.Functions {
		if f.Description == "" || f.Summary == "" || f.Return == nil {
			t.Errorf("function %s: it lacks a summary or a description", name)
		}
		for _, p := range f.Parameters {
			if p.Description == "" {
				t.Errorf("function %s: parameter %s has no description", name, p.Name)
			}
		}
	}
	for name, s := range objects {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if s.Block.Description == "" {
				t.Error("it has no description")
			}
			if len(s.Block.BlockTypes) > 0 {
				t.Error("it has blocks; attributes are easier to write by machines")
			}
			walk(t, name+".", s.Block.Attributes)
		})
	}
	if len(objects) < 5 {
		t.Errorf("only %d schemas were found", len(objects))
	}
}

func walk(t *testing.T, prefix string, attributes []*tfprotov6.SchemaAttribute) {
	t.Helper()
	for _, a := range attributes {
		at := prefix + a.Name
		switch {
		case strings.TrimSpace(a.Description) == "":
			t.Errorf("%s has no description", at)
		case !strings.ContainsAny(a.Description[len(a.Description)-1:], ".)`"):
			t.Errorf("%s has a description without an end: %s", at, a.Description)
		}
		leaf := a.NestedType == nil
		// Ephemeral results are never stored, but a CLI may show them; they are marked all the same.
		if leaf && secretName.MatchString(a.Name) && harmless[at] == "" && !a.Sensitive && !a.WriteOnly {
			t.Errorf("%s looks like a secret and is neither sensitive nor write-only", at)
		}
		if strings.HasSuffix(a.Name, "_wo") && !a.WriteOnly {
			t.Errorf("%s is not write-only", at)
		}
		if !leaf {
			walk(t, at+".", a.NestedType.Attributes)
		}
	}
}
