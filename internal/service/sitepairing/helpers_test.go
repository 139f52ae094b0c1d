package sitepairing_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const pairingType = "vcda_site_pairing"

// none is the state before a create.
var none direct.Object

// served is a provider for its schemas, which take longer to build than most of the tests.
var (
	firstServed sync.Once
	served      *direct.Provider
)

func serveOnce(t testing.TB) {
	t.Helper()
	firstServed.Do(func() { served = direct.Serve(t, acctest.Factories(t)["vcda"]) })
}

// configured returns the provider in this process, configured for an appliance, with further settings in pairs.
func configured(t testing.TB, a *simulator.Appliance, more ...any) *direct.Provider {
	t.Helper()
	serveOnce(t)
	p := served.Another(t, acctest.FactoriesAt(t, clockOf(a))["vcda"])
	configure(t, p, a, more...)
	return p
}

func configure(t testing.TB, p *direct.Provider, a *simulator.Appliance, more ...any) {
	t.Helper()
	user := a.Accounts().LocalUsers[0]
	block := direct.Values{
		"url": a.URL(), "thumbprint": a.Thumbprint(), "max_retries": 0,
		"login": direct.Values{"local_user": direct.Values{"username": user.Username, "password": user.Password}},
	}
	for i := 0; i < len(more); i += 2 {
		block[more[i].(string)] = more[i+1] //nolint:errcheck // a test that names none is wrong
	}
	if errors := p.Configure(t, block).Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
}

// values returns the arguments that pair with b.
func values(b *simulator.Appliance, changes ...string) direct.Values {
	v := direct.Values{"api_url": b.URL(), "api_thumbprint": b.Thumbprint(), "site": b.Site()}
	for i := 0; i < len(changes); i += 2 {
		v[changes[i]] = changes[i+1]
	}
	return v
}

// apply applies a plan without an error.
func apply(t *testing.T, p *direct.Provider, plan direct.Plan) direct.Object {
	t.Helper()
	if errors := plan.Diagnostics.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	object, problems := p.Apply(t, plan)
	if errors := problems.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	return object
}

// requireError requires exactly one error that contains each text.
func requireError(t *testing.T, d direct.Diagnostics, says ...string) {
	t.Helper()
	requireOne(t, d.Errors(), says...)
}

func requireOne(t *testing.T, texts []string, says ...string) {
	t.Helper()
	if len(texts) != 1 {
		t.Fatalf("%d diagnostics, not one: %q", len(texts), texts)
	}
	for _, text := range says {
		if !strings.Contains(texts[0], text) {
			t.Errorf("%q is missing in %s", text, texts[0])
		}
	}
}
