package acctest_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
)

// secretName matches the names of attributes that hold a secret.
var secretName = regexp.MustCompile(`(^|_)(password|token|cookie|key|signature|ticket|secret|session_id)(_wo)?$`)

// harmless are attributes with such a name that hold no secret, with the reason.
var harmless = map[string]string{
	"data source vcda_replication.latest_instance.key":                       instanceKey,
	"data source vcda_replication_instances.instances.key":                   instanceKey,
	"data source vcda_vapp_replications.replications.latest_instance.key":    instanceKey,
	"data source vcda_vm_replications.replications.latest_instance.key":      instanceKey,
	"data source vcda_vsphere_replications.replications.latest_instance.key": instanceKey,
	"resource vcda_failover_test.instance_key":                               instanceKey,
}

const instanceKey = "it is the key of an instance"

// TestSchemas requires that all objects and attributes have a description, and that no
// secret is shown or computed into the state.
func TestSchemas(t *testing.T) {
	t.Parallel()
	all := direct.Serve(t, acctest.Factories(t)["vcda"]).Schemas()
	objects := schemas(all)
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
			stored := strings.HasPrefix(name, "resource ") || strings.HasPrefix(name, "data source ")
			walk(t, name+".", s.Block.Attributes, stored)
		})
	}
	if len(objects) < 5 {
		t.Errorf("only %d schemas were found", len(objects))
	}
}

// schemas returns the schemas of all objects by kind and name, such as "resource
// vcda_site_pairing".
func schemas(all *tfprotov6.GetProviderSchemaResponse) map[string]*tfprotov6.Schema {
	objects := map[string]*tfprotov6.Schema{"provider": all.Provider}
	for kind, schemas := range map[string]map[string]*tfprotov6.Schema{
		"resource": all.ResourceSchemas, "data source": all.DataSourceSchemas,
		"ephemeral resource": all.EphemeralResourceSchemas, "list resource": all.ListResourceSchemas,
	} {
		for name, schema := range schemas {
			objects[kind+" "+name] = schema
		}
	}
	for name, action := range all.ActionSchemas {
		objects["action "+name] = action.Schema
	}
	return objects
}

// unversioned are write-only attributes without a version, since a change of them alone
// sends nothing: they authenticate the calls of other changes.
var unversioned = []string{"current_password_wo", "root_password_wo"}

// walk checks attributes and all below them. The attributes of a stored object are in the
// state.
func walk(t *testing.T, prefix string, attributes []*tfprotov6.SchemaAttribute, stored bool) {
	t.Helper()
	siblings := map[string]*tfprotov6.SchemaAttribute{}
	for _, a := range attributes {
		siblings[a.Name] = a
	}
	for _, a := range attributes {
		at := prefix + a.Name
		switch {
		case strings.TrimSpace(a.Description) == "":
			t.Errorf("%s has no description", at)
		case !strings.ContainsAny(a.Description[len(a.Description)-1:], ".)`"):
			t.Errorf("%s has a description without an end: %s", at, a.Description)
		}
		if a.NestedType != nil {
			walk(t, at+".", a.NestedType.Attributes, stored)
			continue
		}
		if secretName.MatchString(a.Name) && a.Type.Is(tftypes.String) && harmless[at] == "" {
			// Ephemeral results are never stored, but a CLI may show them; they are marked all the same.
			if !a.Sensitive {
				t.Errorf("%s looks like a secret and is not sensitive", at)
			}
			if stored && a.Computed {
				t.Errorf("%s stores a secret of the server in the state", at)
			}
		}
		if name, twin := strings.CutSuffix(a.Name, "_wo"); twin != a.WriteOnly || twin && siblings[name] == nil {
			t.Errorf("%s: a write-only attribute is called NAME_wo, and stands beside NAME", at)
		} else if twin && (siblings[a.Name+"_version"] == nil) != slices.Contains(unversioned, a.Name) {
			t.Errorf("%s: beside a write-only attribute stands NAME_wo_version, unless a change of it alone means nothing", at)
		}
	}
}
