package sitepairing_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestImport: an import by id, by name and by any form of the URL yields the state of the create.
func TestImport(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := applyConfig(t, a, none, values(b, "api_url", otherURL(b), "description", "imported"))
		for _, id := range []string{fmt.Sprint(made.Values["id"]), "site-b", otherURL(b), strings.ToUpper(otherURL(b)) + "/"} {
			p := newProcess(t, a)
			imported, problems := p.Import(t, pairingType, id, nil)
			if len(problems) > 0 {
				t.Fatal(problems.Errors())
			}
			object, problems := p.Refresh(t, pairingType, imported)
			if len(problems) > 0 || fmt.Sprint(object.Values) != fmt.Sprint(made.Values) {
				t.Errorf("%s: %q, %v was created as %v", id, problems.Errors(), object.Values, made.Values)
			}
		}
	})
}

// TestImport_thenPlan imports a pairing that was made outside Terraform by an import block: the next plan is empty,
// and nothing was sent.
func TestImport_thenPlan(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		for _, by := range []string{"id", "name", "url"} {
			t.Run(fmt.Sprintf("%s by %s", service, by), func(t *testing.T) {
				t.Parallel()
				a, b := startSites(t, service, 0)
				key := a.Pair("site-b")
				a.SetDescription("site-b", "by hand")
				id := map[string]string{"id": key, "name": "site-b", "url": otherURL(b)}[by]
				imported, problems := newProcess(t, a).Import(t, pairingType, id, nil)
				if len(problems) > 0 {
					t.Fatal(problems.Errors())
				}
				object, problems := readAgain(t, a, imported)
				if len(problems) > 0 || object.Values["id"] != key {
					t.Errorf("%q, state %v", problems.Errors(), object.Values)
				}
				requireUnchanged(t, a, object, values(b, "api_url", otherURL(b), "description", "by hand"))
				requireSent(t, a, 0, 0, 0)
			})
		}
	}
}

// TestImport_block imports without the command.
func TestImport_block(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		a.Pair("site-b")
		m := argumentsFor(b).with(arguments{"api_url": quoted(otherURL(b))})
		w := acctest.NewWorkspace(t, config(a, m)+fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", address, "site-b"))
		acctest.RequireTexts(t, w.MustRun(t, "apply", "-no-color", "-auto-approve"), "1 imported, 0 added, 0 changed, 0 destroyed")
		w.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
	})
}

// TestImport_unknownSite lists the sites that could be imported.
func TestImport_unknownSite(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		importing := func(id string, says ...string) {
			t.Helper()
			object, problems := newProcess(t, a).Import(t, pairingType, id, nil)
			requireError(t, problems, append(says, fmt.Sprintf("Unable to import the site pairing %q", id), "The appliance is paired with no such site.")...)
			requireNoState(t, object)
		}
		importing("site-b", "There are no pairings")
		key := a.Pair("site-b")
		importing("site-x", "Give the id, the name or the URL of one of these:", key+"  site-b  "+otherURL(b))
		importing("site-a") // the appliance itself
	})
}

// TestImportOfNothing_commandLine: the command line shows that error, and none of its own about the provider.
func TestImportOfNothing_commandLine(t *testing.T) {
	t.Parallel()
	a, b := startSitesInRealTime(t, simulator.Manager, 0)
	w := acctest.NewWorkspace(t, config(a, argumentsFor(b)))
	out, code := w.Run(t, "import", "-no-color", address, "site-b")
	if code == 0 {
		t.Error("the import succeeded")
	}
	acctest.RequireTexts(t, out, `Unable to import the site pairing "site-b"`, "The appliance is paired with no such site.")
	acctest.RequireNoTexts(t, out, "This is always an error in the provider")
	if out, _ := w.Run(t, "state", "list"); strings.Contains(out, address) {
		t.Error("something was imported")
	}
}
