package simulator_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func extension(pairs ...string) map[string]string {
	body := map[string]string{"site": "site-b"}
	for i := 0; i < len(pairs); i += 2 {
		body[pairs[i]] = pairs[i+1]
	}
	return body
}

func TestExtend(t *testing.T) {
	accounts := simulator.DefaultAccounts()
	own, other := accounts.AccessTokens[0].Token, accounts.AccessTokens[1].Token
	api, cookie := accounts.APITokens[0].Token, accounts.Cookies[0].Cookie
	prose := func(o *simulator.ApplianceOptions) { o.ProseExtend = true }
	cookies := func(o *simulator.ApplianceOptions) { o.CookieExtend = true }
	for _, row := range []struct {
		name    string
		options []option
		body    map[string]string
		status  int
		code    string
		org     string
	}{
		{"credentials", nil, extension("type", "credentials", "vcdUsername", "tenant@acme", "vcdPassword", "Simulator-tenant-1"), 200, "", "acme"},
		{"credentials, prose", []option{prose}, extension("type", "credentials", "vcdUsername", "tenant@acme", "vcdPassword", "Simulator-tenant-1"), 200, "", "acme"},
		{"wrong credentials", nil, extension("type", "credentials", "vcdUsername", "tenant@acme", "vcdPassword", "no"), 401, "RemoteAuthenticationFailure", ""},
		{"multisite", nil, extension("type", "multisite", "org", "acme"), 200, "", "acme"},
		{"multisite, foreign", nil, extension("type", "multisite", "org", "evil"), 401, "RemoteAuthenticationFailure", ""},
		{"access token", nil, extension("type", "accessToken", "accessToken", own), 200, "", "System"},
		{"access token with context", nil, extension("type", "accessToken", "accessToken", other, "context", "acme-dr"), 200, "", "System"},
		{"access token to prose", []option{prose}, extension("type", "accessToken", "accessToken", own), 400, "BadUserInput", ""},
		{"prose token", []option{prose}, extension("type", "vcdAccessToken", "vcdAccessToken", own), 200, "", "System"},
		{"prose token to schema", nil, extension("type", "vcdAccessToken", "vcdAccessToken", own), 400, "BadUserInput", ""},
		{"API token", nil, extension("type", "apiToken", "org", "System", "token", api), 200, "", "System"},
		{"wrong API token", nil, extension("type", "apiToken", "org", "System", "token", "no"), 401, "RemoteAuthenticationFailure", ""},
		{"API token to prose", []option{prose}, extension("type", "apiToken", "org", "System", "token", api), 400, "BadUserInput", ""},
		{"cookie", []option{cookies}, extension("type", "cookie", "cookie", cookie), 200, "", "System"},
		{"cookie, off", nil, extension("type", "cookie", "cookie", cookie), 400, "BadUserInput", ""},
		{"unpaired site", nil, extension("type", "multisite", "org", "acme", "site", "site-c"), 404, "SiteNotFound", ""},
		{"local site", nil, extension("type", "multisite", "org", "acme", "site", "site-a"), 400, "BadUserInput", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := start(t, simulator.Cloud, row.options...)
			f.a.Pair("site-b")
			call := request{method: "POST", path: "/sessions/extend", body: row.body}
			want := []map[string]string{{"site": "site-a", "org": "System"}}
			if row.code != "" {
				f.requireRefusal(row.status, row.code, call)
			} else {
				f.must(row.status, call, nil)
				f.must(row.status, call, nil) // again: replaces
				want = append(want, map[string]string{"site": "site-b", "org": row.org})
			}
			if diff := cmp.Diff(want, f.authenticatedSites()); diff != "" {
				t.Error(diff)
			}
			f.requireNoViolation()
		})
	}
}

func (f *fixture) authenticatedSites() []map[string]string {
	f.t.Helper()
	var got details
	f.must(http.StatusOK, request{method: "GET", path: "/sessions"}, &got)
	return got.AuthenticatedSites
}

func TestExtend_needsAPairing(t *testing.T) {
	f := start(t, simulator.Cloud)
	f.requireRefusal(http.StatusNotFound, "SiteNotFound", request{method: "POST", path: "/sessions/extend", body: extension("type", "multisite", "org", "acme")})
}

func TestExtend_notOnTheManager(t *testing.T) {
	f := start(t, simulator.Manager)
	f.requireRefusal(http.StatusNotFound, "NotFound", request{method: "POST", path: "/sessions/extend", body: extension("type", "multisite", "org", "acme")})
	f.requireRefusal(http.StatusNotFound, "NotFound", request{method: "DELETE", path: "/sessions/site-b"})
}

// startExtended starts a fixture whose session of site-a is extended to site-b.
func startExtended(t *testing.T) *fixture {
	t.Helper()
	f := start(t, simulator.Cloud)
	f.a.Pair("site-b")
	f.must(http.StatusOK, request{method: "POST", path: "/sessions/extend", body: extension("type", "multisite", "org", "acme")}, nil)
	return f
}

func TestShrink(t *testing.T) {
	f := startExtended(t)
	var got details
	f.must(http.StatusOK, request{method: "DELETE", path: "/sessions/site-b"}, &got)
	if len(got.AuthenticatedSites) != 1 || len(f.authenticatedSites()) != 1 {
		t.Errorf("still extended: %v", got)
	}
	f.requireRefusal(http.StatusBadRequest, "BadUserInput", request{method: "DELETE", path: "/sessions/site-a"})
	f.requireNoViolation()
	f.requireRefusal(http.StatusNotFound, "NotFound", request{method: "DELETE", path: "/sessions/"})
	f.requireLive()
}

func TestShrink_withoutExtension(t *testing.T) {
	for status, code := range map[int]string{0: "", 200: "", 400: "BadUserInput", 404: "SiteNotFound"} {
		f := start(t, simulator.Cloud, func(o *simulator.ApplianceOptions) { o.ShrinkUnknownStatus = status })
		call := request{method: "DELETE", path: "/sessions/site-b"}
		if code == "" {
			f.must(http.StatusOK, call, nil)
		} else {
			f.requireRefusal(status, code, call)
		}
	}
}

func TestExtend_endsWithTheSession(t *testing.T) {
	f := startExtended(t)
	f.must(http.StatusNoContent, request{method: "DELETE", path: "/sessions"}, nil)
	if got := f.withToken(f.login(f.a)).authenticatedSites(); len(got) != 1 {
		t.Errorf("a new session knows %v", got)
	}
	f = startExtended(t)
	f.a.DropExtensions()
	if got := f.authenticatedSites(); len(got) != 1 {
		t.Errorf("extensions left: %v", got)
	}
}

func TestExtend_neededForRemoteTasks(t *testing.T) {
	f := startExtended(t)
	remote := f.withToken(f.login(f.b))
	var started task
	remote.must(http.StatusOK, request{on: f.b, method: "POST", path: "/sites", body: f.pairBody(f.a)}, &started)
	path := "/tasks/" + started.ID + "?site=site-b"
	f.must(http.StatusOK, request{method: "GET", path: path}, nil) // multisite keeps the roles
	f.a.DropExtensions()
	f.requireRefusal(http.StatusUnauthorized, "RemoteAuthenticationFailure", request{method: "GET", path: path})
	f.requireRefusal(http.StatusNotFound, "SiteNotFound", request{method: "GET", path: "/tasks?site=site-c"})
	f.must(http.StatusOK, request{method: "GET", path: "/tasks?site=site-a"}, nil)
}
