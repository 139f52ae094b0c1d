package sessionextension_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// posts are the requests to a path, in order, by method.
func posts(a *simulator.Appliance, method, path string) (found []string) {
	for _, r := range a.Requests() {
		if r.Method == method && strings.HasPrefix(r.Path, path) {
			found = append(found, string(r.Body))
		}
	}
	return found
}

func ephemeralExtension(name, way string) string {
	return fmt.Sprintf("\nephemeral \"vcda_session_extension\" %q {\n  site = \"site-b\"\n  %s\n}\n", name, way)
}

// readSession reads the session after the extensions named are open.
func readSession(after ...string) string {
	return fmt.Sprintf("\ndata \"vcda_session\" \"now\" {\n  depends_on = [%s]\n}\noutput \"sites\" { value = join(\",\", data.vcda_session.now.authenticated_sites[*].site) }\n", strings.Join(after, ", "))
}

func TestEphemeralExtendsWhileOpen(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Ephemeral)
	a, b := startCloudSites(t, nil)
	for name, way := range ways(b) {
		if name == "cookie" {
			continue // refused by appliances of today
		}
		t.Run(name, func(t *testing.T) {
			a.ResetStats()
			w := acctest.NewWorkspace(t, acctest.ProviderBlock(a)+ephemeralExtension("b", way)+readSession("ephemeral.vcda_session_extension.b"))
			out := w.MustRun(t, "apply", "-auto-approve", "-no-color")
			acctest.RequireTexts(t, out, `sites = "site-a,site-b"`)
			stats := a.Stats()
			if stats.Requests["POST /sessions/extend"] == 0 || stats.Requests["POST /sessions/extend"] != stats.Requests["DELETE /sessions/{site}"] {
				t.Errorf("extended %d times, shrunk %d times", stats.Requests["POST /sessions/extend"], stats.Requests["DELETE /sessions/{site}"])
			}
			if stats.LiveSessions != 0 {
				t.Errorf("%d sessions are left", stats.LiveSessions)
			}
		})
	}
}

// The last of two to close takes the extension back.
func TestEphemeralsOfOneSiteCount(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Ephemeral)
	a, b := startCloudSites(t, nil)
	w := acctest.NewWorkspace(t, acctest.ProviderBlock(a)+
		ephemeralExtension("one", ways(b)["multisite"])+ephemeralExtension("two", ways(b)["credentials"])+
		readSession("ephemeral.vcda_session_extension.one", "ephemeral.vcda_session_extension.two"))
	acctest.RequireTexts(t, w.MustRun(t, "plan", "-no-color"), `sites = "site-a,site-b"`)
	if shrunk := len(posts(a, "DELETE", "/sessions/site-b")); shrunk != 1 {
		t.Errorf("two extensions of one site shrank %d times, want once", shrunk)
	}
}

func TestEphemeralErrors(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Ephemeral)
	a, _ := startCloudSites(t, nil)
	manager := acctest.StartAppliances(t).Appliance("site-a")
	for name, test := range map[string]struct {
		config string
		want   []string
	}{
		"refused": {acctest.ProviderBlock(a) + ephemeralExtension("b", `credentials = { username = "u", password = "p" }`), []string{"Unable to extend the session to the site site-b", "RemoteAuthenticationFailure"}},
		"unknown site": {
			acctest.ProviderBlock(a) + "ephemeral \"vcda_session_extension\" \"b\" {\n  site = \"site-x\"\n  multisite = { org = \"acme\" }\n}",
			[]string{"SiteNotFound", "pair with the site first"},
		},
		"manager": {acctest.ProviderBlock(manager) + ephemeralExtension("b", `multisite = { org = "acme" }`), []string{"Only the Cloud service"}},
		"no way":  {acctest.ProviderBlock(a) + ephemeralExtension("b", ""), []string{"Not exactly one way"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, code := acctest.NewWorkspace(t, test.config).Run(t, "plan", "-no-color")
			if code == 0 {
				t.Errorf("the plan succeeded:\n%s", out)
			}
			acctest.RequireTexts(t, strings.ReplaceAll(out, "│", ""), test.want...)
		})
	}
}
