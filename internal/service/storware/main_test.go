package storware_test

import (
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/storware"
)

func TestMain(m *testing.M) { acctest.Main(m) }

const (
	password         = "s3cret-p4ssword-of-the-admin"
	token            = "s3cret-t0ken-of-the-admin"
	nodePassword     = "s3cret-p4ssword-of-the-node"
	managerToken     = "s3cret-t0ken-of-the-server-manager"
	organizationRole = "s3cret-t0ken-of-the-organization-admin"
)

// accounts returns the accounts of the simulator, with secrets that are easy to find.
func accounts() storware.Accounts {
	all := storware.DefaultAccounts()
	all.Users[0].Password, all.Users[0].Token = password, token
	all.Users[0].EndpointsTokens.ServerManagerToken = managerToken
	all.Users[0].EndpointsTokens.OrganizationAdminToken = organizationRole
	all.Nodes[0].Password = nodePassword
	return all
}

func start(t *testing.T, switches storware.Switches) *storware.Server {
	t.Helper()
	all := accounts()
	return acctest.Storware(t, storware.Options{Accounts: &all, Switches: switches})
}

// The logins of the provider block.
var (
	byPassword = direct.Values{"credentials": direct.Values{"username": "admin", "password": password}}
	byToken    = direct.Values{"token": direct.Values{"token": token}}
	byNode     = direct.Values{"node": direct.Values{"name": "node-1", "password": nodePassword, "version": "7.4.0"}}
)

// connect serves a provider that is configured for a server and nothing else.
func connect(t *testing.T, s *storware.Server, login any) *direct.Provider {
	t.Helper()
	return configure(t, direct.Values{"url": s.URL(), "ca_certificate": s.CertificateAuthority(), "login": login})
}

func configure(t *testing.T, object direct.Values) *direct.Provider {
	t.Helper()
	p := direct.Serve(t, acctest.Factories(t)["vcda"])
	if d := p.Configure(t, direct.Values{"storware": object}); len(d) > 0 {
		t.Fatal(d.Errors(), d.Warnings())
	}
	return p
}

// open opens the ephemeral resource without an error.
func open(t *testing.T, p *direct.Provider, config direct.Values) direct.Ephemeral {
	t.Helper()
	opened, d := p.Open(t, "vcda_storware_session", config)
	if len(d) > 0 {
		t.Fatal(d.Errors(), d.Warnings())
	}
	return opened
}

// read reads a data source without an error.
func read(t *testing.T, p *direct.Provider, name string) direct.Values {
	t.Helper()
	found, d := p.ReadData(t, name, direct.Values{})
	if len(d) > 0 {
		t.Fatal(d.Errors(), d.Warnings())
	}
	return found
}

// requireOne requires one text that contains all parts.
func requireOne(t *testing.T, texts []string, parts ...string) {
	t.Helper()
	if len(texts) != 1 {
		t.Fatalf("complaints: %q", texts)
	}
	for _, want := range parts {
		if !strings.Contains(texts[0], want) {
			t.Errorf("%q is missing in\n%s", want, texts[0])
		}
	}
}

func requireLive(t *testing.T, s *storware.Server, want int) {
	t.Helper()
	if got := s.Stats().LiveSessions; got != want {
		t.Errorf("%d live sessions, want %d", got, want)
	}
}
