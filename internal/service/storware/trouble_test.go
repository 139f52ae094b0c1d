package storware_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/storware"
)

// ask reads the user of the cookie's session, and returns the status.
func ask(t *testing.T, s *storware.Server, cookie string) int {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(s.CertificateAuthority()))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/api/session/user", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Cookie", cookie)
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode
}

var (
	wrongPassword = direct.Values{"credentials": direct.Values{"username": "admin", "password": "wr0ng-p4ssword"}}
	wrongToken    = direct.Values{"token": direct.Values{"token": "wr0ng-t0ken"}}
	wrongNode     = direct.Values{"node": direct.Values{"name": "node-1", "password": "wr0ng-p4ssword", "version": "7.4.0"}}
)

// TestErrors: the error says what failed, why, and what to do. A refused login is never repeated.
func TestErrors(t *testing.T) {
	t.Parallel()
	refused := func(kind string, more ...string) []string {
		return append(more, "refused the login of type "+kind, "Check the fields of storware.login."+kind, "not tried again")
	}
	for name, c := range map[string]struct {
		switches storware.Switches
		login    any
		want     []string
		logins   int // sent
	}{
		"wrong password": {login: wrongPassword, logins: 1, want: refused("credentials", "status 401: Incorrect login or password")},
		"wrong token":    {login: wrongToken, logins: 1, want: refused("token", "status 401: Incorrect login or password")},
		"wrong node":     {login: wrongNode, logins: 1, want: refused("node", "status 401: Incorrect login or password")},
		"status 403": {
			switches: storware.Switches{RefusalStatus: 403, RefusalText: "Konto zablokowane", Errors: storware.TopLevelError}, login: wrongPassword, logins: 1,
			want: refused("credentials", "status 403: Konto zablokowane"),
		},
		"status 400": {
			switches: storware.Switches{RefusalStatus: 400}, login: wrongPassword, logins: 1,
			want: refused("credentials", "status 400: Incorrect login or password", "to wrong credentials and to a malformed login"),
		},
		"a text": {
			switches: storware.Switches{RefusalStatus: 400, Errors: storware.TextError}, login: wrongPassword, logins: 1,
			want: []string{"did not succeed", "status 400: Incorrect login or password", "a proxy or firewall answers in its place: check storware.url"},
		},
		"a page": {
			switches: storware.Switches{Errors: storware.HTMLError}, login: wrongPassword, logins: 1,
			want: []string{"did not succeed", "status 401: <html>", "a proxy or firewall answers in its place: check storware.url"},
		},
		"no body": {
			switches: storware.Switches{Errors: storware.EmptyError}, login: wrongPassword, logins: 1,
			want: refused("credentials", "status 401."),
		},
		"no cookie": {
			switches: storware.Switches{CookielessLogin: true}, login: byPassword, logins: 1,
			want: []string{"set no cookie for the API", "a proxy or firewall answers in its place: check storware.url"},
		},
		"no login": {want: []string{"has no storware.login", "VCDA_STORWARE_LOGIN"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, c.switches)
			p := connect(t, s, c.login)
			_, d := p.Open(t, "vcda_storware_session", direct.Values{})
			requireOne(t, d.Errors(), append(c.want, "Unable to open a session of Storware", "Operation ID: terraform-")...)
			later := c.want
			if c.logins > 0 {
				later = []string{"The login to 127.0.0.1", "Another message of this run gives"}
			}
			_, d = p.ReadData(t, "vcda_storware_session", direct.Values{})
			requireOne(t, d.Errors(), append(later, "Unable to read the session of Storware")...)
			_, d = p.ReadData(t, "vcda_storware_user", direct.Values{})
			requireOne(t, d.Errors(), append(later, "Unable to read the user of Storware")...)
			if stats := s.Stats(); stats.Logins+stats.FailedLogins != c.logins {
				t.Errorf("%d logins were sent", stats.Logins+stats.FailedLogins)
			}
		})
	}
}

// TestStatus: the status shows which request succeeds, without an error.
func TestStatus(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		switches      storware.Switches
		login         any
		down          bool
		reachable     bool
		authenticated bool
		warning       []string
	}{
		"all well":         {login: byPassword, reachable: true, authenticated: true},
		"guarded":          {switches: storware.Switches{StatusNeedsSession: true}, login: byPassword, reachable: true, authenticated: true},
		"refused":          {login: wrongPassword, reachable: true, warning: []string{"Unable to get a session of Storware", "refused the login of type credentials", "Incorrect login or password"}},
		"guarded, refused": {switches: storware.Switches{StatusNeedsSession: true}, login: wrongPassword, reachable: true, warning: []string{"refused the login of type credentials"}},
		"no login":         {reachable: true, warning: []string{"Unable to get a session of Storware", "has no storware.login"}},
		"down":             {login: byPassword, down: true, warning: []string{"Unable to reach Storware", "Check storware.url in the provider block"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, c.switches)
			p := direct.Serve(t, acctest.Factories(t)["vcda"])
			p.Configure(t, direct.Values{"max_retries": 0, "storware": direct.Values{"url": s.URL(), "thumbprint": s.Thumbprint(), "login": c.login}})
			if c.down {
				s.Close()
			}
			found, d := p.ReadData(t, "vcda_storware_status", direct.Values{})
			if found["reachable"] != c.reachable || found["authenticated"] != c.authenticated || len(d.Errors()) > 0 {
				t.Errorf("got %v %q", found, d.Errors())
			}
			if c.warning == nil {
				if len(d) > 0 {
					t.Errorf("warnings: %q", d.Warnings())
				}
				return
			}
			requireOne(t, d.Warnings(), c.warning...)
		})
	}
}

// TestErrors_brokenServer: the server sends invalid responses.
func TestErrors_brokenServer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault storware.Fault
		want  []string
	}{
		"error":   {storware.Fault{Status: 500, Body: `{"error":{"message":"Out of heap"}}`}, []string{"The Storware server answered status 500: Out of heap", "logs of the Storware server"}},
		"denied":  {storware.Fault{Status: 403, Body: `{"message":"No right"}`}, []string{"answered status 403: No right", "lacks the privilege"}},
		"page":    {storware.Fault{ContentType: "text/html", Body: "<html>Welcome</html>"}, []string{"not JSON", "Welcome", "check storware.url in the provider block"}},
		"missing": {storware.Fault{Status: 404, Body: "nothing here", ContentType: "text/plain"}, []string{"status 404: nothing here", "check storware.url"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, storware.Switches{})
			c.fault.Call, c.fault.Times = "GET /session/user", 2
			s.Fault(c.fault)
			p := connect(t, s, byPassword)
			_, d := p.ReadData(t, "vcda_storware_session", direct.Values{})
			requireOne(t, d.Errors(), append(c.want, "Unable to read the session of Storware")...)
			_, d = p.Open(t, "vcda_storware_session", direct.Values{})
			requireOne(t, d.Errors(), append(c.want, "Unable to open a session of Storware")...)
		})
	}
}

func TestErrors_noTrust(t *testing.T) {
	t.Parallel()
	s := start(t, storware.Switches{})
	p := configure(t, direct.Values{"url": s.URL(), "login": byPassword})
	for _, name := range []string{"vcda_storware_session", "vcda_storware_status"} {
		_, d := p.ReadData(t, name, direct.Values{})
		requireOne(t, d.Errors(), "is not trusted", "If this is the right Storware server", "in the object storware of the provider block", `thumbprint = "`+s.Thumbprint()+`"`)
	}
}

// TestPaths: the API is below /api unless the URL has a path.
func TestPaths(t *testing.T) {
	t.Parallel()
	s := start(t, storware.Switches{})
	for _, path := range []string{"", "/", "/api", "/api/"} {
		p := configure(t, direct.Values{"url": s.URL() + path, "thumbprint": s.Thumbprint(), "login": byPassword})
		read(t, p, "vcda_storware_session")
	}

	var asked []string
	elsewhere := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Path)
		http.NotFound(w, r)
	}))
	t.Cleanup(elsewhere.Close)
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: elsewhere.Certificate().Raw})
	p := configure(t, direct.Values{"url": elsewhere.URL + "/backup/rest/", "ca_certificate": string(authority), "login": byPassword})
	_, d := p.ReadData(t, "vcda_storware_status", direct.Values{})
	requireOne(t, d.Warnings(), "status 404", "check storware.url")
	if !slices.Equal(asked, []string{"/backup/rest/session"}) {
		t.Errorf("asked for %q", asked)
	}
}
