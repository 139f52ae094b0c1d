package acctest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/vcda-dr/terraform-provider-vcda"

// goPackage is what "go list" tells of a package.
type goPackage struct {
	ImportPath                string
	Imports                   []string // of the package itself
	TestImports, XTestImports []string
	Deps                      []string // all, without tests
}

// local is the path of a package below internal, "" for others.
func local(path string) string {
	below, ok := strings.CutPrefix(path, module+"/internal/")
	if !ok {
		return ""
	}
	return below
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports,Deps", "./...")
	command.Dir = "../.."
	out, err := command.Output()
	if err != nil {
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			t.Fatalf("go list: %s", failed.Stderr)
		}
		t.Fatal(err)
	}
	var all []goPackage
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// within tells whether a package is in one of the folders below internal.
func within(path string, folders ...string) bool {
	for _, folder := range folders {
		if path == folder || strings.HasPrefix(path, folder+"/") {
			return true
		}
	}
	return false
}

// room tells whether a package below internal is a room: one of the objects the
// provider offers.
func room(path string) bool {
	return path != "" && !within(path, "framework", "provider", "api", "simulator", "acctest", "cmd")
}

func terraform(path string) bool {
	return strings.HasPrefix(path, "github.com/hashicorp/terraform-") || strings.HasPrefix(path, "github.com/hashicorp/hcl")
}

// TestBorders holds the plan of the house (design, section 8).
func TestBorders(t *testing.T) {
	t.Parallel()
	rooms := 0
	for _, p := range packages(t) {
		here := local(p.ImportPath)
		if room(here) {
			rooms++
		}
		for _, to := range p.Deps {
			there := local(to)
			switch {
			case within(here, "api") && (terraform(to) || there != "" && !within(there, "api")):
				t.Errorf("%s depends on %s: the clients know nothing of Terraform and of the provider", here, to)
			case within(here, "simulator") && (terraform(to) || there != "" && !within(there, "simulator")):
				t.Errorf("%s depends on %s: the simulator makes no mistake of the clients", here, to)
			case room(here) && room(there):
				t.Errorf("%s depends on %s: rooms know nothing of each other", here, to)
			case room(here) && within(there, "provider"), here == "framework" && (room(there) || there == "provider"):
				t.Errorf("%s depends on %s: the front door leads inwards only", here, to)
			case !within(here, "acctest", "simulator", "cmd") && within(there, "acctest", "simulator"):
				t.Errorf("%s depends on %s, which is for tests", p.ImportPath, to)
			}
		}
		for _, to := range slices.Concat(p.TestImports, p.XTestImports) {
			if room(here) && room(local(to)) && local(to) != here {
				t.Errorf("a test of %s imports %s: rooms know nothing of each other", here, to)
			}
			if within(here, "api") && terraform(to) {
				t.Errorf("a test of %s imports %s", here, to)
			}
		}
	}
	if rooms < 3 {
		t.Errorf("only %d rooms were found: the test looks in the wrong place", rooms)
	}
}

// TestTopLevel: what lies in the first folder people see (design, section 0).
func TestTopLevel(t *testing.T) {
	t.Parallel()
	allowed := []string{
		"main.go", "internal", "examples", "docs", "templates", "GNUmakefile", "go.mod", "go.sum", "terraform-registry-manifest.json",
		"README.md", "LICENSE", "CHANGELOG.md",
	}
	entries, err := os.ReadDir("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if name := entry.Name(); !strings.HasPrefix(name, ".") && !slices.Contains(allowed, name) {
			t.Errorf("%s is not part of the layout", name)
		}
	}
	for _, name := range allowed {
		if name == "docs" {
			continue // made by make docs, whose staleness make check looks at
		}
		if _, err := os.Stat("../../" + name); err != nil {
			t.Error(err)
		}
	}
}

// TestNoStrayDependency: the provider that users run carries no test tools.
func TestNoStrayDependency(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if p.ImportPath != module {
			continue
		}
		for _, to := range p.Deps {
			if strings.Contains(to, "terraform-plugin-testing") || strings.Contains(to, "terraform-plugin-sdk") {
				t.Errorf("the binary depends on %s", to)
			}
		}
	}
}
