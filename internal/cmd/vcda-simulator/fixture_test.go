package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func writeFixture(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "fixture.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// serve starts a fixture on free ports.
func serve(t *testing.T, text string) *systems {
	t.Helper()
	e, err := readFixture(writeFixture(t, text))
	if err != nil {
		t.Fatal(err)
	}
	for i := range e.Sites {
		e.Sites[i].Port = 0
	}
	e.VCenter.Port, e.Storware.Port = 0, 0
	served, err := settings{fixture: e, host: "127.0.0.1"}.start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(served.close)
	return served
}

// TestFixture_example: the example has the state that its guide describes.
func TestFixture_example(t *testing.T) {
	served := serve(t, exampleFixture)
	type link struct{ Description, Incoming, Outgoing string }
	got := map[string]link{}
	for _, a := range served.appliances() {
		for _, row := range a.Sites() {
			got[a.Site()+" to "+row.Site] = link{row.Description, row.IncomingError, row.OutgoingError}
		}
	}
	if diff := cmp.Diff(map[string]link{
		"site-a to site-b":   {Description: "Recovery site"},
		"site-a to site-c":   {},
		"site-a to site-d":   {Outgoing: "CertificateMismatch"},
		"site-b to site-a":   {},
		"site-c to site-a":   {},
		"site-d to site-a":   {Incoming: "CertificateMismatch"},
		"cloud-a to cloud-b": {Incoming: "PeerSiteNotPaired"},
	}, got); diff != "" {
		t.Error(diff)
	}
	if cloud := served.fixture.Appliance("cloud-a"); cloud.Service() != simulator.Cloud {
		t.Errorf("cloud-a is %s", cloud.Service())
	}
	all := served.describeAll().Appliances
	if a := all["site-a"]; a.Credentials.LocalUser != (password{"root", "Module-test-1"}) || a.APIURL != "https://vcda-a.example.com:8048" || len(a.Pairings) != 3 {
		t.Errorf("site-a is announced as %+v", a)
	}
	if c := all["cloud-a"]; c.Pairings["cloud-b"] != "cloud-b" || c.APIURL != c.URL {
		t.Errorf("cloud-a is announced as %+v", c)
	}
}

// TestFixture_settings: every field takes effect.
func TestFixture_settings(t *testing.T) {
	e, err := readFixture(writeFixture(t, `{
		"seed": "s",
		"sites": [
			{
				"name": "a", "service": "cloud", "port": 1, "public_urls": ["https://a.example.com"], "served": false, "api_versions": ["4.6"],
				"task_duration": "1m", "latency": "2ms", "session_idle_timeout": "3s", "session_max_age": "4h",
				"tidy_descriptions": true, "serialize_site_writes": true, "nameless_untrusted": true,
				"accounts": {
					"sso_credentials": [{"username": "u", "password": "p", "org": "o", "roles": ["EVERYONE"]}],
					"vcd_access_token": [{"access_token": "t", "context": "c", "user": "v"}],
					"vcd_api_token": [{"api_token": "x", "org": "y", "user": "w"}],
					"multisite_orgs": ["z"]
				}
			},
			{"name": "b", "served": null}
		],
		"vcenter": {"port": 2, "username": "vu", "password": "vp"},
		"storware": {"port": 3, "username": "su", "password": "sp"}
	}`))
	if err != nil {
		t.Fatal(err)
	}
	o := e.options("::1")
	a, b := o.Appliances[0], o.Appliances[1]
	defaults := simulator.DefaultAccounts()
	administrator := defaults.LocalUsers[0].Roles
	want := simulator.ApplianceOptions{
		Site: "a", Service: simulator.Cloud, Addr: "[::1]:1", PublicURLs: []string{"https://a.example.com"}, Unserved: true, APIVersions: []string{"4.6"},
		TaskDuration: time.Minute, Latency: 2 * time.Millisecond, IdleTimeout: 3 * time.Second, MaxAge: 4 * time.Hour,
		TidyDescriptions: true, SerializeSiteWrites: true, NamelessUntrusted: true,
		Accounts: &simulator.Accounts{
			LocalUsers: defaults.LocalUsers, SAML: defaults.SAML, VCDUsers: defaults.VCDUsers, Cookies: defaults.Cookies,
			SSOUsers:      []simulator.PasswordAccount{{Account: simulator.Account{User: "u", Org: "o", Roles: []string{"EVERYONE"}}, Username: "u", Password: "p"}},
			AccessTokens:  []simulator.AccessTokenAccount{{Account: simulator.Account{User: "v", Org: "System", Roles: administrator}, Token: "t", Context: "c"}},
			APITokens:     []simulator.APITokenAccount{{Account: simulator.Account{User: "w", Org: "y", Roles: administrator}, Token: "x"}},
			MultisiteOrgs: []string{"z"},
		},
	}
	if diff := cmp.Diff(want, a, cmpopts.IgnoreFields(simulator.SAMLAccount{}, "Key")); diff != "" {
		t.Error(diff)
	}
	if o.Seed != "s" || b.Service != simulator.Manager || b.Unserved || b.Addr != "[::1]:0" {
		t.Errorf("options %+v", b)
	}
	if v := e.vcenterOptions("h"); v.Addr != "h:2" || v.Seed != "s" || v.Username != "vu" || v.Password != "vp" {
		t.Errorf("vCenter %+v", v)
	}
	s := e.storwareOptions("h")
	if user := s.Accounts.Users[0]; s.Addr != "h:3" || s.Seed != "s" || user.Name != "su" || user.Password != "sp" {
		t.Errorf("Storware %+v", s)
	}
}

// TestFixture_state: the API shows the state that the fixture describes.
func TestFixture_state(t *testing.T) {
	served := serve(t, `{"sites": [
		{
			"name": "a", "task_duration": "1ns",
			"pairings": [{"site": "b", "replications": 1}, {"site": "c", "url": "https://gone.example.com", "name": "b"}],
			"task_failures": [{"type": "unpair", "code": "Strange", "msg": "Never seen."}],
			"health_errors": {"dbError": {"code": "DBError", "msg": "The disk is full."}},
			"faults": ["GET /config status=418 times=1"]
		},
		{"name": "b"}, {"name": "c"}
	]}`)
	a := served.fixture.Appliance("a")
	c := newClient(t, served.describe(a))
	if c.logIn(t) != http.StatusOK {
		t.Fatal("no login")
	}
	c.call(t, http.MethodGet, "/config", http.StatusTeapot)
	c.call(t, http.MethodGet, "/config", http.StatusOK)
	for _, code := range []string{"Strange", "ReplicationsExist"} {
		if ended := c.task(t, http.MethodDelete, "/sites/"+a.Sites()[0].ID); !strings.Contains(ended, code) {
			t.Errorf("an unpair task should end with %s: %s", code, ended)
		}
	}
	if name := a.Sites()[1].Site; name != "b" {
		t.Errorf("the pairing with c has the name %q", name)
	}
	if out := a.Sites()[1].OutgoingError; out != "SiteUnreachable" {
		t.Errorf("the pairing with c has %q", out)
	}
	if ended := c.task(t, http.MethodPost, "/diagnostics/health"); !strings.Contains(ended, "DBError") {
		t.Errorf("health: %s", ended)
	}
}

func TestFixture_refuses(t *testing.T) {
	site := func(fields string) string { return `{"sites": [{"name": "a"}, {"name": "b", ` + fields + `}]}` }
	for text, want := range map[string]string{
		"{\n  \"sites\": [\n  }":               "line 3: invalid character",
		`{} {}`:                                "line 1: invalid character",
		`[]`:                                   "the fixture: must be an object",
		`{}`:                                   "sites: at least one is needed",
		`{"sites": {}}`:                        "sites: must be a list",
		`{"site": []}`:                         `the fixture: unknown field "site"; known are seed, sites, storware, vcenter`,
		`{"sites": [{"name": 5}]}`:             "sites[0].name: must be a text, not 5",
		`{"sites": [{"Name": "a"}]}`:           `sites[0]: unknown field "Name"; known are accounts, api_versions, boot_delay, faults,`,
		`{"sites": [{"name": "vcenter"}]}`:     `sites[0].name: "vcenter" is the name of another system`,
		site(`"service": "broker"`):            `sites[1].service: "broker" is none of`,
		site(`"port": "8443"`):                 `sites[1].port: must be a whole number, not "8443"`,
		site(`"port": 80.5`):                   "sites[1].port: must be a whole number, not 80.5",
		site(`"port": 65536`):                  "sites[1].port: 65536 is no port",
		site(`"served": 0`):                    "sites[1].served: must be true or false, not 0",
		site(`"served": false`):                "sites[1].public_urls: a site that is not served needs one",
		site(`"public_urls": ["a.example"]`):   `sites[1].public_urls[0]: "a.example" is not an https URL: begin with https://`,
		site(`"api_versions": []`):             "sites[1].api_versions: must not be empty",
		site(`"task_duration": 1`):             "sites[1].task_duration: must be a text, not 1",
		site(`"task_duration": "1"`):           "sites[1].task_duration: time: missing unit",
		site(`"latency": "-1s"`):               `sites[1].latency: "-1s" is negative`,
		site(`"accounts": {"local_user": []}`): "sites[1].accounts.local_user: must not be empty",
		site(`"accounts": {"vcd_credentials": [{"username": "u"}]}`):             "sites[1].accounts.vcd_credentials[0].password: is missing",
		site(`"accounts": {"vcd_api_token": [{"api_token": "u", "user": "v"}]}`): "sites[1].accounts.vcd_api_token[0].org: is missing",
		site(`"accounts": {"vcd_access_token": [{"access_token": "u"}]}`):        "sites[1].accounts.vcd_access_token[0].user: is missing",
		site(`"pairings": [{"site": "c"}]`):                                      `sites[1].pairings[0].site: there is no site "c"`,
		site(`"pairings": [{"site": "b"}]`):                                      "sites[1].pairings[0].site: a site can't be paired with itself",
		site(`"pairings": [{"site": "a"}, {"site": "a"}]`):                       `sites[1].pairings[1].site: "a" is paired twice`,
		site(`"pairings": [{"site": "a", "thumbprint": "AB:CD"}]`):               `sites[1].pairings[0].thumbprint: a SHA-256 thumbprint has 32 pairs of hex digits`,
		site(`"pairings": [{"site": "a", "url": "http://a"}]`):                   `sites[1].pairings[0].url: "http://a" is not an https URL: begin with https://`,
		site(`"pairings": [{"site": "a", "replications": -1}]`):                  "sites[1].pairings[0].replications: is negative",
		`{"sites": [{"name": "a"}, {"name": "b"}, {"name": "c", "service": "cloud", "pairings": [{"site": "a"}, {"site": "b", "name": "a"}]}]}`: `sites[2].pairings[1].name: "a" is used twice, and names are keys on the Cloud service`,
		site(`"faults": ["GET /sites"]`):                       `sites[1].faults[0]: "GET /sites" must name one kind of fault`,
		site(`"faults": ["GET /sites drop site=a"]`):           "sites[1].faults[0]: site= is for the flag -fault only",
		site(`"task_failures": [{"type": "other"}]`):           `sites[1].task_failures[0].type: "other" is none of pair, repair, unpair, health, start`,
		site(`"replications": [{"source_site": "site-x"}]`):    `sites[1].replications[0]: there is no site "site-x"`,
		site(`"replications": [{"source_site": "a"}]`):         `sites[1].replications[0]: on the Manager service a replication has a vm`,
		site(`"health_errors": {"disk": {"code": "c"}}`):       `sites[1].health_errors: "disk" is none of dbError`,
		site(`"health_errors": {"dbError": {"kode": "c"}}`):    `sites[1].health_errors.dbError: unknown field "kode"; known are code, msg`,
		site(`"health_errors": []`):                            "sites[1].health_errors: must be an object",
		`{"sites": [{"name": "a"}], "storware": {"port": -1}}`: "storware.port: -1 is no port",
		`{"sites": [{"name": "a"}], "vcenter": {"port": -1}}`:  "vcenter.port: -1 is no port",
	} {
		_, err := readFixture(writeFixture(t, text))
		if err == nil || !strings.Contains(err.Error(), "fixture.json: "+want) {
			t.Errorf("%s\n  gives %v\n  not   %s", text, err, want)
		}
	}
}

// TestFixture_thumbprintForms: a thumbprint may have the form that openssl prints.
func TestFixture_thumbprintForms(t *testing.T) {
	t.Parallel()
	e, err := readFixture(writeFixture(t, `{"sites": [{"name": "a"}, {"name": "b", "pairings": [
		{"site": "a", "thumbprint": "sha256 Fingerprint=`+strings.Repeat("ab:", 31)+`ab"}
	]}]}`))
	if want := thumbprint("SHA-256:" + strings.Repeat("AB:", 31) + "AB"); err != nil || e.Sites[1].Pairings[0].Thumbprint != want {
		t.Errorf("got %v, %v", e.Sites, err)
	}
}
