package acctest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// isVariant reports whether a file is a further example of a resource, which is a
// configuration by itself.
func isVariant(file string) bool { return strings.HasPrefix(file, "resource_") }

// variant is what a further example of a resource needs, and what it shows.
type variant struct {
	service   simulator.Service
	providers bool   // it has provider blocks of its own
	paired    bool   // the sites are paired before the first apply
	applied   string // what the first apply prints
	change    string // a variable that is changed after the first apply, NAME=VALUE
	kept      bool   // a destroy is refused
}

// variants are the further examples that need more than a provider block of the Manager.
var variants = map[string]variant{
	"vcda_site_pairing/resource_two_way.tf":             {service: simulator.Manager, providers: true},
	"vcda_site_pairing/resource_cloud_service.tf":       {service: simulator.Cloud},
	"vcda_site_pairing/resource_repair_triggers.tf":     {service: simulator.Manager, change: "site_b_build=4.7.2"},
	"vcda_site_pairing/resource_prevent_destroy.tf":     {service: simulator.Manager, kept: true},
	"vcda_site_pairing/resource_adopt_existing.tf":      {service: simulator.Manager, paired: true, applied: "The pairing with the site site-b is adopted"},
	"vcda_site_pairing/resource_replace_certificate.tf": {service: simulator.Manager, change: "thumbprint_a=" + thumbprintOfB},
}

// TestExamples_variants applies each further example of a resource, requires an empty
// second plan, and destroys.
func TestExamples_variants(t *testing.T) {
	acctest.CurrentCLI(t)
	t.Parallel()
	paths, err := filepath.Glob(filepath.Join(examples, "resources", "*", "resource_*.tf"))
	if err != nil || len(paths) < len(variants) {
		t.Fatal(len(paths), err)
	}
	for _, path := range paths {
		name := filepath.Base(filepath.Dir(path)) + "/" + filepath.Base(path)
		v, special := variants[name]
		if !special {
			v = variant{service: simulator.Manager}
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			applyVariant(t, v, string(text))
		})
	}
}

func applyVariant(t *testing.T, v variant, text string) {
	t.Helper()
	w := newWorld(t, v.service)
	key := ""
	if v.paired {
		key = w.pair(t)
	}
	block := "provider \"vcda\" {}\n"
	if v.providers {
		block = ""
	}
	space := acctest.NewWorkspace(t, block)
	space.Env = append(space.Env, w.env...)
	for name, a := range map[string]*simulator.Appliance{"TF_VAR_password_a": w.a, "TF_VAR_password_b": w.b} {
		space.Env = append(space.Env, name+"="+a.Accounts().LocalUsers[0].Password)
	}
	space.Write(t, "example.tf", w.inhabit(text, key))

	out := space.MustRun(t, "apply", "-no-color", "-auto-approve")
	acctest.RequireTexts(t, out, v.applied)
	if v.providers {
		acctest.RequireNoTexts(t, out, "does not work yet")
	}
	space.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
	if v.change != "" {
		acctest.RequireTexts(t, space.MustRun(t, "apply", "-no-color", "-auto-approve", "-var="+v.change), "0 added, 1 changed, 0 destroyed")
	}
	if v.kept {
		out, code := space.Run(t, "destroy", "-no-color", "-auto-approve")
		acctest.RequireTexts(t, out, "prevent_destroy")
		if code == 0 {
			t.Error("the pairing was destroyed")
		}
	} else {
		space.MustRun(t, "destroy", "-no-color", "-auto-approve")
	}
	w.checkSessions(t)
}
