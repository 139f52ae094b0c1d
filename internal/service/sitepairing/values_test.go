package sitepairing_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestAddress_sentInNormalForm: a pairing and a re-pairing send the ASCII form without the trailing dot, and another
// form is no change.
func TestAddress_sentInNormalForm(t *testing.T) {
	t.Parallel()
	const normal = "https://xn--mnchen-3ya.example:8048"
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			options := acctest.TwoSites(service)
			options[1].PublicURLs = []string{normal}
			fixture := startOnClock(t, options...)
			a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
			v := values(b, "api_url", "https://München.example.:8048/")
			v["api_thumbprint"] = strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(b.Thumbprint(), "SHA-256:"), ":", " "))
			object := applyConfig(t, a, none, v)
			object, _ = readAgain(t, a, object)
			for name, value := range map[string]any{"api_url": normal + "/", "api_thumbprint": b.Thumbprint()} {
				other := values(b, "api_url", v["api_url"].(string)) //nolint:errcheck // it is one
				other["api_thumbprint"], other[name] = v["api_thumbprint"], value
				if changes := newProcess(t, a).Plan(t, pairingType, object, other).Changes(object); len(changes) > 0 {
					t.Errorf("another spelling of %s plans %v", name, changes)
				}
			}
			v["description"] = "two"
			applyConfig(t, a, object, v)
			requireSent(t, a, 1, 1, 0)
			for _, r := range a.Requests() {
				if !strings.HasPrefix(r.Path, "/sites") || r.Method == http.MethodGet {
					continue
				}
				var body struct{ APIURL, APIThumbprint string }
				if err := json.Unmarshal(r.Body, &body); err != nil || body.APIURL != normal || body.APIThumbprint != b.Thumbprint() {
					t.Errorf("%s sent %s", r.Method, r.Body)
				}
			}
		})
	}
}

// TestDescription_storedDifferently: a description that the appliance stores in another form is one warning and no
// drift. Surrounding white space and CRLF cause neither.
func TestDescription_storedDifferently(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		v := values(b, "description", " one\r\ntwo\n")
		object, problems := attempt(t, a, none, v)
		if len(problems) > 1 || strings.Contains(strings.Join(problems.Warnings(), ""), "is stored as") {
			t.Errorf("%q", problems.Warnings())
		}
		object, problems = readAgain(t, a, object)
		if changes := newProcess(t, a).Plan(t, pairingType, object, v).Changes(object); len(changes) > 0 || len(problems) > 0 {
			t.Errorf("plans %v, %q", changes, problems.Errors())
		}
	})
}

// TestWaitForLink_pausesGrow: a link that stays down causes few lists.
func TestWaitForLink_pausesGrow(t *testing.T) {
	t.Parallel()
	a, b := startSites(t, simulator.Manager, time.Second)
	_, _ = attempt(t, a, none, waitForLinkConfig(b, "create", "10m"))
	if lists := a.Stats().Requests["GET /sites"]; lists > 140 {
		t.Errorf("%d lists in ten minutes", lists)
	}
}

// TestExists_quotesTheKey: the commands in a message can be pasted for any name of the peer.
func TestExists_quotesTheKey(t *testing.T) {
	t.Parallel()
	options := acctest.TwoSites(simulator.Cloud)
	options[1].Site = "it's $(id) ${x}"
	fixture := startOnClock(t, options...)
	a, b := fixture.Appliance("site-a"), fixture.Appliance(options[1].Site)
	applyConfig(t, a, none, values(b))
	_, problems := newProcess(t, a).Apply(t, newProcess(t, a).Plan(t, pairingType, direct.Object{}, values(b)))
	requireError(t, problems, `terraform import vcda_site_pairing.NAME 'it'\''s $(id) ${x}'`, `id = "it's $(id) $${x}"`)
}
