package acctest_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const examples = "../../examples"

// exampleOf returns the row of a file, such as resources/vcda_tunnel/resource_two.tf.
func exampleOf(name string) example {
	e, special := exampleTable[name]
	if !special {
		e = exampleTable[filepath.Dir(name)]
	}
	if e.preset == nil {
		e.preset = paired(simulator.Manager)
	}
	return e
}

// TestExamples runs each example by itself. It finds new files by their folder.
func TestExamples(t *testing.T) {
	t.Parallel()
	acctest.CurrentCLI(t)
	for _, folder := range folders(t, examples) {
		if slices.Contains([]string{"dr-pair", "dr-mesh", "day-zero", "dr-drill", "protect-vapp", "protect-vms", "provider"}, folder) {
			continue // they have their own tests
		}
		needed, known := kinds[folder]
		if !known {
			t.Errorf("nothing tests examples/%s", folder)
		}
		for _, object := range folders(t, filepath.Join(examples, folder)) {
			for file, text := range files(t, filepath.Join(examples, folder, object)) {
				name := folder + "/" + object + "/" + file
				if strings.HasPrefix(file, "import") || !strings.HasSuffix(file, ".tf") && !strings.HasSuffix(file, ".hcl") {
					continue
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					acctest.SkipUnlessSupported(t, needed...)
					if strings.Contains(text, "_wo ") {
						acctest.SkipUnlessSupported(t, acctest.WriteOnly)
					}
					if folder == "list-resources" {
						queryExample(t, exampleOf(name), text)
					} else {
						applyExample(t, exampleOf(name), filepath.Dir(name), text)
					}
				})
			}
		}
	}
}

// TestExamples_table requires an example for each row.
func TestExamples_table(t *testing.T) {
	t.Parallel()
	for name := range exampleTable {
		if _, err := os.Stat(filepath.Join(examples, name)); err != nil {
			t.Error(err)
		}
	}
}

var actionBlock = regexp.MustCompile(`(?m)^action "(\w+)" "(\w+)"`)

// applyExample applies a configuration, requires an empty second plan, applies the change
// of the example, invokes its actions, and destroys.
func applyExample(t *testing.T, e example, folder, text string) {
	t.Helper()
	s := e.preset(t)
	space := s.newWorkspace(t, e.providers)
	for file, content := range files(t, filepath.Join(examples, folder)) {
		if strings.HasSuffix(file, ".pem") {
			space.Write(t, file, content)
		}
	}
	space.Write(t, "example.tf", s.fillIn(text, s.key))
	out := space.MustRun(t, "apply", "-no-color", "-auto-approve")
	acctest.RequireTexts(t, out, e.applied)
	acctest.RequireNoTexts(t, out, "Check block assertion failed")
	if e.providers {
		acctest.RequireNoTexts(t, out, "Warning: A link")
	}
	requireEmptyPlan(t, space)

	var variables []string
	for _, change := range e.change {
		variables = append(variables, "-var="+s.fillIn(change, ""))
	}
	apply := append([]string{"apply", "-no-color", "-auto-approve"}, variables...)
	if len(e.change) > 0 {
		changed := e.changed
		if changed == "" {
			changed = "0 added, 1 changed, 0 destroyed"
		}
		s.resetRequests()
		acctest.RequireTexts(t, space.MustRun(t, apply...), changed)
		if sent := s.writes(); !slices.Equal(sent, e.costs) {
			t.Errorf("the change sent %q, want %q", sent, e.costs)
		}
	}
	for _, match := range actionBlock.FindAllStringSubmatch(text, -1) {
		action := "action." + match[1] + "." + match[2]
		acctest.RequireTexts(t, space.MustRun(t, append(apply, "-invoke="+action)...), "Action complete: "+action)
	}
	out, code := space.Run(t, append([]string{"destroy", "-no-color", "-auto-approve"}, variables...)...)
	switch {
	case e.kept:
		acctest.RequireTexts(t, out, "prevent_destroy")
	case code != 0:
		t.Errorf("destroy: exit code %d\n%s", code, out)
	}
	s.checkSessions(t)
}

// resetRequests resets the counts of requests.
func (s scenario) resetRequests() {
	for _, one := range s.appliances() {
		one.ResetStats()
	}
}

// writes returns the requests that change something, in alphabetical order, without
// logins, logouts and extensions of the provider block.
func (s scenario) writes() []string {
	var sent []string
	for _, one := range s.appliances() {
		for request, times := range one.Stats().Requests {
			extends := request == "POST /sessions/extend" && s.block != emptyBlock
			if !strings.HasPrefix(request, "GET ") && !strings.HasSuffix(request, " /sessions") && !extends {
				sent = append(sent, slices.Repeat([]string{request}, times)...)
			}
		}
	}
	slices.Sort(sent)
	return sent
}

// requireEmptyPlan fails if a plan has changes.
func requireEmptyPlan(t *testing.T, space *acctest.Workspace) {
	t.Helper()
	if out, code := space.Run(t, "plan", "-no-color", "-detailed-exitcode"); code != 0 {
		// A data source in a check block is read again in each apply, which the CLI counts as a change.
		acctest.RequireTexts(t, out, "will be read during apply", "to verify a check block", "Plan: 0 to add, 0 to change, 0 to destroy.")
	}
}

// queryExample runs "terraform query".
func queryExample(t *testing.T, e example, text string) {
	t.Helper()
	s := e.preset(t)
	space := s.newWorkspace(t, false)
	space.Write(t, "example.tfquery.hcl", s.fillIn(text, s.key))
	acctest.RequireTexts(t, space.MustRun(t, "query", "-no-color"), e.listed)
	s.checkSessions(t)
}

// TestExamples_import imports each resource by each block and command in its folder.
func TestExamples_import(t *testing.T) {
	t.Parallel()
	acctest.CurrentCLI(t)
	for _, object := range folders(t, filepath.Join(examples, "resources")) {
		target, known := importTable[object]
		if !known {
			t.Errorf("nothing tests the imports of %s", object)
		}
		texts := files(t, filepath.Join(examples, "resources", object))
		for file, text := range texts {
			if strings.HasPrefix(file, "import-") {
				t.Run(object+"/"+file, func(t *testing.T) {
					t.Parallel()
					importByBlock(t, target, texts["resource.tf"], text, strings.Contains(file, "identity"))
				})
			}
		}
		for line := range strings.SplitSeq(texts["import.sh"], "\n") {
			if command, found := strings.CutPrefix(line, "terraform import "); found {
				t.Run(object+"/"+command, func(t *testing.T) {
					t.Parallel()
					importByCommand(t, target, texts["resource.tf"], command)
				})
			}
		}
	}
}

func importByBlock(t *testing.T, target importable, resource, block string, byIdentity bool) {
	t.Helper()
	if byIdentity {
		acctest.SkipUnlessSupported(t, acctest.Identity)
	}
	s, space := newImportWorkspace(t, target, resource)
	space.Write(t, "import.tf", s.fillIn(block, s.key))
	changed := "0 changed"
	if target.showsLess {
		changed = "1 changed"
	}
	acctest.RequireTexts(t, space.MustRun(t, "apply", "-no-color", "-auto-approve"), "1 imported, 0 added, "+changed+", 0 destroyed")
	requireEmptyPlan(t, space)
	s.checkSessions(t)
}

func importByCommand(t *testing.T, target importable, resource, command string) {
	t.Helper()
	s, space := newImportWorkspace(t, target, resource)
	space.MustRun(t, append([]string{"import", "-no-color"}, strings.Fields(s.fillIn(command, s.key))...)...)
	s.checkSessions(t)
}

// newImportWorkspace makes a workspace with the first example of a resource that exists.
func newImportWorkspace(t *testing.T, target importable, resource string) (scenario, *acctest.Workspace) {
	t.Helper()
	if strings.Contains(resource, "_wo ") {
		acctest.SkipUnlessSupported(t, acctest.WriteOnly)
	}
	s := target.preset(t)
	space := s.newWorkspace(t, target.providers)
	space.Write(t, "example.tf", s.fillIn(resource, s.key))
	return s, space
}

// newWorkspace makes a workspace for an example. For one with its own provider blocks, no
// login is in the environment.
func (s scenario) newWorkspace(t *testing.T, providers bool) *acctest.Workspace {
	t.Helper()
	block, env := s.block, s.env
	if providers {
		block = ""
		env = slices.DeleteFunc(slices.Clone(env), func(variable string) bool {
			return slices.ContainsFunc([]string{"VCDA_URL=", "VCDA_THUMBPRINT=", "VCDA_LOGIN=", "VCDA_USERNAME=", "VCDA_PASSWORD=", "VCDA_MANAGER_"}, func(name string) bool {
				return strings.HasPrefix(variable, name)
			})
		})
	}
	space := acctest.NewWorkspace(t, block)
	space.Env = append(space.Env, env...)
	for name, text := range s.files {
		space.Write(t, name, text)
	}
	return space
}

// TestProviderExample logs in with the provider block of the documentation.
func TestProviderExample(t *testing.T) {
	t.Parallel()
	for file, text := range files(t, filepath.Join(examples, "provider")) {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			s := newScenario(t, simulator.Manager)
			space := acctest.NewWorkspace(t, "")
			space.Write(t, "main.tf", s.fillIn(text, "")+"data \"vcda_session\" \"s\" {}\noutput \"user\" { value = data.vcda_session.s.user }\n")
			for _, variable := range s.env {
				if !strings.HasPrefix(variable, "VCDA_URL=") && !strings.HasPrefix(variable, "VCDA_THUMBPRINT=") && !strings.HasPrefix(variable, "VCDA_LOGIN=") {
					space.Env = append(space.Env, variable)
				}
			}
			space.MustRun(t, "apply", "-no-color", "-auto-approve")
			acctest.RequireTexts(t, space.MustRun(t, "output", "-raw", "user"), "root")
			s.checkSessions(t)
		})
	}
}

// TestExamples_haveNoSecrets finds secrets in plain text: users copy examples.
func TestExamples_haveNoSecrets(t *testing.T) {
	t.Parallel()
	secret := regexp.MustCompile(`(?m)^\s*(password|token|cookie|saml_token|private_key|api_token|access_token)\s*=\s*"`)
	err := filepath.WalkDir(examples, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if found := secret.Find(content); found != nil {
			t.Errorf("%s has a secret in plain text: %s", path, bytes.TrimSpace(found))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func folders(t *testing.T, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names
}

// files returns the contents of the files of a folder by name.
func files(t *testing.T, path string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(path, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[entry.Name()] = string(content)
	}
	return all
}
