package storware_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/storware"
)

// logins are the logins of the provider block in HCL, and as variables.
var logins = map[string]struct {
	hcl       string
	variables []string
	who       string
}{
	"credentials": {
		`credentials = { username = "admin", password = "` + password + `" }`,
		[]string{"VCDA_STORWARE_USERNAME=admin", "VCDA_STORWARE_PASSWORD=" + password},
		"admin",
	},
	"token": {
		`token = { token = "` + token + `" }`,
		[]string{"VCDA_STORWARE_TOKEN=" + token},
		"admin",
	},
	"node": {
		`node = { name = "node-1", password = "` + nodePassword + `", version = "7.4.0" }`,
		[]string{"VCDA_STORWARE_NODE_NAME=node-1", "VCDA_STORWARE_NODE_PASSWORD=" + nodePassword, "VCDA_STORWARE_NODE_VERSION=7.4.0"},
		"node-1",
	},
}

// TestDataSources_commandLine reads with every login type and in both shapes of enums.
func TestDataSources_commandLine(t *testing.T) {
	t.Parallel()
	for name, login := range logins {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, storware.Switches{EnumObjects: name == "token"})
			shown := func(source, attribute string, want knownvalue.Check) statecheck.StateCheck {
				return statecheck.ExpectKnownValue("data."+source+".current", tfjsonpath.New(attribute), want)
			}
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(t),
				Steps: []resource.TestStep{{
					Config: "provider \"vcda\" {\n" + acctest.SystemBlock("storware", s, "login = { "+login.hcl+" }") + `}
data "vcda_storware_session" "current" {}
data "vcda_storware_user" "current" {}
data "vcda_storware_status" "current" {}`,
					ConfigStateChecks: []statecheck.StateCheck{
						shown("vcda_storware_session", "requester", knownvalue.ObjectPartial(map[string]knownvalue.Check{"name": knownvalue.StringExact(login.who)})),
						shown("vcda_storware_session", "privileges", knownvalue.SetPartial([]knownvalue.Check{knownvalue.StringExact("NODE_READ")})),
						shown("vcda_storware_user", "login", knownvalue.StringExact(login.who)),
						shown("vcda_storware_user", "source", knownvalue.StringExact("LDAP")),
						shown("vcda_storware_status", "reachable", knownvalue.Bool(true)),
						shown("vcda_storware_status", "authenticated", knownvalue.Bool(true)),
					},
				}},
			})
		})
	}
}

func TestEphemeral_commandLine(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, acctest.Ephemeral)
	s := start(t, storware.Switches{EnumObjects: true})
	shown := func(name string, want knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("echo.session", tfjsonpath.New("data").AtMapKey(name), want)
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.WithEcho(acctest.Factories(t)),
		Steps: []resource.TestStep{{
			Config: "provider \"vcda\" {\n" + acctest.SystemBlock("storware", s, "login = { "+logins["credentials"].hcl+" }") + `}
ephemeral "vcda_storware_session" "session" { refresh_endpoints_tokens = true }
provider "echo" { data = ephemeral.vcda_storware_session.session }
resource "echo" "session" {}`,
			ConfigStateChecks: []statecheck.StateCheck{
				shown("requester", knownvalue.ObjectExact(map[string]knownvalue.Check{"guid": knownvalue.StringExact("1"), "name": knownvalue.StringExact("admin")})),
				shown("language", knownvalue.StringExact("EN")),
				shown("page_size", knownvalue.Int64Exact(50)),
				shown("cookie", knownvalue.NotNull()),
				shown("endpoints_server_manager_token", knownvalue.NotNull()),
				shown("endpoints_organization_admin_warning", knownvalue.StringExact("The organization has no license.")),
			},
		}},
	})
	if stats := s.Stats(); stats.Logins == 0 || stats.Logouts != stats.Logins || stats.LiveSessions != 0 {
		t.Errorf("%+v", stats)
	}
}

// newWorkspace makes a workspace in which the environment configures the provider.
func newWorkspace(t *testing.T, s *storware.Server, login, configuration string) *acctest.Workspace {
	t.Helper()
	w := acctest.NewWorkspace(t, configuration)
	w.Env = append(w.Env, "VCDA_STORWARE_URL="+s.URL(), "VCDA_STORWARE_THUMBPRINT="+s.Thumbprint(), "VCDA_STORWARE_LOGIN="+login)
	w.Env = append(w.Env, logins[login].variables...)
	return w
}

// requireLogins requires the number of logins, and as many logouts.
func requireLogins(t *testing.T, s *storware.Server, want int) {
	t.Helper()
	if stats := s.Stats(); stats.Logins != want || stats.Logouts != want || stats.LiveSessions != 0 || stats.FailedLogins != 0 {
		t.Errorf("%d logins, %d logouts, %d live sessions, %d refused; want %d", stats.Logins, stats.Logouts, stats.LiveSessions, stats.FailedLogins, want)
	}
}

func readExample(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "..", "examples", path))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestExamples plans the examples of the data sources with every login type from variables: one login and one logout.
func TestExamples(t *testing.T) {
	t.Parallel()
	for _, source := range []string{"vcda_storware_session", "vcda_storware_user", "vcda_storware_status"} {
		for login := range logins {
			t.Run(source+"/"+login, func(t *testing.T) {
				t.Parallel()
				s := start(t, storware.Switches{})
				w := newWorkspace(t, s, login, readExample(t, "data-sources/"+source+"/data-source.tf"))
				w.MustRun(t, "plan", "-no-color", "-out=plan")
				requireLogins(t, s, 1)
			})
		}
	}
}

// TestExamples_ephemeral passes the cookie to a script.
func TestExamples_ephemeral(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, acctest.Ephemeral)
	s := start(t, storware.Switches{})
	w := newWorkspace(t, s, "token", readExample(t, "ephemeral-resources/vcda_storware_session/ephemeral-resource.tf"))
	w.Write(t, "start-drill.sh", "printf '%s' \"$STORWARE_COOKIE\" >cookie\n")
	w.MustRun(t, "apply", "-no-color", "-auto-approve")
	cookie, err := os.ReadFile(filepath.Join(w.Dir, "cookie"))
	if err != nil || !strings.Contains(string(cookie), "=") {
		t.Errorf("the script got %q: %v", cookie, err)
	}
	requireLogins(t, s, 2)
}

// TestSession_missingPrivilege: a failed check warns, a failed postcondition stops the
// plan.
func TestSession_missingPrivilege(t *testing.T) {
	t.Parallel()
	few := accounts()
	few.Users[0].Privileges = []string{"NODE_READ"}
	none := accounts()
	none.Users[0].Privileges = nil
	for name, c := range map[string]struct {
		accounts storware.Accounts
		code     int
		says     string
	}{
		"check":         {few, 0, "Warning: Check block assertion failed"},
		"postcondition": {none, 1, "Error: Resource postcondition failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, storware.Switches{})
			s.SetAccounts(c.accounts)
			out, code := newWorkspace(t, s, "credentials", readExample(t, "data-sources/vcda_storware_session/data-source.tf")).Run(t, "plan", "-no-color")
			if code != c.code {
				t.Errorf("exit code %d", code)
			}
			acctest.RequireTexts(t, out, c.says, "The Storware login lacks")
			requireLogins(t, s, 1)
		})
	}
}

// failing opens a session and then fails in apply, so that Terraform never
// closes it.
const failing = `
ephemeral "vcda_storware_session" "session" {}
resource "terraform_data" "use" {
  provisioner "local-exec" {
    command     = "test -z \"$COOKIE\""
    environment = { COOKIE = ephemeral.vcda_storware_session.session.cookie }
  }
}`

func TestEphemeral_failedApply(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, acctest.Ephemeral)
	s := start(t, storware.Switches{})
	out, code := newWorkspace(t, s, "credentials", failing).Run(t, "apply", "-no-color", "-auto-approve")
	if code == 0 {
		t.Errorf("the apply succeeds:\n%s", out)
	}
	acctest.RequireTexts(t, out, "local-exec provisioner error")
	requireLogins(t, s, 2)
}

// TestSecrets_neverLeak looks for secrets in state, plan and the trace log.
func TestSecrets_neverLeak(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, acctest.Ephemeral)
	for name := range logins {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, storware.Switches{})
			w := newWorkspace(t, s, name, strings.Replace(failing, "-z", "-n", 1)+`
ephemeral "vcda_storware_session" "refreshed" { refresh_endpoints_tokens = true }
data "vcda_storware_session" "current" { depends_on = [terraform_data.use] }
data "vcda_storware_user" "current" { depends_on = [terraform_data.use] }`)
			w.Trace()
			w.MustRun(t, "plan", "-no-color", "-out=plan")
			w.MustRun(t, "apply", "-no-color", "plan")
			w.RequireLogged(t, "/api/session/refresh-endpoints-tokens", "/api/session/user/details", "/api/session/logout")
			w.RequireNoSecrets(t, password, token, nodePassword, managerToken, organizationRole)
			w.RequireNoSecrets(t, cookies(s)...)
		})
	}
}

// cookies returns the values of the cookies that the server received.
func cookies(s *storware.Server) []string {
	var all []string
	for _, r := range s.Requests() {
		for pair := range strings.SplitSeq(r.Header.Get("Cookie"), "; ") {
			_, value, _ := strings.Cut(pair, "=")
			all = append(all, value)
		}
	}
	return all
}
