package session_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const ownSession = "\nephemeral \"vcda_session\" \"own\" {}\n"

// tokenAlias is a provider configuration that logs in with the token of the
// ephemeral session.
func tokenAlias(a *simulator.Appliance) string {
	return fmt.Sprintf(`
provider "vcda" {
  alias      = "token"
  url        = ephemeral.vcda_session.own.url
  thumbprint = %q
  login      = { session_token = { token = ephemeral.vcda_session.own.token } }
}
`, a.Thumbprint())
}

func TestEphemeralSessionFeedsAnotherProvider(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Ephemeral)
	a := acctest.StartAppliances(t).Appliance("site-a")
	w := acctest.NewWorkspace(t, acctest.ProviderBlock(a)+ownSession+tokenAlias(a)+`
data "vcda_session" "other" { provider = vcda.token }
output "user" { value = data.vcda_session.other.user }
`)
	out := w.MustRun(t, "apply", "-auto-approve", "-no-color")
	acctest.RequireTexts(t, out, `user = "root"`)
	stats := a.Stats()
	if stats.LiveSessions != 0 || stats.Logins != stats.Logouts {
		t.Errorf("%d logins, %d logouts, %d sessions left", stats.Logins, stats.Logouts, stats.LiveSessions)
	}
	// Plan and apply open it once each; the provider's own session is not needed.
	if stats.Logins != 2 {
		t.Errorf("%d logins, want 2", stats.Logins)
	}
}

// Terraform does not close ephemeral resources when a resource fails in apply:
// the sweep at the end of the process does.
func TestFailedApplyLeavesNoSession(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Ephemeral)
	a := acctest.StartAppliances(t).Appliance("site-a")
	w := acctest.NewWorkspace(t, acctest.ProviderBlock(a)+ownSession+tokenAlias(a)+`
resource "vcda_site_pairing" "nowhere" {
  provider       = vcda.token
  api_url        = "https://nowhere.example.com:8048"
  api_thumbprint = "`+a.Thumbprint()+`"
}
`)
	out, code := w.Run(t, "apply", "-auto-approve", "-no-color")
	if code == 0 {
		t.Fatalf("the apply succeeded:\n%s", out)
	}
	stats := a.Stats()
	if stats.LiveSessions != 0 || stats.Logins != stats.Logouts {
		t.Errorf("%d logins, %d logouts, %d sessions left", stats.Logins, stats.Logouts, stats.LiveSessions)
	}
}

// Terraform renews when it is told to; until then the session rests, at most a
// third of the time after which it idles out.
func TestRenewKeepsTheSessionAlive(t *testing.T) {
	a := acctest.StartAppliances(t).Appliance("site-a")
	p := direct.Serve(t, acctest.Factories(t)["vcda"])
	root := a.Accounts().LocalUsers[0]
	p.Configure(t, direct.Values{
		"url": a.URL(), "thumbprint": a.Thumbprint(),
		"login": direct.Values{"local_user": direct.Values{"username": root.Username, "password": root.Password}},
	})
	own, diags := p.Open(t, "vcda_session", direct.Values{})
	if len(diags) > 0 {
		t.Fatal(diags.Errors())
	}
	if rest := time.Until(own.RenewAt); rest <= 0 || rest > 10*time.Minute {
		t.Errorf("renewed after %v", rest)
	}
	if token, ok := own.Values["token"].(string); !ok || strings.Contains(string(own.Private), token) {
		t.Error("private data holds the token")
	}
	reads := a.Stats().Requests["GET /sessions"]
	if diags := p.Renew(t, &own); len(diags) > 0 || a.Stats().Requests["GET /sessions"] != reads+1 {
		t.Errorf("%v after %d reads of the session", diags.Errors(), a.Stats().Requests["GET /sessions"]-reads)
	}
	if rest := time.Until(own.RenewAt); rest <= 0 || rest > 10*time.Minute {
		t.Errorf("renewed again after %v", rest)
	}
	a.ExpireSessions()
	if errors := p.Renew(t, &own).Errors(); len(errors) != 1 || !strings.Contains(errors[0], "Unable to keep the session alive") {
		t.Errorf("errors %v", errors)
	}
	if diags := p.Close(t, own); len(diags) > 0 {
		t.Error(diags.Errors())
	}
	if stats := a.Stats(); stats.Logins != 1 {
		t.Errorf("%d logins: a session that was handed out can't be replaced", stats.Logins)
	}
}

func TestEphemeralSessionNeedsALogin(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Ephemeral)
	a := acctest.StartAppliances(t).Appliance("site-a")
	w := acctest.NewWorkspace(t, fmt.Sprintf(`
provider "vcda" {
  url        = %q
  thumbprint = %q
  login      = { session_token = { token = "given" } }
}
`, a.URL(), a.Thumbprint())+ownSession)
	out, code := w.Run(t, "plan", "-no-color")
	if code == 0 {
		t.Fatalf("the plan succeeded:\n%s", out)
	}
	acctest.RequireTexts(t, strings.ReplaceAll(out, "│", ""), "Unable to open a session", "the token of an existing session", "another type of login")
}
