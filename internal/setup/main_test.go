package setup

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const rootPassword = "Chosen-passw0rd"

// appliance is a deployed appliance whose root password has been changed, and a client
// of it.
type appliance struct {
	*simulator.Appliance
	client *vcda.Client
	clock  *clocktest.Clock
}

func deploy(t *testing.T, service vcda.Service) appliance {
	t.Helper()
	clock := clocktest.New()
	all, err := simulator.Start(simulator.Options{Now: clock.Now, Appliances: []simulator.ApplianceOptions{
		{Site: "main", Service: simulator.Service(service), Fresh: true, WithManager: service == vcda.Cloud},
	}})
	if err != nil {
		t.Fatal(err)
	}
	a := appliance{all.Appliance("main"), nil, clock}
	a.SetRootPassword(rootPassword)
	base, err := url.Parse(a.URL())
	if err != nil {
		t.Fatal(err)
	}
	transport := rest.Options{BaseURL: base, UserAgent: "test", RequestTimeout: time.Minute, Clock: clock}
	transport.Trust.CACertificate = all.CertificateAuthority()
	a.client, err = vcda.New(vcda.Options{Transport: transport, Clock: clock, Login: vcda.LocalUser{Username: "root", Password: rootPassword}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = a.client.Logout(context.WithoutCancel(t.Context()))
		all.Close()
		for _, violation := range a.Violations() {
			t.Errorf("violation: %s", violation)
		}
	})
	return a
}

// wanted returns a configuration that the appliance accepts.
func (a appliance) wanted() Wanted {
	accounts := simulator.DefaultAccounts()
	w := Wanted{
		Service: vcda.Service(a.Service()), License: simulator.DefaultLicense, Site: "alpha",
		LookupService: vcda.LookupService{URL: simulator.LookupServiceURL, Thumbprint: a.Fixture().ServerThumbprint(simulator.LookupServiceURL)},
	}
	if w.Service == vcda.Cloud {
		w.Description = "east"
		w.Endpoint = &Endpoint{Address: "cloud-a.example.com", Port: 443}
		w.Director = vcda.Director{URL: simulator.DirectorURL, Username: accounts.VCDUsers[0].Username, Password: accounts.VCDUsers[0].Password, Thumbprint: a.Fixture().ServerThumbprint(simulator.DirectorURL)}
		w.ManagerLS = true
		return w
	}
	w.Admin = &vcda.SSOAdmin{User: accounts.SSOUsers[0].Username, Password: accounts.SSOUsers[0].Password}
	w.Plugin, w.ConfiguredWithin = true, 2*time.Minute
	return w
}

// writes returns the received calls in their order, without reads and sessions.
func (a appliance) writes() []string {
	calls := []string{}
	for _, r := range a.Requests() {
		if r.Method != http.MethodGet && r.Path != "/sessions" {
			calls = append(calls, r.Method+" "+r.Path)
		}
	}
	return calls
}
