package sitepairing_test

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// otherThumbprint is the thumbprint of no certificate.
const otherThumbprint = "SHA-256:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"

// planWithPreflight plans with the preflight, in a new process.
func planWithPreflight(t *testing.T, a *simulator.Appliance, prior direct.Object, config direct.Values, more ...any) direct.Plan {
	t.Helper()
	plan := newProcess(t, a, append([]any{"preflight", true}, more...)...).Plan(t, pairingType, prior, config)
	if errors := plan.Diagnostics.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	return plan
}

// TestPreflight: the warnings of a plan about the peer of a new pairing.
func TestPreflight(t *testing.T) {
	t.Parallel()
	type look struct {
		change []string // of the arguments
		paired bool     // before
		says   [][]string

		onlyCloud bool // the last warning is for the Cloud service only
	}
	runConcurrently(t, onBothServices(map[string]look{
		"all is well":       {nil, false, nil, false},
		"other thumbprint":  {[]string{"api_thumbprint", otherThumbprint}, false, [][]string{{"api_thumbprint: The site shows another certificate", "configured: " + otherThumbprint, "seen:       SHA-256:", "subject:    CN=site-b", "issuer:     CN=VCDA simulator CA"}}, false},
		"nobody there":      {[]string{"api_url", closedPort}, false, [][]string{{"api_url: The site can't be reached from here", "connection refused", "preflight = false"}}, false},
		"no such host":      {[]string{"api_url", "https://nowhere.invalid:8048"}, false, [][]string{{"api_url: The site can't be reached from here", "nowhere.invalid"}}, false},
		"paired already":    {nil, true, [][]string{{"api_url: The site is paired already", "a pairing with the site site-b at https://127.0.0.1", "terraform import vcda_site_pairing.NAME "}}, false},
		"under this name":   {[]string{"api_url", closedPort}, true, [][]string{{"can't be reached"}, {"The site is paired already"}}, true},
		"under another one": {[]string{"site", "site-x"}, true, [][]string{{"The site is paired already", "a pairing with the site site-b"}}, false},
	}), func(t *testing.T, c serviceCase[look]) {
		a, b := startSites(t, c.service, 0)
		if c.value.paired {
			a.Pair("site-b")
			a.SetPublicURL("site-b", b.URL())
		}
		warnings := planWithPreflight(t, a, none, values(b, c.value.change...)).Diagnostics.Warnings()
		if c.service == simulator.Manager && c.value.onlyCloud {
			c.value.says = c.value.says[:1] // names are not unique there
		}
		if len(warnings) != len(c.value.says) {
			t.Fatalf("warnings: %q", warnings)
		}
		for i, says := range c.value.says {
			requireOne(t, warnings[i:i+1], says...)
		}
		if off := planWithPreflight(t, a, none, values(b, c.value.change...), "preflight", false); len(off.Diagnostics) > 0 {
			t.Errorf("although turned off: %q", off.Diagnostics.Warnings())
		}
		requireSent(t, a, 0, 0, 0)
	})
}

// closedPort is an address at which nothing listens, with a port that no other test uses.
const closedPort = "https://127.0.0.1:1"

// TestPreflight_changes: a change of the address or the thumbprint is checked, and the pairing itself is not in the
// way. Another re-pairing only checks the appliance, and no other change sends a request.
func TestPreflight_changes(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		object := applyConfig(t, a, none, values(b))
		requireOne(t, planWithPreflight(t, a, object, values(b, "api_thumbprint", otherThumbprint)).Diagnostics.Warnings(), "The site shows another certificate")
		requireOne(t, planWithPreflight(t, a, object, values(b, "api_url", closedPort)).Diagnostics.Warnings(), "can't be reached from here")
		for _, config := range []direct.Values{
			values(b), values(b, "description", "x"), values(b, "api_url", b.URL()+"/"),
			func() direct.Values { v := values(b); v["api_url"] = direct.Unknown; return v }(),
			func() direct.Values {
				v := values(b)
				v["api_thumbprint"] = direct.Unknown
				v["repair_triggers"] = direct.Values{}
				return v
			}(),
		} {
			a.ResetStats()
			connections := b.Stats().Connections
			if plan := planWithPreflight(t, a, object, config); len(plan.Diagnostics) > 0 {
				t.Errorf("%v: %q", config, plan.Diagnostics.Warnings())
			}
			want := 2 // a login and about
			if config["api_url"] == object.Values["api_url"] && len(config) == 3 || config["api_url"] == b.URL()+"/" {
				want = 0
			}
			if a.Stats().Total != want || b.Stats().Connections != connections {
				t.Errorf("%v costs %d requests and %d connections", config, a.Stats().Total, b.Stats().Connections-connections)
			}
		}
		if plan := planWithPreflight(t, a, direct.Object{}, direct.Values{"api_url": b.URL(), "api_thumbprint": otherThumbprint, "site": direct.Unknown}); len(plan.Diagnostics) > 0 {
			t.Errorf("with an unknown name: %q", plan.Diagnostics.Warnings())
		}
	})
}

// TestPreflight_otherPairing: a change to the address of another pairing.
func TestPreflight_otherPairing(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			a := fleet(t, service)
			object, problems := newProcess(t, a).Import(t, pairingType, "site-b", nil)
			if len(problems) > 0 {
				t.Fatal(problems.Errors())
			}
			object, _ = readAgain(t, a, object)
			config := direct.Values{"api_url": "https://site-c.example.com:8048", "api_thumbprint": a.Sites()[0].APIThumbprint, "site": "site-b"}
			requireWarning(t, planWithPreflight(t, a, object, config).Diagnostics, "The site is paired already", "a pairing with the site site-c", "may refuse a second one")
		})
	}
}

// TestPreflight_replacement: the replaced pairing is not in the way.
func TestPreflight_replacement(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		w := acctest.NewWorkspace(t, config(a, argumentsFor(b)))
		w.MustRun(t, "apply", "-no-color", "-auto-approve")
		out := w.MustRun(t, "apply", "-no-color", "-auto-approve", "-replace="+address)
		acctest.RequireNoTexts(t, out, "The site is paired already", "can't be reached")
	})
}

// TestPreflight_isBounded: without a response, the plan of many pairings ends after three seconds without an error.
func TestPreflight_isBounded(t *testing.T) {
	t.Parallel()
	a, b := startSites(t, simulator.Manager, time.Second)
	c := clockOf(a).(*clocktest.Clock) //nolint:errcheck // see startOnClock
	p := newProcess(t, a, "preflight", true)
	mute, err := net.Listen("tcp", "127.0.0.1:0") // connects, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	go func() {
		for conn, err := mute.Accept(); err == nil; conn, err = mute.Accept() {
			defer conn.Close()
			c.Advance(3 * time.Second)
		}
	}()
	start := c.Now()
	for i := range 20 {
		config := values(b, "api_url", fmt.Sprintf("https://%s/%d", mute.Addr(), i), "site", fmt.Sprintf("site-%d", i))
		plan := p.Plan(t, pairingType, none, config)
		if errors := plan.Diagnostics.Errors(); len(errors) > 0 {
			t.Fatal(errors)
		}
		if n := len(plan.Diagnostics); i == 0 && n != 1 || i > 0 && n > 0 {
			t.Errorf("plan %d warns of %q", i, plan.Diagnostics.Warnings())
		}
	}
	if took := c.Now().Sub(start); took > 3*time.Second {
		t.Errorf("it took %s", took)
	}
}

// TestPreflight_sharesTheList: the plans of many creates share the list of the sites.
func TestPreflight_sharesTheList(t *testing.T) {
	eachFleet(t, map[string]int{"20": 20}, func(t *testing.T, service simulator.Service, n int) {
		a, b := startSites(t, service, 0)
		p := configured(t, a)
		eachOf(n, func(i int) {
			p.Plan(t, pairingType, none, values(b, "site", fmt.Sprint("site-", i), "api_url", fmt.Sprintf("https://127.0.0.1:%d", i+1)))
		})
		if s := a.Stats(); s.Logins != 1 || s.Requests["GET /sites"] == 0 || s.Requests["GET /sites"] > 3 {
			t.Errorf("%d logins, %v", s.Logins, s.Requests)
		}
	})
}

// TestPreflight_listFails: a list that can't be read is a warning, too.
func TestPreflight_listFails(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		a.Fault(simulator.Fault{Path: "/sites", Kind: simulator.Status, Status: 403})
		requireOne(t, planWithPreflight(t, a, none, values(b)).Diagnostics.Warnings(), "Unable to check at plan time whether the site is paired already", "status 403")
	})
}

// TestPreflight_switchedOff: the preflight is turned off in the provider block, and by the variable.
func TestPreflight_switchedOff(t *testing.T) {
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			a, b := startSites(t, service, 0)
			plan := func(settings ...any) string {
				plan := configured(t, a, settings...).Plan(t, pairingType, none, values(b, "api_thumbprint", otherThumbprint))
				if errors := plan.Diagnostics.Errors(); len(errors) > 0 {
					t.Fatal(errors)
				}
				return strings.Join(plan.Diagnostics.Warnings(), "\n")
			}
			const warning = "The site shows another certificate"
			acctest.RequireTexts(t, plan(), warning)
			acctest.RequireNoTexts(t, plan("preflight", false), warning)
			t.Setenv("VCDA_PREFLIGHT", "FALSE")
			acctest.RequireNoTexts(t, plan(), warning)
		})
	}
}
