package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// leakLogins are the variables of each login type, secrets included.
func leakLogins(a simulator.Accounts) map[string]map[string]string {
	user := func(u simulator.PasswordAccount) map[string]string {
		return map[string]string{"VCDA_USERNAME": u.Username, "VCDA_PASSWORD": u.Password}
	}
	return map[string]map[string]string{
		"local_user":       user(a.LocalUsers[0]),
		"sso_credentials":  user(a.SSOUsers[0]),
		"sso_token":        {"VCDA_SAML_TOKEN": a.SAML[1].Token, "VCDA_SAML_PRIVATE_KEY": a.SAML[1].PrivateKeyPEM()},
		"vcd_credentials":  user(a.VCDUsers[0]),
		"vcd_cookie":       {"VCDA_COOKIE": a.Cookies[0].Cookie},
		"vcd_access_token": {"VCDA_ACCESS_TOKEN": a.AccessTokens[0].Token},
		"vcd_api_token":    {"VCDA_API_TOKEN": a.APITokens[0].Token, "VCDA_ORG": a.APITokens[0].Org},
	}
}

// secretsOf returns all secrets of the accounts.
func secretsOf(a simulator.Accounts) []string {
	var all []string
	for _, u := range slices.Concat(a.LocalUsers, a.SSOUsers, a.VCDUsers) {
		all = append(all, u.Password)
	}
	for _, s := range a.SAML {
		all = append(all, s.Token)
		if s.Key != nil {
			all = append(all, strings.Split(s.PrivateKeyPEM(), "\n")[3]) // any line of it
		}
	}
	for _, c := range a.Cookies {
		all = append(all, c.Cookie)
	}
	for _, t := range a.AccessTokens {
		all = append(all, t.Token)
	}
	for _, t := range a.APITokens {
		all = append(all, t.Token)
	}
	return all
}

// tokensOf returns the session tokens that an appliance has received.
func tokensOf(a *simulator.Appliance) []string {
	tokens := map[string]bool{}
	for _, r := range a.Requests() {
		if token := r.Header.Get("X-VCAV-Auth"); token != "" {
			tokens[token] = true
		}
	}
	return slices.Collect(maps.Keys(tokens))
}

const leakConfig = `
variable "password" {
  type      = string
  ephemeral = true
}
variable "token" {
  type      = string
  ephemeral = true
}
provider "vcda" {
  session_extensions = [{ site = "site-b", credentials = { username = "administrator@System", password = var.password } }]
}
data "vcda_session" "now" {}
ephemeral "vcda_session" "own" {}
ephemeral "vcda_session_extension" "b" {
  site         = "site-b"
  access_token = { token = var.token }
}
resource "vcda_session_extension" "b" {
  site        = "site-b"
  credentials = { username = "administrator@System", password_wo = var.password, password_wo_version = 1 }
}
resource "vcda_site_pairing" "c" {
  api_url        = %q
  api_thumbprint = %q
  site           = "site-c"
}
resource "vcda_vm_replication" "web" {
  source      = { site = "site-b", vm = { id = %q } }
  destination = { site = "site-a", vcloud = { vdc_id = %q } }
}
data "vcda_vm_replications" "all" {
  depends_on = [vcda_vm_replication.web]
}
`

// No secret is in the trace log, the plan, the state or the output, also of
// commands that fail because a server repeats the secrets.
func TestSecrets_neverLeak(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Ephemeral, acctest.WriteOnly)
	for login, variables := range leakLogins(simulator.DefaultAccounts()) {
		t.Run(login, func(t *testing.T) {
			t.Parallel()
			options := acctest.TwoSites(simulator.Cloud)
			options = append(options, simulator.ApplianceOptions{Site: "site-c", Service: simulator.Cloud})
			fixture := acctest.StartAppliances(t, options...)
			a, b, c := fixture.Appliance("site-a"), fixture.Appliance("site-b"), fixture.Appliance("site-c")
			accounts := a.Accounts()
			a.Pair("site-b")
			b.Pair("site-a")

			w := acctest.NewWorkspace(t, fmt.Sprintf(leakConfig, c.URL(), c.Thumbprint(), b.Workloads().VApps[0].VMs[0].ID, a.Workloads().VDCs[0].ID))
			w.Trace()
			w.Env = append(w.Env, "VCDA_URL="+a.URL(), "VCDA_THUMBPRINT="+a.Thumbprint(), "VCDA_LOGIN="+login,
				"TF_VAR_password="+accounts.VCDUsers[0].Password, "TF_VAR_token="+accounts.AccessTokens[0].Token)
			for name, value := range variables {
				w.Env = append(w.Env, name+"="+value)
			}
			output := w.MustRun(t, "plan", "-out=planned", "-no-color") + w.MustRun(t, "apply", "-no-color", "planned")
			// The server repeats secrets of this request and of earlier ones.
			for path, sent := range map[string][]string{
				"/sessions/extend": append(slices.Collect(maps.Values(variables)), accounts.VCDUsers[0].Password),
				"/sessions":        slices.Collect(maps.Values(variables)),
			} {
				a.Fault(simulator.Fault{
					Method: "POST", Path: path, Status: 400, ContentType: "application/json",
					Body: `{"code":"BadUserInput","msg":` + strconv.Quote("You sent "+strings.Join(sent, " and ")) + `}`,
				})
				failed, code := w.Run(t, "apply", "-auto-approve", "-no-color")
				if code == 0 {
					t.Fatalf("the apply succeeded:\n%s", failed)
				}
				acctest.RequireTexts(t, failed, "You sent")
				output += failed
				a.ClearFaults()
			}
			output += w.MustRun(t, "destroy", "-auto-approve", "-no-color")
			w.Write(t, "output.txt", output)

			w.RequireLogged(t, "POST", "/sessions/extend", "/vm-replications", "HTTP request")
			guest := []string{simulator.SecretAdminPassword, simulator.SecretDomainPassword} // in each response about a replication
			w.RequireNoSecrets(t, slices.Concat(secretsOf(accounts), tokensOf(a), guest)...)
			if live := a.Stats().LiveSessions; live != 0 {
				t.Errorf("%d sessions are left", live)
			}
		})
	}
}
