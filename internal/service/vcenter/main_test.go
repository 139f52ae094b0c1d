package vcenter_test

import (
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

func TestMain(m *testing.M) { acctest.Main(m) }

const (
	username = "dr@vsphere.local"
	password = "s3cret-p4ssword-of-the-vcenter"
)

func start(t *testing.T, o vcenter.Options) *vcenter.Server {
	t.Helper()
	o.Username, o.Password = username, password
	return acctest.VCenter(t, o)
}

// byPassword is the login of a provider block in HCL.
const byPassword = `login = { credentials = { username = "` + username + `", password = "` + password + `" } }`

var credentials = direct.Values{"credentials": direct.Values{"username": username, "password": password}}

// block configures the provider for a vCenter and nothing else.
func block(v *vcenter.Server, lines ...string) string {
	return "provider \"vcda\" {\n" + acctest.SystemBlock("vcenter", v, lines...) + "}\n"
}

// connect serves a provider that is configured for a vCenter and nothing else.
func connect(t *testing.T, v *vcenter.Server, login any) *direct.Provider {
	t.Helper()
	return configure(t, direct.Values{"url": v.URL(), "ca_certificate": v.CertificateAuthority(), "login": login})
}

func configure(t *testing.T, object direct.Values) *direct.Provider {
	t.Helper()
	p := direct.Serve(t, acctest.Factories(t)["vcda"])
	if d := p.Configure(t, direct.Values{"vcenter": object}); len(d) > 0 {
		t.Fatal(d.Errors(), d.Warnings())
	}
	return p
}

// open opens an ephemeral resource without an error.
func open(t *testing.T, p *direct.Provider, name string, config direct.Values) direct.Ephemeral {
	t.Helper()
	opened, d := p.Open(t, name, config)
	if len(d) > 0 {
		t.Fatal(d.Errors(), d.Warnings())
	}
	return opened
}

// read reads the data source without an error.
func read(t *testing.T, p *direct.Provider) direct.Values {
	t.Helper()
	found, d := p.ReadData(t, "vcda_vcenter_session", direct.Values{})
	if len(d) > 0 {
		t.Fatal(d.Errors(), d.Warnings())
	}
	return found
}

func requireText(t *testing.T, value any) string {
	t.Helper()
	s, ok := value.(string)
	if !ok || s == "" {
		t.Fatalf("%v is no text", value)
	}
	return s
}

// requireError requires one error that contains all texts.
func requireError(t *testing.T, d direct.Diagnostics, texts ...string) {
	t.Helper()
	if len(d.Errors()) != 1 {
		t.Fatalf("errors: %q", d.Errors())
	}
	for _, want := range texts {
		if !strings.Contains(d.Errors()[0], want) {
			t.Errorf("%q is missing in\n%s", want, d.Errors()[0])
		}
	}
}

func requireLive(t *testing.T, v *vcenter.Server, want int) {
	t.Helper()
	if got := v.Stats().LiveSessions; got != want {
		t.Errorf("%d live sessions, want %d", got, want)
	}
}
