package acctest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// Features that only Terraform or only OpenTofu has.
var (
	ownHost    = acctest.Feature{Name: "registry.terraform.io as its own registry", Terraform: 8}
	encryption = acctest.Feature{Name: "encrypted state", OpenTofu: 7}
)

// newPairedWorkspace makes a workspace for root of an appliance that is paired already.
func newPairedWorkspace(t *testing.T, service simulator.Service) (s scenario, space *acctest.Workspace, key string) {
	t.Helper()
	s = newScenario(t, service)
	key = s.pair(t)
	space = s.workspace(t, nil)
	space.Configure(t, "provider \"vcda\" {}\n")
	space.Env = append(space.Env, s.rootEnvironment()...)
	return s, space, key
}

// anyUUID is the ID of a pairing in configurations that tests add to a guide.
const anyUUID = "5fd06dbd-ccab-4db8-9067-39575137028c"

// remainingResource returns the resource of a configuration with import blocks. It reads the
// variable by which the guide replaces the data source.
func remainingResource(t *testing.T, configuration string) string {
	t.Helper()
	_, resource, found := strings.Cut(configuration, "resource \"vcda_site_pairing\" \"all\"")
	resource, _, ends := strings.Cut(resource, "output \"pairings\"")
	if !found || !ends {
		t.Fatalf("no resource before an output in:\n%s", configuration)
	}
	return "resource \"vcda_site_pairing\" \"all\"" + strings.ReplaceAll(resource, "local.pairings", "var.pairings")
}

// TestGuideImporting imports pairings as each section of the guide shows. No request
// changes a pairing.
func TestGuideImporting(t *testing.T) {
	t.Parallel()
	g := readGuide(t, guidesFolder+"/importing.md")
	list, query := g.terraform(t, "By query"), g.shell(t, "By query")
	all, freeze := g.terraform(t, "By import blocks"), g.shell(t, "By import blocks")
	stays, plan := g.terraform(t, "What stays")+remainingResource(t, all), g.shell(t, "What stays")
	single, generate := g.terraform(t, "One pairing"), g.shell(t, "One pairing")
	identity := regexp.MustCompile(`id = .*`).ReplaceAllString(single, `identity = { id = "`+anyUUID+`" }`)
	const imported = "1 imported, 0 added, 0 changed, 0 destroyed"
	for _, service := range acctest.Services {
		t.Run("query on "+string(service), func(t *testing.T) {
			t.Parallel()
			acctest.SkipUnlessSupported(t, acctest.Lists)
			s, space, _ := newPairedWorkspace(t, service)
			space.Write(t, "pairings.tfquery.hcl", list)
			acctest.RequireTexts(t, space.MustShell(t, query), imported)
			s.requireConverged(t, space)
		})
		t.Run("blocks on "+string(service), func(t *testing.T) {
			t.Parallel()
			s, space, _ := newPairedWorkspace(t, service)
			space.Write(t, "pairings.tf", all)
			acctest.RequireTexts(t, space.MustShell(t, freeze), imported)
			space.Write(t, "pairings.tf", stays)
			acctest.RequireTexts(t, space.MustShell(t, plan), "0 added, 0 changed, 0 destroyed")
			s.a.SetDescription("site-b", "by hand") // a difference to the configuration
			if out, code := space.Run(t, "plan", "-detailed-exitcode"); code != 2 {
				t.Errorf("exit code %d\n%s", code, out)
			}
			s.a.SetDescription("site-b", "Recovery site")
			s.requireConverged(t, space)
		})
	}
	t.Run("one", func(t *testing.T) {
		t.Parallel()
		s, space, key := newPairedWorkspace(t, simulator.Manager)
		space.Write(t, "import.tf", s.fillIn(single, key))
		acctest.RequireTexts(t, space.MustShell(t, generate), imported)
		s.requireConverged(t, space)
	})
	t.Run("identity", func(t *testing.T) {
		t.Parallel()
		acctest.SkipUnlessSupported(t, acctest.Identity)
		s, space, key := newPairedWorkspace(t, simulator.Manager)
		space.Write(t, "import.tf", s.fillIn(identity, key))
		acctest.RequireTexts(t, space.MustShell(t, generate), imported)
		s.requireConverged(t, space)
	})
}

// stateServer keeps one state for the backend "http". It returns its address, and a
// function that returns the state.
func stateServer(t *testing.T) (address string, state func() string) {
	t.Helper()
	var lock sync.Mutex
	var stored []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		lock.Lock()
		defer lock.Unlock()
		switch {
		case err != nil:
			w.WriteHeader(http.StatusBadRequest)
		case r.Method == http.MethodPost:
			stored = body
		case stored == nil:
			w.WriteHeader(http.StatusNotFound)
		default:
			_, _ = w.Write(stored)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, func() string {
		lock.Lock()
		defer lock.Unlock()
		return string(stored)
	}
}

// TestGuideCIPipelines runs the jobs of a pipeline.
func TestGuideCIPipelines(t *testing.T) {
	t.Parallel()
	g := readGuide(t, guidesFolder+"/ci-pipelines.md")
	configuration, login := g.terraform(t, "The configuration"), g.shell(t, "The configuration")
	apply, drift := g.shell(t, "Plan, review, apply"), g.take(t, "Drift", "shell", 2)
	ephemeral, saved := g.terraform(t, "Secrets and plan files"), g.shell(t, "Secrets and plan files")
	accounts := g.shell(t, "Two accounts")
	job := func(t *testing.T) (s scenario, space *acctest.Workspace, state func() string) {
		t.Helper()
		s = newScenario(t, simulator.Manager)
		space = s.workspace(t, s.secrets())
		space.Install(t)
		address, state := stateServer(t)
		space.Env = append(space.Env, "TF_HTTP_ADDRESS="+address)
		space.Write(t, "main.tf", s.fillIn(configuration, ""))
		return s, space, state
	}
	t.Run("apply and drift", func(t *testing.T) {
		t.Parallel()
		s, space, state := job(t)
		password := s.a.Accounts().SSOUsers[0].Password
		login := s.fillIn(login, "")
		acctest.RequireTexts(t, space.MustShell(t, login+apply), "1 added, 0 changed, 0 destroyed")
		space.RequireNoSecrets(t, password)
		if text := state(); !strings.Contains(text, "site-b") || strings.Contains(text, password) {
			t.Errorf("the state lacks the pairing, or has the secret: %s", text)
		}
		s.b.Pair("site-a") // the link works now: not a difference to the configuration, but a change of computed values
		acctest.RequireTexts(t, space.MustShell(t, login+drift[0]), "as configured")
		if out, code := space.Shell(t, login+drift[1]); code != 2 {
			t.Errorf("exit code %d\n%s", code, out)
		}
		s.a.SetDescription("site-b", "by hand")
		out, code := space.Shell(t, login+drift[0])
		if code != 2 {
			t.Errorf("exit code %d", code)
		}
		acctest.RequireTexts(t, out, "a pairing was changed by hand")
		space.MustShell(t, login+"terraform destroy")
		s.checkSessions(t)
	})
	t.Run("two accounts", func(t *testing.T) {
		t.Parallel()
		s, space, _ := job(t)
		operator := s.fillIn(login, "") + "export VCDA_USERNAME=operator@vsphere.local VCDA_PASSWORD=\"$(pass show vcda/operator)\"\n"
		out, code := space.Shell(t, operator+"terraform init\nterraform apply")
		if code != 1 || len(s.a.Sites()) > 0 {
			t.Errorf("exit code %d, pairings %v", code, s.a.Sites())
		}
		acctest.RequireTexts(t, out, "The user of the login lacks a role for this")
		trusted := s.rootEnvironment()[:2] // address and thumbprint, without the login
		space.Env = append(space.Env, trusted...)
		acctest.RequireTexts(t, space.MustShell(t, accounts), "1 added, 0 changed, 0 destroyed")
		s.checkSessions(t)
	})
	t.Run("ephemeral variable", func(t *testing.T) {
		t.Parallel()
		acctest.SkipUnlessSupported(t, acctest.Ephemeral)
		s := newScenario(t, simulator.Manager)
		space := s.workspace(t, s.secrets())
		space.Env = append(space.Env, s.rootEnvironment()[:2]...)
		space.Configure(t, ephemeral+"resource \"terraform_data\" \"next\" { input = data.vcda_sites.all.sites[*].site }\ndata \"vcda_sites\" \"all\" {}\n")
		acctest.RequireTexts(t, space.MustShell(t, saved), "1 added, 0 changed, 0 destroyed")
		space.RequireNoSecrets(t, s.a.Accounts().SSOUsers[0].Password)
		out, code := space.Shell(t, saved[:strings.LastIndex(saved, "terraform apply")]+"unset TF_VAR_vcda_password\nterraform apply pairing.tfplan")
		if code == 0 {
			t.Error("the apply succeeds without the variable")
		}
		acctest.RequireTexts(t, out, "No value for required variable")
		s.checkSessions(t)
	})
}

// TestGuideOpenTofu runs the commands and configurations of the guide.
func TestGuideOpenTofu(t *testing.T) {
	t.Parallel()
	g := readGuide(t, guidesFolder+"/opentofu.md")
	back, functions := g.shell(t, "Addresses"), g.terraform(t, "Functions")
	encrypted := g.terraform(t, "Encrypted state")
	const triggers = `resource "vcda_site_pairing" "b" {
  api_url         = "https://vcda-b.example.com:8048"
  api_thumbprint  = "` + thumbprintOfB + `"
  repair_triggers = { version_b = "4.7.4" }
}
`
	const importBlock = "import {\n  to = vcda_site_pairing.b\n  id = \"site-b\"\n}\n"
	t.Run("back to Terraform", func(t *testing.T) {
		t.Parallel()
		acctest.SkipUnlessSupported(t, ownHost)
		s, space, _ := newPairedWorkspace(t, simulator.Manager)
		space.Write(t, "pairing.tf", s.fillIn(triggers, "")+importBlock)
		space.MustRun(t, "apply")
		state, err := os.ReadFile(filepath.Join(space.Dir, "terraform.tfstate"))
		if err != nil {
			t.Fatal(err)
		}
		space.Write(t, "terraform.tfstate", strings.ReplaceAll(string(state), "registry.terraform.io", "registry.opentofu.org"))
		if out, code := space.Run(t, "plan"); code != 1 {
			t.Errorf("the command is not needed:\n%s", out)
		}
		acctest.RequireTexts(t, space.MustShell(t, back), "No changes")
		s.requireConverged(t, space)
	})
	t.Run("functions", func(t *testing.T) {
		t.Parallel()
		acctest.SkipUnlessSupported(t, acctest.Functions)
		s := newScenario(t, simulator.Manager)
		space := s.workspace(t, nil)
		space.Write(t, "vcda-b.pem", s.b.CertificatePEM())
		space.Configure(t, functions)
		acctest.RequireTexts(t, space.MustRun(t, "apply"), s.b.Thumbprint())
		s.requireConverged(t, space)
	})
	t.Run("triggers", func(t *testing.T) {
		t.Parallel()
		s, space, _ := newPairedWorkspace(t, simulator.Manager)
		pairing := s.fillIn(triggers, "")
		space.Write(t, "pairing.tf", pairing+importBlock)
		space.MustRun(t, "apply")
		before := s.a.Stats().Requests["PUT /sites/{key}"]
		space.Write(t, "pairing.tf", strings.ReplaceAll(pairing, "4.7.4", "4.7.5"))
		acctest.RequireTexts(t, space.MustRun(t, "apply"), "0 to add, 1 to change, 0 to destroy")
		if n := s.a.Stats().Requests["PUT /sites/{key}"] - before; n != 1 {
			t.Errorf("re-paired %d times", n)
		}
		s.requireConverged(t, space)
	})
	t.Run("encryption", func(t *testing.T) {
		t.Parallel()
		acctest.SkipUnlessSupported(t, encryption)
		s, space, _ := newPairedWorkspace(t, simulator.Manager)
		space.Write(t, "encryption.tf", encrypted)
		space.Write(t, "pairing.tf", s.fillIn(triggers, "")+importBlock)
		space.Env = append(space.Env, "TF_VAR_state_passphrase=a passphrase of some length")
		space.MustRun(t, "apply")
		state, err := os.ReadFile(filepath.Join(space.Dir, "terraform.tfstate"))
		if err != nil || strings.Contains(string(state), "site-b") || !strings.Contains(string(state), "encrypted_data") {
			t.Errorf("the state is not encrypted: %v\n%s", err, state)
		}
		space.MustRun(t, "plan", "-detailed-exitcode")
		s.checkSessions(t)
	})
}

// TestGuideSessions extends to both sites of the provider block.
func TestGuideSessions(t *testing.T) {
	t.Parallel()
	g := readGuide(t, guidesFolder+"/sessions.md")
	block := g.terraform(t, "In the provider block")
	third := acctest.TwoSites(simulator.Cloud)[1]
	third.Site, third.PublicURLs = "site-c", nil
	fixture := acctest.StartAppliances(t, append(acctest.TwoSites(simulator.Cloud), third)...)
	s := newScenario(t, simulator.Cloud)
	s.a, s.b = fixture.Appliance("site-a"), fixture.Appliance("site-b")
	s.a.Pair("site-b")
	s.a.Pair("site-c")
	space := s.workspace(t, nil)
	space.Configure(t, s.fillIn(block, "")+"variable \"site_b_password\" {\n  type = string\n}\n"+
		"data \"vcda_session\" \"s\" {}\noutput \"sites\" { value = join(\",\", sort(data.vcda_session.s.authenticated_sites[*].site)) }\n")
	space.Env = append(append(space.Env, s.rootEnvironment()...), "TF_VAR_site_b_password="+s.b.Accounts().VCDUsers[0].Password)
	acctest.RequireTexts(t, space.MustRun(t, "apply"), `sites = "site-a,site-b,site-c"`)
	s.requireConverged(t, space)
}
