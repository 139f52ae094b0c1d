package acctest_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// meshSites are the sites of examples/dr-mesh.
var meshSites = []string{"site-a", "site-b", "site-c"}

// startMesh starts an appliance for each site of the mesh.
func startMesh(t *testing.T, service simulator.Service) *simulator.Fixture {
	t.Helper()
	third := simulator.ApplianceOptions{Site: "site-c", Service: service, TaskDuration: 20 * time.Millisecond}
	return acctest.StartAppliances(t, append(acctest.TwoSites(service), third)...)
}

// newModuleWorkspace makes a workspace with copies of the modules, each in its folder.
func newModuleWorkspace(t *testing.T) *acctest.Workspace {
	t.Helper()
	space := acctest.NewWorkspace(t, "")
	for _, name := range []string{"dr-pair", "dr-mesh"} {
		if err := os.CopyFS(filepath.Join(space.Dir, name), os.DirFS(filepath.Join(examples, name))); err != nil {
			t.Fatal(err)
		}
	}
	return space
}

// moduleFile returns the content of a file of a module.
func moduleFile(t *testing.T, module, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(examples, module, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// writeJSON writes a JSON file into a workspace.
func writeJSON(t *testing.T, space *acctest.Workspace, name string, content map[string]any) {
	t.Helper()
	text, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	space.Write(t, name, string(text))
}

// checkWrites fails if an appliance got another number of requests to pair or to re-pair.
func checkWrites(t *testing.T, one *simulator.Appliance, pairs, repairs int) {
	t.Helper()
	requests := one.Stats().Requests
	if requests["POST /sites"] != pairs || requests["PUT /sites/{key}"] != repairs {
		t.Errorf("%s: requests: %v", one.Site(), requests)
	}
}

// checkNothingLeft fails if a pairing or a session is left.
func checkNothingLeft(t *testing.T, fixture *simulator.Fixture) {
	t.Helper()
	for _, site := range meshSites {
		one := fixture.Appliance(site)
		if left := one.Sites(); len(left) > 0 {
			t.Errorf("%s: pairings are left: %v", site, left)
		}
		checkLoggedOut(t, one)
	}
}

// TestModules_ownTests runs the tests of the modules, with the output of
// "vcda-simulator -json". A run does not pair again.
func TestModules_ownTests(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		for module, writes := range map[string]struct{ pairs, repairs int }{"dr-pair": {1, 1}, "dr-mesh": {2, 0}} {
			t.Run(string(service)+"/"+module, func(t *testing.T) {
				t.Parallel()
				acctest.SkipUnlessSupported(t, acctest.TestFiles)
				fixture, space := startMesh(t, service), newModuleWorkspace(t)
				printed := map[string]any{}
				for _, site := range meshSites {
					one := fixture.Appliance(site)
					user := one.Accounts().LocalUsers[0]
					printed[site] = map[string]any{
						"url": one.URL(), "thumbprint": one.Thumbprint(), "ca_certificate": fixture.CertificateAuthority(),
						"credentials": map[string]any{"local_user": map[string]string{"username": user.Username, "password": user.Password}},
					}
				}
				writeJSON(t, space, module+"/simulator.json", map[string]any{"appliances": printed})
				space.MustRun(t, "-chdir="+module, "get", "-no-color")
				acctest.RequireTexts(t, space.MustRun(t, "-chdir="+module, "test", "-no-color"), " passed, 0 failed.")
				checkWrites(t, fixture.Appliance("site-a"), writes.pairs, writes.repairs)
				checkNothingLeft(t, fixture)
			})
		}
	}
}

var variableOrOutput = regexp.MustCompile(`(?m)^(?:variable|output) "(\w+)"`)

// TestModules_documented requires each input and output in the README.
func TestModules_documented(t *testing.T) {
	t.Parallel()
	for module, inputs := range map[string]string{"dr-pair": "variables.tf", "dr-mesh": "mesh.tf", "dr-drill": "variables.tf"} {
		readme := moduleFile(t, module, "README.md")
		names := variableOrOutput.FindAllStringSubmatch(moduleFile(t, module, inputs)+moduleFile(t, module, "outputs.tf"), -1)
		if len(names) < 4 {
			t.Errorf("%s: only %d inputs and outputs were found", module, len(names))
		}
		for _, match := range names {
			if !strings.Contains(readme, match[1]) {
				t.Errorf("%s: the README lacks %s", module, match[1])
			}
		}
	}
}

// moduleSource is the source of a module, with a version: a branch would change.
var moduleSource = regexp.MustCompile(`"git::.*//examples/([\w-]+)\?ref=vX\.Y\.Z"`)

// pairUsage returns the configuration in the README of dr-pair, with the addresses and
// thumbprints of the appliances. The sites pair by their public addresses.
func pairUsage(t *testing.T, a, b *simulator.Appliance) string {
	t.Helper()
	block := terraformBlock.FindStringSubmatch(moduleFile(t, "dr-pair", "README.md"))
	if block == nil {
		t.Fatal("the README shows no configuration")
	}
	return strings.NewReplacer(
		"https://vcda-a.example.com:8048", "https://site-a.example.com:8048", "https://vcda-b.example.com:8048", "https://site-b.example.com:8048",
		"https://vcda-a.example.com", a.URL(), "https://vcda-b.example.com", b.URL(), thumbprintOfA, a.Thumbprint(), thumbprintOfB, b.Thumbprint(),
	).Replace(moduleSource.ReplaceAllString(block[1], `"./$1"`))
}

// newPairWorkspace makes a workspace that uses the module as its README shows.
func newPairWorkspace(t *testing.T, a, b *simulator.Appliance) *acctest.Workspace {
	t.Helper()
	space := newModuleWorkspace(t)
	space.Env = append(space.Env,
		"TF_VAR_site_a_password="+a.Accounts().LocalUsers[0].Password, "TF_VAR_site_b_password="+b.Accounts().LocalUsers[0].Password)
	space.Write(t, "main.tf", pairUsage(t, a, b))
	space.MustRun(t, "get", "-no-color")
	return space
}

// TestDRPair uses the module as its README shows: apply, an empty plan, a new certificate
// and thumbprint of each side, an empty plan, destroy.
func TestDRPair(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			fixture := startMesh(t, service)
			a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
			space := newPairWorkspace(t, a, b)
			out := space.MustRun(t, "apply", "-no-color", "-auto-approve")
			acctest.RequireTexts(t, out, "2 added", "healthy = true", "a -->|healthy| b b -->|healthy| a")
			acctest.RequireNoTexts(t, out, "does not work yet") // the half that pairs first expects no link
			space.MustRun(t, "plan", "-no-color", "-detailed-exitcode")

			for i, changed := range []*simulator.Appliance{b, a} {
				changed.RotateCertificate()
				space.Write(t, "main.tf", pairUsage(t, a, b))
				acctest.RequireTexts(t, space.MustRun(t, "apply", "-no-color", "-auto-approve"), "0 added, 2 changed, 0 destroyed", "healthy = true")
				space.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
				checkWrites(t, a, 1, i+1)
				checkWrites(t, b, 1, i+1)
			}

			space.MustRun(t, "destroy", "-no-color", "-auto-approve")
			checkNothingLeft(t, fixture)
		})
	}
}

// TestDRPair_picture requires that "terraform output -raw mermaid" shows in red what does
// not work.
func TestDRPair_picture(t *testing.T) {
	t.Parallel()
	fixture := startMesh(t, simulator.Manager)
	a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
	space := newPairWorkspace(t, a, b)
	requirePicture := func(want ...string) {
		t.Helper()
		lines := append([]string{"flowchart LR", "  a[\"site-a\"]", "  b[\"site-b\"]"}, want...)
		if got := space.MustRun(t, "output", "-raw", "mermaid"); got != strings.Join(lines, "\n")+"\n" {
			t.Errorf("the picture is\n%s", got)
		}
	}
	space.MustRun(t, "apply", "-no-color", "-auto-approve")
	requirePicture("  a -->|healthy| b", "  b -->|healthy| a")

	a.SetThumbprint("site-b", thumbprintOfB)
	out := space.MustRun(t, "apply", "-no-color", "-auto-approve", "-refresh-only")
	acctest.RequireTexts(t, out, "The link between the sites does not work")
	requirePicture("  a -.->|unhealthy| b", "  b -.->|unhealthy| a", "  linkStyle 0 stroke:#d33,color:#d33", "  linkStyle 1 stroke:#d33,color:#d33")

	space.Write(t, "main.tf", strings.Replace(pairUsage(t, a, b), "  site_a = {", "  lost_site = \"a\"\n  site_a = {", 1))
	space.MustRun(t, "state", "rm", "module.dr_pair.vcda_site_pairing.a_to_b")
	space.MustRun(t, "apply", "-no-color", "-auto-approve")
	requirePicture("  b -.->|unhealthy| a", "  linkStyle 0 stroke:#d33,color:#d33", "  style a stroke:#d33,color:#d33,stroke-dasharray:4")
}

// TestDRPair_dependsOn requires that pairings with given names stay if the data sources of
// the module are read only in the apply.
func TestDRPair_dependsOn(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			fixture := startMesh(t, service)
			a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
			space := newPairWorkspace(t, a, b)
			space.Write(t, "main.tf", strings.Replace(pairUsage(t, a, b), "  providers = {", "  depends_on = [terraform_data.other]\n\n  providers = {", 1)+`
variable "other" { default = 1 }
resource "terraform_data" "other" { input = var.other }
`)
			space.MustRun(t, "apply", "-no-color", "-auto-approve")
			out := space.MustRun(t, "plan", "-no-color", "-var", "other=2")
			acctest.RequireTexts(t, out, "0 to add, 1 to change, 0 to destroy")
		})
	}
}

// TestDRPair_refuses requires that the plan fails for a mistake whose apply would cost
// pairings that work.
func TestDRPair_refuses(t *testing.T) {
	t.Parallel()
	for name, mistake := range map[string]struct {
		changes []string // of the configuration in the README
		errors  []string
	}{
		"swapped providers": {
			[]string{"vcda.a = vcda.a", "vcda.a = vcda.b", "vcda.b = vcda.b", "vcda.b = vcda.a"},
			[]string{"The pairing was made on another appliance"},
		},
		"the same twice": {
			[]string{"vcda.b = vcda.b", "vcda.b = vcda.a", `name        = "site-a"`, "", `name        = "site-b"`, ""},
			[]string{"vcda.a and vcda.b log in to the same appliance: a site can't be paired with itself."},
		},
	} {
		for _, service := range acctest.Services {
			t.Run(name+" on "+string(service), func(t *testing.T) {
				t.Parallel()
				fixture := startMesh(t, service)
				a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
				space := newPairWorkspace(t, a, b)
				space.MustRun(t, "apply", "-no-color", "-auto-approve")
				space.Write(t, "main.tf", strings.NewReplacer(mistake.changes...).Replace(pairUsage(t, a, b)))
				out, code := space.Run(t, "plan", "-no-color")
				if code == 0 {
					t.Errorf("the plan succeeds\n%s", out)
				}
				acctest.RequireTexts(t, out, mistake.errors...)
				acctest.RequireNoTexts(t, out, "replaced", "Error in function call", "Invalid template")
			})
		}
	}
	t.Run("two services", func(t *testing.T) {
		t.Parallel()
		options := acctest.TwoSites(simulator.Manager)
		options[1].Service = simulator.Cloud
		fixture := acctest.StartAppliances(t, options...)
		out, _ := newNamelessPairWorkspace(t, fixture.Appliance("site-a"), fixture.Appliance("site-b")).Run(t, "plan", "-no-color")
		acctest.RequireTexts(t, out, "One side runs manager, the other cloud: both sites of a pair run the same service, manager or cloud.")
	})
	t.Run("no site name yet", func(t *testing.T) {
		t.Parallel()
		fixture := acctest.StartAppliances(t)
		fixture.Appliance("site-b").Fault(simulator.Fault{Path: "/config", Kind: simulator.Body, Body: `{"id":"1","site":null}`})
		out, _ := newNamelessPairWorkspace(t, fixture.Appliance("site-a"), fixture.Appliance("site-b")).Run(t, "plan", "-no-color")
		acctest.RequireTexts(t, out, "The appliance that vcda.b logs in to has no site name yet. Finish its first setup.")
		acctest.RequireNoTexts(t, out, "providers argument", "Error in function call", "Invalid template")
	})
}

// newNamelessPairWorkspace is newPairWorkspace without the names of the sites, which the
// module then reads from the appliances.
func newNamelessPairWorkspace(t *testing.T, a, b *simulator.Appliance) *acctest.Workspace {
	t.Helper()
	space := newPairWorkspace(t, a, b)
	space.Write(t, "main.tf", strings.NewReplacer(`name        = "site-a"`, "", `name        = "site-b"`, "").Replace(pairUsage(t, a, b)))
	return space
}

// TestGuideSiteLost follows the guide: it manages the survivor while the other site can't
// be reached, pairs with the rebuilt site, and adopts a site that is back with its pairings.
func TestGuideSiteLost(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			g := readGuide(t, guidesFolder+"/site-lost.md")
			fixture := startMesh(t, service)
			a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
			space := newPairWorkspace(t, a, b)
			with := func(line string) {
				space.Write(t, "main.tf", strings.Replace(pairUsage(t, a, b), "  site_a = {", line+"\n  site_a = {", 1))
			}
			runAll := func(commands string) (out string) {
				for command := range strings.Lines(commands) {
					args := strings.Fields(command)[1:]
					if args[0] == "apply" {
						args = append(args, "-auto-approve")
					}
					out += space.MustRun(t, append(args, "-no-color")...)
				}
				return out
			}
			space.MustRun(t, "apply", "-no-color", "-auto-approve")

			a.Fault(simulator.Fault{Kind: simulator.Reset}) // it is lost
			remove := g.shell(t, "1. Remove the lost half from the state")
			space.MustRun(t, strings.Fields(remove)[1:]...)
			acctest.RequireTexts(t, space.MustRun(t, "plan", "-no-color"), "1 to add")

			with(g.terraform(t, "2. Manage the surviving site"))
			acctest.RequireTexts(t, runAll(g.shell(t, "2. Manage the surviving site")), "0 destroyed", "healthy = false")
			space.MustRun(t, "plan", "-no-color", "-detailed-exitcode")

			a.ClearFaults() // it is rebuilt, without pairings
			a.Unpair("site-b")
			a.RotateCertificate()
			with("")
			acctest.RequireTexts(t, runAll(g.shell(t, "The site was built again")), "1 added, 1 changed", "healthy = true")

			space.MustRun(t, strings.Fields(remove)[1:]...)
			with(g.terraform(t, "The site is back with its pairings"))
			acctest.RequireTexts(t, runAll(g.shell(t, "The site is back with its pairings")), "1 added", "is adopted", "healthy = true")
			with("")
			space.MustRun(t, "apply", "-no-color", "-auto-approve")
			space.MustRun(t, "destroy", "-no-color", "-auto-approve")
			checkNothingLeft(t, fixture)
		})
	}
}

// TestDRPair_lostSite plans, re-pairs, unpairs and destroys the other side while a site is
// lost, without a request to the lost one. Later it pairs with the rebuilt site.
func TestDRPair_lostSite(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		for side, half := range map[string]struct{ dead, kept string }{"a": {"a_to_b", "b_to_a"}, "b": {"b_to_a", "a_to_b"}} {
			t.Run(string(service)+"/"+side, func(t *testing.T) {
				t.Parallel()
				fixture := startMesh(t, service)
				lost, survivor := fixture.Appliance("site-"+side), fixture.Appliance(map[string]string{"a": "site-b", "b": "site-a"}[side])
				space := newPairWorkspace(t, fixture.Appliance("site-a"), fixture.Appliance("site-b"))
				with := func(lines string) {
					space.Write(t, "main.tf", strings.Replace(pairUsage(t, fixture.Appliance("site-a"), fixture.Appliance("site-b")), "  site_a = {", lines+"\n  site_a = {", 1))
				}
				space.MustRun(t, "apply", "-no-color", "-auto-approve")
				lost.Fault(simulator.Fault{Kind: simulator.Reset})
				space.MustRun(t, "state", "rm", "module.dr_pair.vcda_site_pairing."+half.dead)
				acctest.RequireTexts(t, space.MustRun(t, "plan", "-no-color"), "1 to add")
				space.MustRun(t, "plan", "-no-color", "-target=module.dr_pair.vcda_site_pairing."+half.kept)

				before := lost.Stats().Total
				lostSide := "  lost_site = \"" + side + "\"\n"
				with(lostSide)
				space.MustRun(t, "apply", "-no-color", "-auto-approve")
				space.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
				with(lostSide + `  repair_triggers = { again = "1" }`)
				space.MustRun(t, "apply", "-no-color", "-auto-approve")
				checkWrites(t, survivor, 1, 1)
				with(lostSide)
				space.MustRun(t, "apply", "-no-color", "-auto-approve")
				space.MustRun(t, "destroy", "-no-color", "-auto-approve")
				if left := survivor.Sites(); len(left) > 0 {
					t.Errorf("the survivor still has %v", left)
				}
				if asked := lost.Stats().Total - before; asked > 0 {
					t.Errorf("the lost site got %d requests", asked)
				}

				lost.ClearFaults()
				lost.Unpair(survivor.Site())
				lost.RotateCertificate()
				with("")
				acctest.RequireTexts(t, space.MustRun(t, "apply", "-no-color", "-auto-approve"), "2 added", "healthy = true")
				space.MustRun(t, "destroy", "-no-color", "-auto-approve")
				checkNothingLeft(t, fixture)
			})
		}
	}
}

// TestDRMesh_lostSite manages the other sites without the lost one.
func TestDRMesh_lostSite(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			fixture, space := startMesh(t, service), newModuleWorkspace(t)
			pinSites(t, space, fixture, meshSites)
			inMesh(t, space, "get", "-no-color")
			inMesh(t, space, "apply", "-no-color", "-auto-approve")
			lost := fixture.Appliance("site-b") // it is B of one pair, and A of another
			lost.Fault(simulator.Fault{Kind: simulator.Reset})
			inMesh(t, space, "state", "rm", "module.site-a_site-b.vcda_site_pairing.b_to_a", "module.site-b_site-c.vcda_site_pairing.a_to_b")
			acctest.RequireTexts(t, inMesh(t, space, "plan", "-no-color"), "2 to add")

			before := lost.Stats().Total
			lostSite := "-var=lost_site=site-b"
			acctest.RequireTexts(t, inMesh(t, space, "apply", "-no-color", "-auto-approve", lostSite), "0 added", "0 destroyed", `"site-a - site-c" = true`, `"site-a - site-b" = false`)
			inMesh(t, space, "plan", "-no-color", "-detailed-exitcode", lostSite)
			acctest.RequireTexts(t, inMesh(t, space, "destroy", "-no-color", "-auto-approve", lostSite), "4 destroyed")
			if asked := lost.Stats().Total - before; asked > 0 {
				t.Errorf("the lost site got %d requests", asked)
			}

			lost.ClearFaults()
			lost.Unpair("site-a")
			lost.Unpair("site-c")
			acctest.RequireTexts(t, inMesh(t, space, "apply", "-no-color", "-auto-approve"), "6 added", "healthy = true")
			inMesh(t, space, "destroy", "-no-color", "-auto-approve")
			checkNothingLeft(t, fixture)
		})
	}
}

// describeSites writes the variables of the mesh for some sites, without thumbprints: the
// appliances look them up.
func describeSites(t *testing.T, space *acctest.Workspace, fixture *simulator.Fixture, names []string) {
	t.Helper()
	describe(t, space, fixture, names, func(*simulator.Appliance) string { return "" })
}

// pinSites is describeSites with the thumbprints.
func pinSites(t *testing.T, space *acctest.Workspace, fixture *simulator.Fixture, names []string) {
	t.Helper()
	describe(t, space, fixture, names, (*simulator.Appliance).Thumbprint)
}

func describe(t *testing.T, space *acctest.Workspace, fixture *simulator.Fixture, names []string, thumbprint func(*simulator.Appliance) string) {
	t.Helper()
	sites, passwords := map[string]any{}, map[string]string{}
	for _, site := range names {
		one := fixture.Appliance(site)
		described := map[string]string{"url": one.URL(), "ca_certificate": fixture.CertificateAuthority()}
		if pin := thumbprint(one); pin != "" {
			described["thumbprint"] = pin
		}
		sites[site], passwords[site] = described, one.Accounts().LocalUsers[0].Password
	}
	writeJSON(t, space, "dr-mesh/terraform.tfvars.json", map[string]any{"sites": sites, "passwords": passwords})
}

// inMesh runs a command in the mesh's folder.
func inMesh(t *testing.T, space *acctest.Workspace, args ...string) string {
	t.Helper()
	return space.MustRun(t, append([]string{"-chdir=dr-mesh"}, args...)...)
}

// TestDRMesh applies the mesh, replaces a certificate, and destroys. Both second plans are
// empty.
func TestDRMesh(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			fixture, space := startMesh(t, service), newModuleWorkspace(t)
			describeSites(t, space, fixture, meshSites)
			inMesh(t, space, "get", "-no-color")
			out := inMesh(t, space, "apply", "-no-color", "-auto-approve")
			acctest.RequireTexts(t, out, "6 added", "healthy = true", `"site-a - site-c" = true`)
			acctest.RequireNoTexts(t, out, "does not work yet") // the half that pairs first expects no link
			inMesh(t, space, "plan", "-no-color", "-detailed-exitcode")

			fixture.Appliance("site-b").RotateCertificate()
			acctest.RequireTexts(t, inMesh(t, space, "apply", "-no-color", "-auto-approve"), "0 added, 4 changed, 0 destroyed", "healthy = true")
			inMesh(t, space, "plan", "-no-color", "-detailed-exitcode")
			checkWrites(t, fixture.Appliance("site-a"), 2, 1)
			checkWrites(t, fixture.Appliance("site-b"), 2, 2)
			checkWrites(t, fixture.Appliance("site-c"), 2, 1)

			inMesh(t, space, "destroy", "-no-color", "-auto-approve")
			checkNothingLeft(t, fixture)
		})
	}
}

// generateMesh writes mesh.tf as the README shows.
func generateMesh(t *testing.T, space *acctest.Workspace, names []string) string {
	t.Helper()
	list, err := json.Marshal(names)
	if err != nil {
		t.Fatal(err)
	}
	space.Write(t, "dr-mesh/generator/terraform.tfvars", "sites = "+string(list)+"\n")
	space.MustRun(t, "-chdir=dr-mesh/generator", "apply", "-no-color", "-auto-approve")
	made := space.MustRun(t, "-chdir=dr-mesh/generator", "output", "-no-color", "-raw", "mesh")
	space.Write(t, "dr-mesh/mesh.tf", made)
	return made
}

// TestDRMesh_shrinks compares the committed mesh with the output of its generator, and
// removes a site as the README shows.
func TestDRMesh_shrinks(t *testing.T) {
	t.Parallel()
	fixture, space := startMesh(t, simulator.Manager), newModuleWorkspace(t)
	if out, code := space.Run(t, "-chdir=dr-mesh/generator", "plan", "-no-color", "-input=false"); code == 0 {
		t.Errorf("the generator writes a mesh without a list of sites\n%s", out)
	}
	if generateMesh(t, space, meshSites) != moduleFile(t, "dr-mesh", "mesh.tf") {
		t.Error("examples/dr-mesh/mesh.tf is not the output of the generator; its README shows how to write it")
	}
	describeSites(t, space, fixture, meshSites)
	inMesh(t, space, "get", "-no-color")
	inMesh(t, space, "apply", "-no-color", "-auto-approve")
	acctest.RequireTexts(t, inMesh(t, space, "destroy", "-no-color", "-auto-approve", "-target=module.site-a_site-c", "-target=module.site-b_site-c"), "4 destroyed")

	left := meshSites[:2]
	generateMesh(t, space, left)
	describeSites(t, space, fixture, left)
	acctest.RequireTexts(t, inMesh(t, space, "apply", "-no-color", "-auto-approve"), "0 added, 0 changed, 0 destroyed", "healthy = true")
	if n := len(fixture.Appliance("site-c").Sites()); n > 0 {
		t.Errorf("site-c still has %d pairings", n)
	}
}
