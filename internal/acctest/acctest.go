// Package acctest has the helpers of the acceptance tests: simulated appliances, the
// provider in this process or as a binary, and checks for features of the command line.
package acctest

import (
	"context"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"go.uber.org/goleak"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/network"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	"github.com/vcda-dr/terraform-provider-vcda/internal/provider"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// Main runs the tests of a package and fails when a goroutine is left.
func Main(m *testing.M) {
	goleak.VerifyTestMain(m,
		// The test harness serves the provider by go-plugin, whose readers of standard output end only when
		// the garbage collector closes the other end of their pipes.
		goleak.IgnoreAnyFunction("github.com/hashicorp/go-plugin.copyChan"),
		goleak.Cleanup(func(code int) {
			removeBinary()
			os.Exit(code)
		}))
}

// Factories serve the provider in this process. Its sessions are logged out at the end of
// the test, as the binary does at its own end.
func Factories(t testing.TB) map[string]func() (tfprotov6.ProviderServer, error) {
	t.Helper()
	return factories(t, provider.Options{Clock: clock.System{}})
}

// FactoriesAt is Factories for a provider that takes its time from the clock. Its
// limits of responses are small, so that a test of a huge response needs few bytes.
func FactoriesAt(t testing.TB, c clock.Clock) map[string]func() (tfprotov6.ProviderServer, error) {
	t.Helper()
	return factories(t, provider.Options{Clock: c, Limits: rest.Limits{Response: 4 << 20, Item: 64 << 10}})
}

// FactoriesOn is Factories for a provider that connects by another network.
func FactoriesOn(t testing.TB, n *network.Network) map[string]func() (tfprotov6.ProviderServer, error) {
	t.Helper()
	return factories(t, provider.Options{Clock: clock.System{}, Dial: n.Dial})
}

func factories(t testing.TB, o provider.Options) map[string]func() (tfprotov6.ProviderServer, error) {
	t.Helper()
	cleanup := &providerdata.Cleanup{}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute) //nolint:forbidigo // a guard
		defer cancel()
		if err := cleanup.Run(ctx); err != nil {
			t.Logf("logout: %v", err)
		}
	})
	o.Version, o.Cleanup = "test", cleanup
	return map[string]func() (tfprotov6.ProviderServer, error){
		"vcda": func() (tfprotov6.ProviderServer, error) {
			return provider.NewServer(o), nil
		},
	}
}

// Connect serves the provider in this process, configured for an appliance as its
// root user. The settings are added to the provider block, or replace some of it.
func Connect(t testing.TB, a *simulator.Appliance, settings direct.Values) *direct.Provider {
	t.Helper()
	return connect(t, Factories(t), a, settings)
}

// ConnectAt is Connect for a provider that takes its time from the clock.
func ConnectAt(t testing.TB, c clock.Clock, a *simulator.Appliance, settings direct.Values) *direct.Provider {
	t.Helper()
	return connect(t, FactoriesAt(t, c), a, settings)
}

func connect(t testing.TB, served map[string]func() (tfprotov6.ProviderServer, error), a *simulator.Appliance, settings direct.Values) *direct.Provider {
	t.Helper()
	user := a.Accounts().LocalUsers[0]
	block := direct.Values{
		"url": a.URL(), "thumbprint": a.Thumbprint(),
		"login": direct.Values{"local_user": direct.Values{"username": user.Username, "password": user.Password}},
	}
	maps.Copy(block, settings)
	p := direct.Serve(t, served["vcda"])
	if errors := p.Configure(t, block).Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	return p
}

// StartAppliances starts simulated appliances for the length of the test. Without
// options these are site-a and site-b of the Manager service.
func StartAppliances(t testing.TB, appliances ...simulator.ApplianceOptions) *simulator.Fixture {
	t.Helper()
	return StartAppliancesAt(t, clock.System{}, appliances...)
}

// StartAppliancesAt is StartAppliances for appliances whose tasks and sessions take
// their time from the clock.
func StartAppliancesAt(t testing.TB, c clock.Clock, appliances ...simulator.ApplianceOptions) *simulator.Fixture {
	t.Helper()
	if len(appliances) == 0 {
		appliances = TwoSites(simulator.Manager)
	}
	return start(t, simulator.Options{Appliances: appliances, Now: c.Now})
}

// StartAppliancesOn is StartAppliances for appliances that listen on another network.
func StartAppliancesOn(t testing.TB, n *network.Network, appliances ...simulator.ApplianceOptions) *simulator.Fixture {
	t.Helper()
	return start(t, simulator.Options{Appliances: appliances, Listen: n.Listen})
}

func start(t testing.TB, o simulator.Options) *simulator.Fixture {
	t.Helper()
	fixture, err := simulator.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		fixture.Close()
		for _, a := range o.Appliances {
			for _, violation := range fixture.Appliance(a.Site).Violations() {
				t.Errorf("%s: a request breaks the API: %s", a.Site, violation)
			}
		}
	})
	return fixture
}

// TwoSites describes two appliances of one service, site-a and site-b. Each is also
// known to the other as https://SITE.example.com:8048.
func TwoSites(service simulator.Service) []simulator.ApplianceOptions {
	var pair []simulator.ApplianceOptions
	for _, site := range []string{"site-a", "site-b"} {
		pair = append(pair, simulator.ApplianceOptions{
			Site: site, Service: service, PublicURLs: []string{"https://" + site + ".example.com:8048"},
			TaskDuration: 20 * time.Millisecond,
		})
	}
	return pair
}

// Services are the two services that pair sites, for tests that run on each.
var Services = []simulator.Service{simulator.Manager, simulator.Cloud}

// ProviderBlock configures the provider for an appliance, as its root user, with
// further lines of HCL.
func ProviderBlock(a *simulator.Appliance, lines ...string) string {
	return aliasBlock("", a, lines)
}

// ProviderAlias is ProviderBlock with an alias.
func ProviderAlias(alias string, a *simulator.Appliance, lines ...string) string {
	return aliasBlock(fmt.Sprintf("alias = %q", alias), a, lines)
}

func aliasBlock(alias string, a *simulator.Appliance, lines []string) string {
	user := a.Accounts().LocalUsers[0]
	block := fmt.Sprintf("provider \"vcda\" {\n  %s\n  url = %q\n  ca_certificate = <<-PEM\n%sPEM\n  login = { local_user = { username = %q, password = %q } }\n",
		alias, a.URL(), a.CertificatePEM(), user.Username, user.Password)
	return block + "  " + strings.Join(lines, "\n  ") + "\n}\n"
}
