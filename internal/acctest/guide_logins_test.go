package acctest_test

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// probes are configurations that show the user of a session, by system.
var probes = map[string]string{
	"":         "data \"vcda_session\" \"s\" {}\noutput \"user\" { value = data.vcda_session.s.user }\n",
	"vCenter":  "data \"vcda_vcenter_session\" \"s\" {}\noutput \"user\" { value = data.vcda_vcenter_session.s.user_name }\n",
	"Storware": "data \"vcda_storware_session\" \"s\" {}\noutput \"user\" { value = data.vcda_storware_session.s.requester.name }\n",
}

var passShow = regexp.MustCompile(`pass show ([\w/-]+)`)

// TestGuideLoginTypes logs in with each type, from the configuration and from the
// environment.
func TestGuideLoginTypes(t *testing.T) {
	t.Parallel()
	g := readGuide(t, guidesFolder+"/login-types.md")
	block, common := g.terraform(t, "How to read the examples"), g.shell(t, "How to read the examples")
	_, variable, _ := strings.Cut(block, "\n}\n")
	users := map[string]string{"vCenter": "administrator@vsphere.local", "Storware": "admin"}
	for _, name := range loginNames(t) {
		users[name] = map[bool]string{true: "administrator@System", false: "administrator@vsphere.local"}[strings.HasPrefix(name, "vcd_")]
	}
	users["local_user"], users["session_token"] = "root", "root"
	for _, name := range slices.Sorted(maps.Keys(users)) {
		configured, exports := g.terraform(t, name), g.shell(t, name)
		probe, isOtherSystem := probes[name]
		if isOtherSystem {
			configured = variable + configured
		} else {
			probe, exports, configured = probes[""], common+exports, strings.Replace(block, "# login = …", configured, 1)
		}
		for source, content := range map[string]string{"configuration": configured, "environment": "provider \"vcda\" {}\n"} {
			t.Run(name+" by "+source, func(t *testing.T) {
				t.Parallel()
				s := newScenario(t, map[bool]simulator.Service{true: simulator.Cloud, false: simulator.Manager}[strings.HasPrefix(name, "vcd_")])
				secrets := s.secrets()
				if name == "session_token" {
					secrets["vcda/session"] = s.login(t)
				}
				space := s.workspace(t, secrets)
				space.Configure(t, s.fillIn(content, "")+probe)
				space.Write(t, "token.xml", s.a.Accounts().SAML[1].Token)
				space.Env = append(space.Env, "VCDA_VCENTER_THUMBPRINT="+s.vcenter.Thumbprint(), "VCDA_STORWARE_THUMBPRINT="+s.storware.Thumbprint())
				secret := secrets[passShow.FindStringSubmatch(exports)[1]]
				script := "export TF_VAR_vcda_secret='" + secret + "'\nterraform apply\nterraform plan -detailed-exitcode"
				if source == "environment" {
					script = s.fillIn(exports, "") + "terraform apply"
				}
				out := space.MustShell(t, script)
				acctest.RequireTexts(t, out, `user = "`+users[name]+`"`)
				acctest.RequireNoTexts(t, out, "Warning: Ignored variable")
				space.RequireNoSecrets(t, secret)
				if name == "session_token" { // the provider does not log it out
					s.call(t, http.MethodDelete, "/sessions", secret, "", nil)
				}
				s.checkSessions(t)
			})
		}
	}
}

// loginNames returns the login types of the provider.
func loginNames(t *testing.T) []string {
	t.Helper()
	for _, a := range direct.Serve(t, acctest.Factories(t)["vcda"]).Schemas().Provider.Block.Attributes {
		if a.Name == "login" {
			var names []string
			for _, one := range a.NestedType.Attributes {
				names = append(names, one.Name)
			}
			return names
		}
	}
	t.Fatal("the provider has no login")
	return nil
}

// secrets returns the secrets that the guides read with pass, by name.
func (s scenario) secrets() map[string]string {
	accounts := s.a.Accounts()
	return map[string]string{
		"vcda/root": accounts.LocalUsers[0].Password, "vcda/sso": accounts.SSOUsers[0].Password, "vcda/operator": accounts.SSOUsers[1].Password,
		"vcda/holder-key": accounts.SAML[1].PrivateKeyPEM(), "vcda/vcd": accounts.VCDUsers[0].Password,
		"vcda/access-token": accounts.AccessTokens[0].Token, "vcda/api-token": accounts.APITokens[0].Token, "vcda/cookie": accounts.Cookies[0].Cookie,
		"vcenter": s.vcenter.Password(), "storware": s.storware.Accounts().Users[0].Password,
	}
}
