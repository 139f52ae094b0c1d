package session_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
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
	acctest.Needs(t, acctest.Ephemeral)
	a := acctest.Estate(t).Appliance("site-a")
	w := acctest.NewWorkspace(t, acctest.ProviderBlock(a)+ownSession+tokenAlias(a)+`
data "vcda_session" "other" { provider = vcda.token }
output "user" { value = data.vcda_session.other.user }
`)
	out := w.MustRun(t, "apply", "-auto-approve", "-no-color")
	acctest.MustSay(t, out, `user = "root"`)
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
	acctest.Needs(t, acctest.Ephemeral)
	a := acctest.Estate(t).Appliance("site-a")
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

func TestEphemeralSessionNeedsALogin(t *testing.T) {
	acctest.Needs(t, acctest.Ephemeral)
	a := acctest.Estate(t).Appliance("site-a")
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
	acctest.MustSay(t, strings.ReplaceAll(out, "│", ""), "Unable to open a session", "the token of an existing session", "another type of login")
}
