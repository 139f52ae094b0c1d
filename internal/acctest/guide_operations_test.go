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

// Features of one of both only.
var (
	ownHost    = acctest.Feature{Name: "registry.terraform.io as its own registry", Terraform: 8}
	encryption = acctest.Feature{Name: "encrypted state", OpenTofu: 7}
)

// grown is a desk of root at an appliance that is paired already.
func grown(t *testing.T, service simulator.Service) (w world, space *acctest.Workspace, key string) {
	t.Helper()
	w = newWorld(t, service)
	key = w.pair(t)
	space = w.desk(t, nil)
	space.Configure(t, "provider \"vcda\" {}\n")
	space.Env = append(space.Env, w.asRoot()...)
	return w, space, key
}

// anyUUID stands for the ID of a pairing in what tests add to a guide.
const anyUUID = "5fd06dbd-ccab-4db8-9067-39575137028c"

// keptResource is the resource of a configuration with import blocks, made to read the
// variable that the guide puts in the place of the data source.
func keptResource(t *testing.T, configuration string) string {
	t.Helper()
	_, resource, found := strings.Cut(configuration, "resource \"vcda_site_pairing\" \"all\"")
	resource, _, ends := strings.Cut(resource, "output \"pairings\"")
	if !found || !ends {
		t.Fatalf("no resource before an output in:\n%s", configuration)
	}
	return "resource \"vcda_site_pairing\" \"all\"" + strings.ReplaceAll(resource, "local.pairings", "var.pairings")
}

// TestGuideImporting takes pairings over in each way the guide shows; no request changes
// one.
func TestGuideImporting(t *testing.T) {
	t.Parallel()
	g := readGuide(t, guidesFolder+"/importing.md")
	list, query := g.terraform(t, "By query"), g.shell(t, "By query")
	all, freeze := g.terraform(t, "By import blocks"), g.shell(t, "By import blocks")
	stays, plan := g.terraform(t, "What stays")+keptResource(t, all), g.shell(t, "What stays")
	single, generate := g.terraform(t, "One pairing"), g.shell(t, "One pairing")
	identity := regexp.MustCompile(`id = .*`).ReplaceAllString(single, `identity = { id = "`+anyUUID+`" }`)
	const imported = "1 imported, 0 added, 0 changed, 0 destroyed"
	for _, service := range acctest.Services {
		t.Run("query on "+string(service), func(t *testing.T) {
			t.Parallel()
			acctest.SkipUnlessSupported(t, acctest.Lists)
			w, space, _ := grown(t, service)
			space.Write(t, "pairings.tfquery.hcl", list)
			acctest.RequireTexts(t, space.MustShell(t, query), imported)
			w.asConfigured(t, space)
		})
		t.Run("blocks on "+string(service), func(t *testing.T) {
			t.Parallel()
			w, space, _ := grown(t, service)
			space.Write(t, "pairings.tf", all)
			acctest.RequireTexts(t, space.MustShell(t, freeze), imported)
			space.Write(t, "pairings.tf", stays)
			acctest.RequireTexts(t, space.MustShell(t, plan), "0 added, 0 changed, 0 destroyed")
			w.a.SetDescription("site-b", "by hand") // from now on a difference
			if out, code := space.Run(t, "plan", "-detailed-exitcode"); code != 2 {
				t.Errorf("exit code %d\n%s", code, out)
			}
			w.a.SetDescription("site-b", "Recovery site")
			w.asConfigured(t, space)
		})
	}
	t.Run("one", func(t *testing.T) {
		t.Parallel()
		w, space, key := grown(t, simulator.Manager)
		space.Write(t, "import.tf", w.inhabit(single, key))
		acctest.RequireTexts(t, space.MustShell(t, generate), imported)
		w.asConfigured(t, space)
	})
	t.Run("identity", func(t *testing.T) {
		t.Parallel()
		acctest.SkipUnlessSupported(t, acctest.Identity)
		w, space, key := grown(t, simulator.Manager)
		space.Write(t, "import.tf", w.inhabit(identity, key))
		acctest.RequireTexts(t, space.MustShell(t, generate), imported)
		w.asConfigured(t, space)
	})
}

// stateServer keeps one state, for the backend "http", and returns its address
// and a look at it.
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
	apply, drift := g.shell(t, "Plan, look, apply"), g.take(t, "Drift", "shell", 2)
	ephemeral, saved := g.terraform(t, "Secrets and plan files"), g.shell(t, "Secrets and plan files")
	accounts := g.shell(t, "Two accounts")
	job := func(t *testing.T) (w world, space *acctest.Workspace, state func() string) {
		t.Helper()
		w = newWorld(t, simulator.Manager)
		space = w.desk(t, w.secrets())
		space.Install(t)
		address, state := stateServer(t)
		space.Env = append(space.Env, "TF_HTTP_ADDRESS="+address)
		space.Write(t, "main.tf", w.inhabit(configuration, ""))
		return w, space, state
	}
	t.Run("apply and drift", func(t *testing.T) {
		t.Parallel()
		w, space, state := job(t)
		password := w.a.Accounts().SSOUsers[0].Password
		login := w.inhabit(login, "")
		acctest.RequireTexts(t, space.MustShell(t, login+apply), "1 added, 0 changed, 0 destroyed")
		space.RequireNoSecrets(t, password)
		if text := state(); !strings.Contains(text, "site-b") || strings.Contains(text, password) {
			t.Errorf("the state lacks the pairing, or has the secret: %s", text)
		}
		w.b.Pair("site-a") // the link works now: that is no difference, but a change outside of Terraform
		acctest.RequireTexts(t, space.MustShell(t, login+drift[0]), "as configured")
		if out, code := space.Shell(t, login+drift[1]); code != 2 {
			t.Errorf("exit code %d\n%s", code, out)
		}
		w.a.SetDescription("site-b", "by hand")
		out, code := space.Shell(t, login+drift[0])
		if code != 2 {
			t.Errorf("exit code %d", code)
		}
		acctest.RequireTexts(t, out, "a pairing was changed by hand")
		space.MustShell(t, login+"terraform destroy")
		w.checkSessions(t)
	})
	t.Run("two accounts", func(t *testing.T) {
		t.Parallel()
		w, space, _ := job(t)
		operator := w.inhabit(login, "") + "export VCDA_USERNAME=operator@vsphere.local VCDA_PASSWORD=\"$(pass show vcda/operator)\"\n"
		out, code := space.Shell(t, operator+"terraform init\nterraform apply")
		if code != 1 || len(w.a.Sites()) > 0 {
			t.Errorf("exit code %d, pairings %v", code, w.a.Sites())
		}
		acctest.RequireTexts(t, out, "The user of the login lacks a role for this")
		trusted := w.asRoot()[:2] // where, but not who
		space.Env = append(space.Env, trusted...)
		acctest.RequireTexts(t, space.MustShell(t, accounts), "1 added, 0 changed, 0 destroyed")
		w.checkSessions(t)
	})
	t.Run("ephemeral variable", func(t *testing.T) {
		t.Parallel()
		acctest.SkipUnlessSupported(t, acctest.Ephemeral)
		w := newWorld(t, simulator.Manager)
		space := w.desk(t, w.secrets())
		space.Env = append(space.Env, w.asRoot()[:2]...)
		space.Configure(t, ephemeral+"resource \"terraform_data\" \"next\" { input = data.vcda_sites.all.sites[*].site }\ndata \"vcda_sites\" \"all\" {}\n")
		acctest.RequireTexts(t, space.MustShell(t, saved), "1 added, 0 changed, 0 destroyed")
		space.RequireNoSecrets(t, w.a.Accounts().SSOUsers[0].Password)
		out, code := space.Shell(t, saved[:strings.LastIndex(saved, "terraform apply")]+"unset TF_VAR_vcda_password\nterraform apply pairing.tfplan")
		if code == 0 {
			t.Error("the apply goes without the variable")
		}
		acctest.RequireTexts(t, out, "No value for required variable")
		w.checkSessions(t)
	})
}

// TestGuideOpenTofu shows what is there for OpenTofu, and the way back.
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
	t.Run("way back", func(t *testing.T) {
		t.Parallel()
		acctest.SkipUnlessSupported(t, ownHost)
		w, space, _ := grown(t, simulator.Manager)
		space.Write(t, "pairing.tf", w.inhabit(triggers, "")+importBlock)
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
		w.asConfigured(t, space)
	})
	t.Run("functions", func(t *testing.T) {
		t.Parallel()
		acctest.SkipUnlessSupported(t, acctest.Functions)
		w := newWorld(t, simulator.Manager)
		space := w.desk(t, nil)
		space.Write(t, "vcda-b.pem", w.b.CertificatePEM())
		space.Configure(t, functions)
		acctest.RequireTexts(t, space.MustRun(t, "apply"), w.b.Thumbprint())
		w.asConfigured(t, space)
	})
	t.Run("triggers", func(t *testing.T) {
		t.Parallel()
		w, space, _ := grown(t, simulator.Manager)
		pairing := w.inhabit(triggers, "")
		space.Write(t, "pairing.tf", pairing+importBlock)
		space.MustRun(t, "apply")
		before := w.a.Stats().Requests["PUT /sites/{key}"]
		space.Write(t, "pairing.tf", strings.ReplaceAll(pairing, "4.7.4", "4.7.5"))
		acctest.RequireTexts(t, space.MustRun(t, "apply"), "0 to add, 1 to change, 0 to destroy")
		if n := w.a.Stats().Requests["PUT /sites/{key}"] - before; n != 1 {
			t.Errorf("re-paired %d times", n)
		}
		w.asConfigured(t, space)
	})
	t.Run("encryption", func(t *testing.T) {
		t.Parallel()
		acctest.SkipUnlessSupported(t, encryption)
		w, space, _ := grown(t, simulator.Manager)
		space.Write(t, "encryption.tf", encrypted)
		space.Write(t, "pairing.tf", w.inhabit(triggers, "")+importBlock)
		space.Env = append(space.Env, "TF_VAR_state_passphrase=a passphrase of some length")
		space.MustRun(t, "apply")
		state, err := os.ReadFile(filepath.Join(space.Dir, "terraform.tfstate"))
		if err != nil || strings.Contains(string(state), "site-b") || !strings.Contains(string(state), "encrypted_data") {
			t.Errorf("the state is not encrypted: %v\n%s", err, state)
		}
		space.MustRun(t, "plan", "-detailed-exitcode")
		w.checkSessions(t)
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
	w := newWorld(t, simulator.Cloud)
	w.a, w.b = fixture.Appliance("site-a"), fixture.Appliance("site-b")
	w.a.Pair("site-b")
	w.a.Pair("site-c")
	space := w.desk(t, nil)
	space.Configure(t, w.inhabit(block, "")+"variable \"site_b_password\" {\n  type = string\n}\n"+
		"data \"vcda_session\" \"s\" {}\noutput \"sites\" { value = join(\",\", sort(data.vcda_session.s.authenticated_sites[*].site)) }\n")
	space.Env = append(append(space.Env, w.asRoot()...), "TF_VAR_site_b_password="+w.b.Accounts().VCDUsers[0].Password)
	acctest.RequireTexts(t, space.MustRun(t, "apply"), `sites = "site-a,site-b,site-c"`)
	w.asConfigured(t, space)
}
