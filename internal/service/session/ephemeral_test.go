package session_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const sessionType = "vcda_session"

const ephemeralSession = "\nephemeral \"vcda_session\" \"own\" {}\n"

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

func TestEphemeral_tokenForAnotherProvider(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Ephemeral)
	t.Parallel()
	a := acctest.StartAppliances(t).Appliance("site-a")
	w := acctest.NewWorkspace(t, acctest.ProviderBlock(a)+ephemeralSession+tokenAlias(a)+`
data "vcda_session" "other" { provider = vcda.token }
output "user" { value = data.vcda_session.other.user }
`)
	out := w.MustRun(t, "apply", "-auto-approve", "-no-color")
	acctest.RequireTexts(t, out, `user = "root"`)
	stats := a.Stats()
	if stats.LiveSessions != 0 || stats.Logins != stats.Logouts {
		t.Errorf("%d logins, %d logouts, %d sessions left", stats.Logins, stats.Logouts, stats.LiveSessions)
	}
	// Plan and apply open it once each, and neither needs the provider's own session.
	if stats.Logins != 2 {
		t.Errorf("%d logins, want 2", stats.Logins)
	}
}

// TestEphemeral_failedApply: the end of the process logs out, because Terraform does not close ephemeral resources if
// a resource fails in an apply.
func TestEphemeral_failedApply(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Ephemeral)
	t.Parallel()
	a := acctest.StartAppliances(t).Appliance("site-a")
	w := acctest.NewWorkspace(t, acctest.ProviderBlock(a)+ephemeralSession+tokenAlias(a)+`
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

// TestEphemeral_lifecycle: the session is renewed in a third of its idle timeout, and an expired one is not replaced
// by a new login.
func TestEphemeral_lifecycle(t *testing.T) {
	t.Parallel()
	a := acctest.StartAppliances(t).Appliance("site-a")
	clock := clocktest.New()
	p := acctest.ConnectAt(t, clock, a, nil)
	session, diags := p.Open(t, sessionType, direct.Values{})
	if len(diags) > 0 {
		t.Fatal(diags.Errors())
	}
	if after := session.RenewAt.Sub(clock.Now()); after != 10*time.Minute {
		t.Errorf("renewed after %v", after)
	}
	if token, ok := session.Values["token"].(string); !ok || strings.Contains(string(session.Private), token) {
		t.Error("private data holds the token")
	}
	clock.Advance(10 * time.Minute)
	reads := a.Stats().Requests["GET /sessions"]
	if diags := p.Renew(t, &session); len(diags) > 0 || a.Stats().Requests["GET /sessions"] != reads+1 {
		t.Errorf("%v after %d reads of the session", diags.Errors(), a.Stats().Requests["GET /sessions"]-reads)
	}
	if after := session.RenewAt.Sub(clock.Now()); after != 10*time.Minute {
		t.Errorf("renewed again after %v", after)
	}
	a.ExpireSessions()
	if errors := p.Renew(t, &session).Errors(); len(errors) != 1 || !strings.Contains(errors[0], "Unable to keep the session alive") {
		t.Errorf("errors %q", errors)
	}
	if diags := p.Close(t, session); len(diags) > 0 {
		t.Error(diags.Errors())
	}
	if errors := p.Renew(t, &session).Errors(); len(errors) != 1 || !strings.Contains(errors[0], "The session has been closed.") {
		t.Errorf("errors %q after the close", errors)
	}
	if stats := a.Stats(); stats.Logins != 1 {
		t.Errorf("%d logins, want 1", stats.Logins)
	}
}

// TestEphemeral_externalToken: a login with the token of an existing session can't open another one.
func TestEphemeral_externalToken(t *testing.T) {
	t.Parallel()
	a := acctest.StartAppliances(t).Appliance("site-a")
	p := acctest.Connect(t, a, direct.Values{"login": direct.Values{"session_token": direct.Values{"token": "given"}}})
	_, diags := p.Open(t, sessionType, direct.Values{})
	if len(diags.Errors()) != 1 {
		t.Fatalf("errors %q, want 1", diags.Errors())
	}
	acctest.RequireTexts(t, diags.Errors()[0], "Unable to open a session", "the token of an existing session", "another type of login")
}
