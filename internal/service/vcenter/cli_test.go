package vcenter_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

// TestEphemeral_commandLine passes a ticket to a clone, and the clone to the echo provider.
func TestEphemeral_commandLine(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, acctest.Ephemeral)
	v := start(t, vcenter.Options{})
	shown := func(name string, want knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("echo.clone", tfjsonpath.New("data").AtMapKey(name), want)
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.WithEcho(acctest.Factories(t)),
		Steps: []resource.TestStep{{
			Config: block(v, byPassword) + `
ephemeral "vcda_vcenter_clone_ticket" "ticket" {}
ephemeral "vcda_vcenter_session" "clone" { clone_ticket = ephemeral.vcda_vcenter_clone_ticket.ticket.ticket }
provider "echo" { data = ephemeral.vcda_vcenter_session.clone }
resource "echo" "clone" {}`,
			ConfigStateChecks: []statecheck.StateCheck{
				shown("user_name", knownvalue.StringExact(username)),
				shown("full_name", knownvalue.StringExact(username)),
				shown("locale", knownvalue.StringExact("en_US")),
				shown("message_locale", knownvalue.StringExact("en_US")),
				shown("ip_address", knownvalue.StringExact("127.0.0.1")),
				shown("extension_session", knownvalue.Bool(false)),
				shown("session_id", knownvalue.NotNull()),
				shown("key", knownvalue.NotNull()),
				shown("clone_ticket", knownvalue.NotNull()),
				shown("login_time", knownvalue.NotNull()),
				shown("last_active_time", knownvalue.NotNull()),
				shown("user_agent", knownvalue.NotNull()),
				shown("call_count", knownvalue.NotNull()),
			},
		}},
	})
	if s := v.Stats(); s.Clones == 0 || s.LiveSessions != s.Logins {
		t.Errorf("only sessions of providers may be open still: %+v", s)
	}
}

// environment configures the provider for a vCenter without a provider block.
func environment(v *vcenter.Server) []string {
	return []string{
		"VCDA_VCENTER_URL=" + v.URL(), "VCDA_VCENTER_THUMBPRINT=" + v.Thumbprint(),
		"VCDA_VCENTER_LOGIN=credentials", "VCDA_VCENTER_USERNAME=" + username, "VCDA_VCENTER_PASSWORD=" + password,
	}
}

// newWorkspace makes a workspace in which the environment configures the provider.
func newWorkspace(t *testing.T, v *vcenter.Server, configuration string) *acctest.Workspace {
	t.Helper()
	w := acctest.NewWorkspace(t, configuration)
	w.Env = append(w.Env, environment(v)...)
	return w
}

// requireOpened requires the number of logins and clones, and the end of each.
func requireOpened(t *testing.T, v *vcenter.Server, logins, clones int) {
	t.Helper()
	if s := v.Stats(); s.Logins != logins || s.Clones != clones {
		t.Errorf("%d logins and %d clones, want %d and %d", s.Logins, s.Clones, logins, clones)
	}
	requireAllLoggedOut(t, v)
}

// requireAllLoggedOut requires that every session was logged out, and no login was refused.
func requireAllLoggedOut(t *testing.T, v *vcenter.Server) {
	t.Helper()
	if s := v.Stats(); s.Logouts != s.Logins+s.Clones || s.LiveSessions != 0 || s.FailedLogins != 0 {
		t.Errorf("%+v", s)
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

// TestExamples applies the examples; each process logs in once, and everything
// is logged out.
func TestExamples(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, acctest.Ephemeral)
	for name, clones := range map[string]int{
		"data-sources/vcda_vcenter_session/data-source.tf":                    0,
		"ephemeral-resources/vcda_vcenter_session/ephemeral-resource.tf":      1,
		"ephemeral-resources/vcda_vcenter_clone_ticket/ephemeral-resource.tf": 1,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := start(t, vcenter.Options{})
			w := newWorkspace(t, v, readExample(t, name))
			w.MustRun(t, "plan", "-no-color", "-out=plan")
			requireOpened(t, v, 1, clones)
			acctest.RequireTexts(t, w.MustRun(t, "apply", "-no-color", "plan"), username)
			requireAllLoggedOut(t, v) // the number of unused sessions depends on the CLI
		})
	}
}

// failing opens a clone and then fails in apply, so that Terraform never closes
// the clone.
const failing = `
ephemeral "vcda_vcenter_session" "clone" {}
resource "terraform_data" "use" {
  provisioner "local-exec" {
    command     = "test -z \"$SESSION\""
    environment = { SESSION = ephemeral.vcda_vcenter_session.clone.session_id }
  }
}`

func TestEphemeral_failedApply(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, acctest.Ephemeral)
	v := start(t, vcenter.Options{})
	out, code := newWorkspace(t, v, failing).Run(t, "apply", "-no-color", "-auto-approve")
	if code == 0 {
		t.Errorf("the apply succeeds:\n%s", out)
	}
	acctest.RequireTexts(t, out, "local-exec provisioner error")
	requireOpened(t, v, 2, 2)
}

// given clones by a ticket from outside the configuration.
const given = `
variable "ticket" {
  type      = string
  ephemeral = true
}
ephemeral "vcda_vcenter_session" "clone" { clone_ticket = var.ticket }
resource "terraform_data" "use" {
  provisioner "local-exec" {
    command     = "test -n \"$SESSION\""
    environment = { SESSION = ephemeral.vcda_vcenter_session.clone.session_id }
  }
}`

// TestClone_givenTicketInTheCommandLine: the plan uses the ticket up, so a one-command apply fails. A saved plan
// works with another ticket.
func TestClone_givenTicketInTheCommandLine(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, acctest.Ephemeral)
	v := start(t, vcenter.Options{})
	source := connect(t, v, credentials)
	withTicket := func() string {
		return "-var=ticket=" + requireText(t, open(t, source, "vcda_vcenter_clone_ticket", direct.Values{}).Values["ticket"])
	}
	w := newWorkspace(t, v, given)
	out, code := w.Run(t, "apply", "-no-color", "-auto-approve", withTicket())
	if code == 0 {
		t.Errorf("a ticket serves twice:\n%s", out)
	}
	acctest.RequireTexts(t, out, "Unable to clone a session of the vCenter", ticketRefused, planAndApply)
	w.MustRun(t, "plan", "-no-color", "-out=plan", withTicket())
	w.MustRun(t, "apply", "-no-color", withTicket(), "plan")
	if s := v.Stats(); s.Logins != 1 || s.Clones != 3 || s.LiveSessions != 1 {
		t.Errorf("%+v", s)
	}
}

// TestSecrets_neverLeak looks for secrets in state, plan and the trace log.
func TestSecrets_neverLeak(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, acctest.Ephemeral)
	v := start(t, vcenter.Options{})
	w := newWorkspace(t, v, fmt.Sprintf(`%s
ephemeral "vcda_vcenter_clone_ticket" "ticket" {}
ephemeral "vcda_vcenter_session" "other" { clone_ticket = ephemeral.vcda_vcenter_clone_ticket.ticket.ticket }
data "vcda_vcenter_session" "current" { depends_on = [terraform_data.use] }
`, given))
	source := connect(t, v, credentials)
	ticket := func() string {
		return "TF_VAR_ticket=" + requireText(t, open(t, source, "vcda_vcenter_clone_ticket", direct.Values{}).Values["ticket"])
	}
	w.Trace()
	w.Env = append(w.Env, ticket())
	w.MustRun(t, "plan", "-no-color", "-out=plan")
	w.Env = append(w.Env, ticket())
	w.MustRun(t, "apply", "-no-color", "plan")
	w.RequireLogged(t, "SessionManager/CloneSession", "SessionManager/Logout")
	w.RequireNoSecrets(t, secretsSentTo(t, v)...)
}

// secretsSentTo returns the secrets of all requests to the vCenter.
func secretsSentTo(t *testing.T, v *vcenter.Server) []string {
	t.Helper()
	all := []string{password}
	for _, r := range v.Requests() {
		var body struct {
			CloneTicket string `json:"cloneTicket"`
		}
		if len(r.Body) > 0 {
			if err := json.Unmarshal(r.Body, &body); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, r.Header.Get("vmware-api-session-id"), body.CloneTicket)
	}
	return all
}
