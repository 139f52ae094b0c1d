package acctest_test

import (
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/vcda-dr/terraform-provider-vcda"

// goPackage is a package of the module.
type goPackage struct {
	path        string
	deps        []string // direct and indirect, without those of tests
	testImports []string
}

// local returns the path of a package below internal, "" for others.
func local(path string) string {
	if below, ok := strings.CutPrefix(path, module+"/internal/"); ok {
		return below
	}
	return ""
}

func packages(t *testing.T) []goPackage {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}};{{join .Deps " "}};{{join .TestImports " "}} {{join .XTestImports " "}}`, "./...")
	command.Dir = "../.."
	command.Stderr = t.Output()
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []goPackage
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(line, ";")
		all = append(all, goPackage{fields[0], strings.Fields(fields[1]), strings.Fields(fields[2])})
	}
	return all
}

// within reports whether a package is in one of the folders below internal.
func within(path string, folders ...string) bool {
	for _, folder := range folders {
		if path == folder || strings.HasPrefix(path, folder+"/") {
			return true
		}
	}
	return false
}

func terraform(path string) bool {
	return strings.HasPrefix(path, "github.com/hashicorp/terraform-") || strings.HasPrefix(path, "github.com/hashicorp/hcl")
}

// layers are the folders below internal and what each may depend on, directly or
// through others. A folder that is not listed fails the test.
var layers = map[string]struct {
	mayUse    []string // folders below internal, in addition to the folder itself
	terraform bool     // may depend on Terraform's modules
}{
	"clock":           {},
	"values":          {},
	"client/tlsutil":  {mayUse: []string{"values"}},
	"client/session":  {mayUse: []string{"clock", "values"}},
	"client/coalesce": {mayUse: []string{"clock", "values"}},
	"client/rest":     {mayUse: []string{"clock", "values", "client/tlsutil"}},
	"client/vcda":     {mayUse: []string{"clock", "values", "client/tlsutil", "client/session", "client/coalesce", "client/rest"}},
	"client/vcenter":  {mayUse: []string{"clock", "values", "client/tlsutil", "client/session", "client/coalesce", "client/rest"}},
	"client/storware": {mayUse: []string{"clock", "values", "client/tlsutil", "client/session", "client/rest"}},
	"lro":             {mayUse: []string{"clock", "values"}},
	"lro/appliance":   {mayUse: []string{"clock", "values", "client", "lro"}},
	"ownership":       {},
	"pairing":         {mayUse: []string{"clock", "values", "client", "lro", "ownership"}},
	"setup":           {mayUse: []string{"clock", "values", "client"}},
	"replication":     {mayUse: []string{"clock", "values", "client", "lro", "ownership"}},
	"diagnostics":     {mayUse: []string{"clock", "values", "client", "lro", "ownership", "pairing", "replication", "setup"}, terraform: true},
	"customtypes":     {mayUse: []string{"clock", "values", "client", "lro", "ownership", "pairing", "replication", "setup", "diagnostics"}, terraform: true},
	"providerdata":    {mayUse: []string{"clock", "values", "client", "lro", "ownership", "pairing"}, terraform: true},
	"service":         {mayUse: []string{"clock", "values", "client", "lro", "ownership", "pairing", "replication", "setup", "diagnostics", "customtypes", "providerdata"}, terraform: true},
	"provider":        {mayUse: []string{"clock", "values", "client", "lro", "ownership", "pairing", "replication", "setup", "diagnostics", "customtypes", "providerdata", "service"}, terraform: true},
	"simulator":       {},
}

// shared are the packages below service that services may import.
var shared = []string{"service/base", "service/replicationbase"}

// TestImports checks the import rules that the diagram in .github/ARCHITECTURE.md shows.
func TestImports(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		importer := local(p.path)
		if importer == "" || within(importer, "acctest", "cmd", "clock/clocktest") {
			continue
		}
		folder := "" // the innermost one in the table
		for name := range layers {
			if within(importer, name) && len(name) > len(folder) {
				folder = name
			}
		}
		rules, listed := layers[folder]
		if !listed {
			t.Errorf("%s has no place in the layout", importer)
			continue
		}
		for _, to := range p.deps {
			imported := local(to)
			switch {
			case terraform(to) && !rules.terraform:
				t.Errorf("%s depends on %s: it must know nothing of Terraform", importer, to)
			case imported == "" || within(imported, folder) && folder != "service":
			case folder == "service" && within(imported, "service"):
				if imported != importer && !within(imported, shared...) {
					t.Errorf("%s depends on %s: services must not import each other", importer, imported)
				}
			case !within(imported, rules.mayUse...):
				t.Errorf("%s must not depend on %s", importer, imported)
			}
		}
		for _, to := range p.testImports {
			if terraform(to) && !rules.terraform && folder != "simulator" {
				t.Errorf("a test of %s imports %s", importer, to)
			}
		}
	}
}

// TestImports_ofTheBinary requires that the provider's binary contains no test tools.
func TestImports_ofTheBinary(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, to := range p.deps {
			if p.path == module && (strings.Contains(to, "terraform-plugin-testing") || strings.Contains(to, "terraform-plugin-sdk")) {
				t.Errorf("the binary depends on %s", to)
			}
		}
	}
}
