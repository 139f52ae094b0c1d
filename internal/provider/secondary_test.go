package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

// secondaryVariables are the variables of vCenter and Storware.
var secondaryVariables = []string{
	"VCDA_VCENTER_URL", "VCDA_VCENTER_THUMBPRINT", "VCDA_VCENTER_CA_CERTIFICATE", "VCDA_VCENTER_INSECURE", "VCDA_VCENTER_RELEASE", "VCDA_VCENTER_LOGIN",
	"VCDA_VCENTER_USERNAME", "VCDA_VCENTER_PASSWORD", "VCDA_VCENTER_CLONE_TICKET", "VCDA_VCENTER_SESSION_ID",
	"VCDA_STORWARE_URL", "VCDA_STORWARE_THUMBPRINT", "VCDA_STORWARE_CA_CERTIFICATE", "VCDA_STORWARE_INSECURE", "VCDA_STORWARE_LOGIN",
	"VCDA_STORWARE_USERNAME", "VCDA_STORWARE_PASSWORD", "VCDA_STORWARE_TOKEN", "VCDA_STORWARE_NODE_NAME", "VCDA_STORWARE_NODE_PASSWORD", "VCDA_STORWARE_NODE_VERSION",
}

// setSecondaryEnv sets the given variables and clears all others.
func setSecondaryEnv(t *testing.T, env map[string]string) {
	t.Helper()
	setEnv(t, nil)
	for _, name := range secondaryVariables {
		t.Setenv(name, env[name])
	}
}

// startSecondaries starts a vCenter and a Storware server, with the objects that
// configure them.
func startSecondaries(t *testing.T) (v *vcenter.Server, s *storware.Server, block values) {
	t.Helper()
	v, s = acctest.VCenter(t, vcenter.Options{}), acctest.Storware(t, storware.Options{})
	user := s.Accounts().Users[0]
	return v, s, values{
		"vcenter":  values{"url": v.URL(), "thumbprint": v.Thumbprint(), "login": values{"credentials": values{"username": v.Username(), "password": v.Password()}}},
		"storware": values{"url": s.URL(), "thumbprint": s.Thumbprint(), "login": values{"credentials": values{"username": user.Name, "password": user.Password}}},
	}
}

// sources are a data source of each secondary system, by its object.
var sources = map[string]string{"vcenter": "vcda_vcenter_session", "storware": "vcda_storware_session"}

// A block with one object works for its system. An operation of another system
// names the missing setting.
func TestSecondary_alone(t *testing.T) {
	_, _, both := startSecondaries(t)
	missing := map[string][]string{
		"vcda_session":                    {"Unable to use VMware Cloud Director Availability", "no url", "VCDA_URL"},
		"vcda_vcenter_session":            {"Unable to use vCenter", "no vcenter.url", "VCDA_VCENTER_URL"},
		"vcda_storware_session":           {"Unable to use Storware", "no storware.url", "VCDA_STORWARE_URL"},
		"vcda_storware_user":              {"Unable to use Storware", "no storware.url"},
		"vcda_storware_status":            {"Unable to use Storware", "no storware.url"},
		"ephemeral vcda_vcenter_session":  {"Unable to use vCenter", "no vcenter.url"},
		"ephemeral vcda_storware_session": {"Unable to use Storware", "no storware.url"},
	}
	for object := range sources {
		t.Run(object, func(t *testing.T) {
			setSecondaryEnv(t, nil)
			p := serve(t)
			if d := p.Configure(t, values{object: both[object]}); len(d) > 0 {
				t.Fatalf("got %q", d.Errors())
			}
			for name, says := range missing {
				kind, ephemeral := strings.CutPrefix(name, "ephemeral ")
				var d direct.Diagnostics
				if ephemeral {
					_, d = p.Open(t, kind, values{})
				} else {
					_, d = p.ReadData(t, kind, values{})
				}
				if strings.Contains(kind, object) {
					if len(d) > 0 {
						t.Errorf("%s: %q", name, d.Errors())
					}
				} else {
					requireOneError(t, d, says...)
				}
			}
		})
	}
}

// Invalid settings are refused before a system is contacted.
func TestSecondary_validation(t *testing.T) {
	setSecondaryEnv(t, nil)
	thumbprint := strings.Repeat("AB:", 31) + "AB"
	for name, c := range map[string]struct {
		block      values
		path, says string
	}{
		"vcenter http":          {values{"vcenter": values{"url": "http://vcenter.example.com"}}, "vcenter.url", "is not an https URL"},
		"vcenter path":          {values{"vcenter": values{"url": "https://vcenter.example.com/sdk"}}, "vcenter.url", "must not have a path"},
		"vcenter thumbprint":    {values{"vcenter": values{"thumbprint": "AB"}}, "vcenter.thumbprint", "32 pairs of hex digits"},
		"vcenter release":       {values{"vcenter": values{"release": "8.0U2"}}, "vcenter.release", `"8.0U2" is not a release such as 8.0.2.0`},
		"vcenter empty login":   {values{"vcenter": values{"login": values{}}}, "vcenter.login", "exactly one of credentials, clone_ticket, session_id; 0 are set"},
		"vcenter two logins":    {values{"vcenter": values{"login": values{"credentials": values{}, "session_id": values{}}}}, "vcenter.login", "2 are set"},
		"vcenter empty ticket":  {values{"vcenter": values{"login": values{"clone_ticket": values{"ticket": ""}}}}, "vcenter.login.clone_ticket.ticket", "must not be empty"},
		"storware http":         {values{"storware": values{"url": "http://storware.example.com/api"}}, "storware.url", "is not an https URL"},
		"storware query":        {values{"storware": values{"url": "https://storware.example.com/api?a=b"}}, "storware.url", "must not have a query"},
		"storware user":         {values{"storware": values{"url": "https://a:b@storware.example.com"}}, "storware.url", "must not hold a user or password"},
		"storware empty login":  {values{"storware": values{"login": values{}}}, "storware.login", "exactly one of credentials, token, node; 0 are set"},
		"storware three logins": {values{"storware": values{"login": values{"credentials": values{}, "token": values{}, "node": values{}}}}, "storware.login", "3 are set"},
	} {
		d := serve(t).Validate(t, c.block)
		if len(d) != 1 || direct.Path(d[0]) != c.path || !strings.Contains(d[0].Detail, c.says) {
			t.Errorf("%s: got %q", name, d.Errors())
		}
	}
	for name, block := range map[string]values{
		"empty objects": {"vcenter": values{}, "storware": values{}},
		"paths":         {"storware": values{"url": "https://storware.example.com:8181/backup/api", "thumbprint": thumbprint}},
		"unknown":       {"vcenter": values{"url": direct.Unknown, "login": direct.Unknown}, "storware": direct.Unknown},
		"unknown type":  {"vcenter": values{"login": values{"clone_ticket": direct.Unknown}}},
	} {
		if d := serve(t).Validate(t, block); len(d) > 0 {
			t.Errorf("%s: got %q", name, d.Errors())
		}
	}
}

// Only an operation that needs the system names the unknown value.
func TestSecondary_unknownValues(t *testing.T) {
	setSecondaryEnv(t, map[string]string{"VCDA_VCENTER_URL": somewhere, "VCDA_STORWARE_URL": somewhere})
	for dotted, block := range map[string]values{
		"vcenter":                             {"vcenter": direct.Unknown},
		"vcenter.url":                         {"vcenter": values{"url": direct.Unknown}},
		"vcenter.release":                     {"vcenter": values{"release": direct.Unknown}},
		"vcenter.thumbprint":                  {"vcenter": values{"thumbprint": direct.Unknown}},
		"vcenter.login":                       {"vcenter": values{"login": direct.Unknown}},
		"vcenter.login.clone_ticket":          {"vcenter": values{"login": values{"clone_ticket": direct.Unknown}}},
		"vcenter.login.session_id.session_id": {"vcenter": values{"login": values{"session_id": values{"session_id": direct.Unknown}}}},
		"storware.url":                        {"storware": values{"url": direct.Unknown}},
		"storware.ca_certificate":             {"storware": values{"ca_certificate": direct.Unknown}},
		"storware.login.node.version":         {"storware": values{"login": values{"node": values{"name": "n", "password": "p", "version": direct.Unknown}}}},
		"max_retries":                         {"max_retries": direct.Unknown, "vcenter": values{}, "storware": values{}},
	} {
		t.Run(dotted, func(t *testing.T) {
			p := serve(t)
			if d := p.Configure(t, block); len(d) > 0 {
				t.Fatalf("got %q", d.Errors())
			}
			for object, source := range sources {
				if block[object] != nil {
					_, d := p.ReadData(t, source, values{})
					requireOneError(t, d, "Unable to use the provider before "+dotted+" is known")
				}
			}
		})
	}
}

// broken are objects with which their system can't be used. They do not affect
// other systems.
var broken = map[string]struct {
	object values
	env    map[string]string
	says   []string
}{
	"no address":        {object: values{}, says: []string{"has no storware.url"}},
	"no login":          {object: values{"url": somewhere}, says: []string{"has no storware.login", "VCDA_STORWARE_LOGIN"}},
	"incomplete login":  {object: values{"url": somewhere, "login": values{"credentials": values{"username": "admin"}}}, says: []string{"Missing storware.login.credentials.password", "VCDA_STORWARE_PASSWORD"}},
	"no such login":     {object: values{"url": somewhere}, env: map[string]string{"VCDA_STORWARE_LOGIN": "kerberos"}, says: []string{"Invalid VCDA_STORWARE_LOGIN", `"kerberos", which is not one of credentials, token, node`}},
	"wrong variable":    {object: values{}, env: map[string]string{"VCDA_STORWARE_URL": "storware.example.com"}, says: []string{"Invalid VCDA_STORWARE_URL", "is not an https URL"}},
	"missing CA file":   {object: values{"url": somewhere, "ca_certificate": "no-such-file.pem", "login": values{"token": values{"token": "t"}}}, says: []string{"Invalid storware.ca_certificate", "no-such-file.pem"}},
	"CA without PEM":    {object: values{"url": somewhere, "ca_certificate": "-----BEGIN NOTHING", "login": values{"token": values{"token": "t"}}}, says: []string{"Invalid storware.ca_certificate", "no PEM certificate"}},
	"not reachable":     {object: values{"url": "https://127.0.0.1:1", "login": values{"token": values{"token": "t"}}}, says: []string{"got no complete response from 127.0.0.1:1"}},
	"not a known value": {object: values{"url": direct.Unknown}, says: []string{"before storware.url is known"}},
}

// Only operations that need the system report the error of its object.
func TestSecondary_brokenObject(t *testing.T) {
	v, _, both := startSecondaries(t)
	for name, c := range broken {
		t.Run(name, func(t *testing.T) {
			setSecondaryEnv(t, c.env)
			p := serve(t)
			if d := p.Configure(t, values{"vcenter": both["vcenter"], "storware": c.object}); len(d) > 0 {
				t.Fatalf("got %q %q", d.Errors(), d.Warnings())
			}
			if _, d := p.ReadData(t, "vcda_vcenter_session", values{}); len(d) > 0 {
				t.Errorf("got %q", d.Errors())
			}
			_, d := p.ReadData(t, "vcda_storware_session", values{})
			requireOneError(t, d, c.says...)
		})
	}
	if got := v.Stats().LiveSessions; got != 0 {
		t.Errorf("%d live sessions", got)
	}
}

// A pairing works although other objects can't be used. Their systems are not
// contacted.
func TestSecondary_pairingWithBrokenObject(t *testing.T) {
	t.Parallel()
	fixture := acctest.StartAppliances(t, acctest.TwoSites(simulator.Manager)...)
	a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
	v, s := acctest.VCenter(t, vcenter.Options{NoVIJSON: true}), acctest.Storware(t, storware.Options{})
	w := acctest.NewWorkspace(t, acctest.ProviderBlock(a,
		fmt.Sprintf("vcenter = { url = %q, login = { clone_ticket = { ticket = \"spent\" } } }", v.URL()),
		fmt.Sprintf("storware = { url = %q, login = { credentials = { username = \"admin\" } } }", s.URL()),
	)+pairingBlock(b))
	w.MustRun(t, "apply", "-no-color", "-auto-approve")
	w.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
	w.MustRun(t, "destroy", "-no-color", "-auto-approve")
	if v.Stats().Total != 0 || s.Stats().Connections != 0 {
		t.Errorf("contacted: %+v %+v", v.Stats(), s.Stats())
	}
}

// Variables configure both systems, with each login type.
func TestSecondary_environment(t *testing.T) {
	v, s, both := startSecondaries(t)
	user, node := s.Accounts().Users[0], s.Accounts().Nodes[0]
	first := serve(t)
	first.Configure(t, values{"vcenter": both["vcenter"]})
	secret := func(name, attribute string) string {
		opened, d := first.Open(t, name, values{})
		if len(d) > 0 {
			t.Fatal(d.Errors())
		}
		return opened.Values[attribute].(string) //nolint:errcheck // the schema says so
	}
	for _, c := range []struct {
		login, source string
		env           map[string]string
	}{
		{"credentials", "vcda_vcenter_session", map[string]string{"VCDA_VCENTER_USERNAME": v.Username(), "VCDA_VCENTER_PASSWORD": v.Password()}},
		{"clone_ticket", "vcda_vcenter_session", map[string]string{"VCDA_VCENTER_CLONE_TICKET": secret("vcda_vcenter_clone_ticket", "ticket")}},
		{"session_id", "vcda_vcenter_session", map[string]string{"VCDA_VCENTER_SESSION_ID": secret("vcda_vcenter_session", "session_id")}},
		{"credentials", "vcda_storware_session", map[string]string{"VCDA_STORWARE_USERNAME": user.Name, "VCDA_STORWARE_PASSWORD": user.Password}},
		{"token", "vcda_storware_session", map[string]string{"VCDA_STORWARE_TOKEN": user.Token}},
		{"node", "vcda_storware_session", map[string]string{"VCDA_STORWARE_NODE_NAME": node.Name, "VCDA_STORWARE_NODE_PASSWORD": node.Password, "VCDA_STORWARE_NODE_VERSION": "7"}},
	} {
		t.Run(c.source+" "+c.login, func(t *testing.T) {
			prefix := "VCDA_STORWARE_"
			c.env["VCDA_STORWARE_URL"], c.env["VCDA_STORWARE_CA_CERTIFICATE"] = s.URL(), s.CertificateAuthority()
			if c.source == "vcda_vcenter_session" {
				prefix = "VCDA_VCENTER_"
				c.env["VCDA_VCENTER_URL"], c.env["VCDA_VCENTER_THUMBPRINT"], c.env["VCDA_VCENTER_RELEASE"] = v.URL(), v.Thumbprint(), "8.0.2.0"
			}
			c.env[prefix+"LOGIN"] = c.login
			setSecondaryEnv(t, c.env)
			p := serve(t)
			if d := p.Configure(t, values{}); len(d) > 0 {
				t.Fatalf("got %q %q", d.Errors(), d.Warnings())
			}
			if _, d := p.ReadData(t, c.source, values{}); len(d) > 0 {
				t.Errorf("got %q", d.Errors())
			}
		})
	}
}

// An overruled variable and insecure lead to warnings.
func TestSecondary_warnings(t *testing.T) {
	v, _, _ := startSecondaries(t)
	setSecondaryEnv(t, map[string]string{
		"VCDA_VCENTER_LOGIN": "session_id", "VCDA_VCENTER_SESSION_ID": "ignored",
		"VCDA_VCENTER_URL": somewhere, "VCDA_VCENTER_USERNAME": "ignored", "VCDA_VCENTER_PASSWORD": v.Password(),
		"VCDA_STORWARE_LOGIN": "token", // nothing configures a server: no warning
	})
	p := serve(t)
	d := p.Configure(t, values{"vcenter": values{"url": v.URL(), "insecure": true, "login": values{"credentials": values{"username": v.Username()}}}})
	want := []string{"Ignored environment variable VCDA_VCENTER_LOGIN", "Ignored environment variable VCDA_VCENTER_SESSION_ID", "Certificates are not checked"}
	if len(d) != len(want) || len(d.Errors()) > 0 {
		t.Fatalf("got %q %q", d.Errors(), d.Warnings())
	}
	for i, text := range want {
		if d[i].Summary != text {
			t.Errorf("got %q, want %q", d[i].Summary, text)
		}
	}
	if path := direct.Path(d[2]); path != "vcenter.insecure" {
		t.Errorf("the warning points at %s", path)
	}
	if _, d := p.ReadData(t, "vcda_vcenter_session", values{}); len(d) > 0 {
		t.Errorf("got %q", d.Errors())
	}
}
