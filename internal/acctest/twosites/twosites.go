// Package twosites starts two simulated sites that are paired with each other, and a
// provider in this process for one of them.
package twosites

import (
	"slices"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// OnPremises is a tenant's site with a vCenter, known to both sites of a Cloud service.
const OnPremises = "tenant"

// Fixture has the sites site-a and site-b, and the provider. Time moves only when the
// provider waits, and when the test advances the clock.
type Fixture struct {
	*direct.Provider
	Clock   *clocktest.Clock
	A, B    *simulator.Appliance
	Sites   *simulator.Fixture
	service simulator.Service
}

// Start starts the sites and configures the provider for one of them.
func Start(t testing.TB, service simulator.Service, at string) *Fixture {
	t.Helper()
	f := &Fixture{Clock: clocktest.New(), service: service}
	describe := func(site string) simulator.ApplianceOptions {
		workloads := simulator.DefaultWorkloads(service)
		if service == simulator.Cloud {
			workloads.OnPremises = []simulator.OnPremises{{Site: OnPremises, VMs: []simulator.VM{{ID: "vm-15", Name: "erp"}, {ID: "vm-16", Name: "crm"}}}}
		}
		return simulator.ApplianceOptions{
			Site: site, Service: service, PublicURLs: []string{"https://" + site + ".example.com:8048"}, TaskDuration: 20 * time.Second, Workloads: &workloads,
		}
	}
	sites, err := simulator.Start(simulator.Options{Now: f.Clock.Now, Appliances: []simulator.ApplianceOptions{describe("site-a"), describe("site-b")}})
	if err != nil {
		t.Fatal(err)
	}
	f.Sites, f.A, f.B = sites, sites.Appliance("site-a"), sites.Appliance("site-b")
	t.Cleanup(func() {
		sites.Close()
		for _, violation := range slices.Concat(f.A.Violations(), f.B.Violations()) {
			t.Errorf("a request breaks the API: %s", violation)
		}
	})
	f.A.Pair("site-b")
	f.B.Pair("site-a")
	f.Provider = direct.Serve(t, acctest.FactoriesAt(t, f.Clock)["vcda"])
	f.Configure(t, at, true)
	return f
}

// Configure configures the provider for a site. On the Cloud service, extended extends its
// session to the other site.
func (f *Fixture) Configure(t testing.TB, at string, extended bool) {
	t.Helper()
	here, there := f.B, "site-a"
	if at == "site-a" {
		here, there = f.A, "site-b"
	}
	user, remote := here.Accounts().LocalUsers[0], here.Accounts().VCDUsers[0]
	block := direct.Values{
		"url": here.URL(), "thumbprint": here.Thumbprint(), "max_retries": 0,
		"login": direct.Values{"local_user": direct.Values{"username": user.Username, "password": user.Password}},
	}
	if f.service == simulator.Cloud && extended {
		block["session_extensions"] = []any{direct.Values{
			"site": there, "credentials": direct.Values{"username": remote.Username, "password": remote.Password},
		}}
	}
	if errors := f.Provider.Configure(t, block).Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
}

// Restart replaces the provider by a new one, as for the next command.
func (f *Fixture) Restart(t testing.TB, at string) {
	t.Helper()
	f.Provider = direct.Serve(t, acctest.FactoriesAt(t, f.Clock)["vcda"])
	f.Configure(t, at, true)
}
