package sitepairing_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestImport: by id, by name and by URL in any spelling, each yields what a
// create had saved.
func TestImport(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		m := of(b).with(arguments{"api_url": quoted(otherURL(b)), "description": quoted("imported")})
		steps := []resource.TestStep{{Config: config(a, m)}}
		for _, id := range []func() string{
			func() string {
				return a.Sites()[0].ID + map[bool]string{true: "site-b"}[a.Service() == simulator.Cloud]
			},
			func() string { return "site-b" },
			func() string { return otherURL(b) },
			func() string { return strings.ToUpper(otherURL(b)) + "/" },
		} {
			steps = append(steps, resource.TestStep{
				ResourceName: address, ImportState: true, ImportStateVerify: true,
				ImportStateIdFunc: func(*terraform.State) (string, error) { return id(), nil },
			})
		}
		run(t, a, steps...)
	})
}

// TestImportThenPlan imports what somebody else paired, by an import block: the
// plan that follows is empty, and nothing was sent.
func TestImportThenPlan(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		for _, by := range []string{"id", "name", "url"} {
			t.Run(fmt.Sprintf("%s by %s", service, by), func(t *testing.T) {
				t.Parallel()
				a, b := estateOf(t, service, 0)
				key := a.Pair("site-b")
				a.SetDescription("site-b", "by hand")
				id := map[string]string{"id": key, "name": "site-b", "url": otherURL(b)}[by]
				imported, problems := process(t, a).Import(t, pairingType, id, nil)
				if len(problems) > 0 {
					t.Fatal(problems.Errors())
				}
				object, problems := refreshed(t, a, imported)
				if len(problems) > 0 || object.Values["id"] != key {
					t.Errorf("%q, state %v", problems.Errors(), object.Values)
				}
				requireUnchanged(t, a, object, values(b, "api_url", otherURL(b), "description", "by hand"))
				sent(t, a, 0, 0, 0)
			})
		}
	}
}

// TestImportBlock does it without the command.
func TestImportBlock(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		a.Pair("site-b")
		m := of(b).with(arguments{"api_url": quoted(otherURL(b))})
		w := acctest.NewWorkspace(t, config(a, m)+fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", address, "site-b"))
		acctest.RequireTexts(t, w.MustRun(t, "apply", "-no-color", "-auto-approve"), "1 imported, 0 added, 0 changed, 0 destroyed")
		w.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
	})
}

// TestImportOfNothing shows what could be imported instead.
func TestImportOfNothing(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		importing := func(id string, says ...string) {
			t.Helper()
			w := acctest.NewWorkspace(t, config(a, of(b)))
			out, code := w.Run(t, "import", "-no-color", address, id)
			if code == 0 {
				t.Errorf("the import of %s succeeded", id)
			}
			acctest.RequireTexts(t, out, append(says, fmt.Sprintf("Unable to import the site pairing %q", id), "The appliance is paired with no such site.")...)
			acctest.RequireNoTexts(t, out, "This is always an error in the provider")
			if out, _ := w.Run(t, "state", "list"); strings.Contains(out, address) {
				t.Error("something was imported")
			}
		}
		importing("site-b", "There are no pairings: pair first")
		key := a.Pair("site-b")
		importing("site-x", "Give the id, the name or the URL of one of these:", key+" site-b "+otherURL(b))
		importing("site-a") // the appliance itself
	})
}
