package sitepairing_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/baseline"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// startPaired starts an appliance that is paired with n peers, which are not served, and returns the state of these
// pairings.
func startPaired(b *testing.B, n int) (*simulator.Appliance, []direct.Object) {
	b.Helper()
	options := []simulator.ApplianceOptions{{Site: "site-a", Service: simulator.Manager}}
	for i := range n {
		site := fmt.Sprintf("peer-%04d", i)
		options = append(options, simulator.ApplianceOptions{
			Site: site, Service: simulator.Manager, Unserved: true, PublicURLs: []string{"https://" + site + ".example.com:8048"},
		})
	}
	fixture := acctest.StartAppliances(b, options...)
	a := fixture.Appliance("site-a")
	for _, o := range options[1:] {
		a.Pair(o.Site)
		fixture.Appliance(o.Site).Pair("site-a")
	}
	p := configured(b, a)
	var objects []direct.Object
	for _, s := range a.Sites() {
		objects = append(objects, refresh(b, p, direct.Object{Values: direct.Values{
			"id": s.ID, "site": s.Site, "api_url": s.APIPublicURL, "api_thumbprint": s.APIThumbprint, "description": "", "wait_for_link": false,
		}}))
	}
	return a, objects
}

// eachProvider runs a benchmark with the provider, and with one of the same schema that does nothing.
func eachProvider(b *testing.B, a *simulator.Appliance, run func(b *testing.B, p *direct.Provider)) {
	b.Run("provider", func(b *testing.B) {
		run(b, configured(b, a, "service", string(a.Service())))
	})
	b.Run("baseline", func(b *testing.B) {
		run(b, direct.Serve(b, func() (tfprotov6.ProviderServer, error) { return providerserver.NewProtocol6(baseline.New())(), nil }))
	})
}

func refresh(b *testing.B, p *direct.Provider, object direct.Object) direct.Object {
	b.Helper()
	object, problems := p.Refresh(b, pairingType, object)
	if len(problems) > 0 {
		b.Fatal(problems.Errors())
	}
	return object
}

// configOf returns the arguments of a pairing from its state.
func configOf(object direct.Object) direct.Values {
	config := direct.Values{}
	for _, name := range []string{"api_url", "api_thumbprint", "site"} {
		config[name] = object.Values[name]
	}
	return config
}

func planUnchanged(b *testing.B, p *direct.Provider, object direct.Object) {
	b.Helper()
	plan := p.Plan(b, pairingType, object, configOf(object))
	if len(plan.Diagnostics) > 0 || plan.RequiresReplace {
		b.Fatal(plan.Diagnostics.Errors())
	}
}

// BenchmarkRefresh reads one pairing, including the cost of the protocol.
func BenchmarkRefresh(b *testing.B) {
	a, objects := startPaired(b, 1)
	eachProvider(b, a, func(b *testing.B, p *direct.Provider) {
		b.ReportAllocs()
		for b.Loop() {
			refresh(b, p, objects[0])
		}
	})
}

// BenchmarkPlan plans one pairing that does not change.
func BenchmarkPlan(b *testing.B) {
	a, objects := startPaired(b, 1)
	eachProvider(b, a, func(b *testing.B, p *direct.Provider) {
		b.ReportAllocs()
		for b.Loop() {
			planUnchanged(b, p, objects[0])
		}
	})
}

// BenchmarkPlanOf500 refreshes and plans 500 pairings that do not change.
func BenchmarkPlanOf500(b *testing.B) {
	a, objects := startPaired(b, 500)
	eachProvider(b, a, func(b *testing.B, p *direct.Provider) {
		b.ReportAllocs()
		for b.Loop() {
			for _, object := range objects {
				planUnchanged(b, p, refresh(b, p, object))
			}
		}
	})
}
