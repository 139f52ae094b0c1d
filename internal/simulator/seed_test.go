package simulator_test

import (
	"slices"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// identity returns the values of a fixture that users may write down.
func identity(t *testing.T, seed string, sites ...string) []string {
	t.Helper()
	var options []simulator.ApplianceOptions
	for _, site := range sites {
		options = append(options, simulator.ApplianceOptions{Site: site, Service: simulator.Manager, Unserved: true, PublicURLs: []string{"https://" + site + ".example.com"}})
	}
	fixture, err := simulator.Start(simulator.Options{Appliances: options, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	defer fixture.Close()
	a := fixture.Appliance("site-a")
	written := []string{fixture.CertificateAuthority(), a.Thumbprint(), a.CertificatePEM(), a.Pair("site-b"), a.Sites()[0].APIURL}
	a.RotateCertificate()
	a.Unpair("site-b")
	return append(written, a.Thumbprint(), a.CertificatePEM(), a.Pair("site-b"))
}

func TestSeed(t *testing.T) {
	first := identity(t, "drill", "site-a", "site-b")
	if again := identity(t, "drill", "site-0", "site-b", "site-a"); !slices.Equal(first, again) {
		t.Errorf("the same seed, but\n%q\nand then\n%q", first, again)
	}
	for _, seed := range []string{"other", ""} {
		for i, value := range identity(t, seed, "site-a", "site-b") {
			if value == first[i] {
				t.Errorf("with seed %q value %d is the same", seed, i)
			}
		}
	}
	for i, one := range first {
		if slices.Contains(first[i+1:], one) {
			t.Errorf("value %d comes twice", i)
		}
	}
}
