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

// otherThumbprint is that of nobody.
const otherThumbprint = "SHA-256:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"

// planned is the plan of a process that looks at the peer.
func planned(t *testing.T, a *simulator.Appliance, prior direct.Object, config direct.Values, more ...any) direct.Plan {
	t.Helper()
	plan := process(t, a, append([]any{"preflight", true}, more...)...).Plan(t, pairingType, prior, config)
	if errors := plan.Diagnostics.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	return plan
}

// TestPreflight: what a plan says about the peer of a new pairing.
func TestPreflight(t *testing.T) {
	t.Parallel()
	type look struct {
		change []string // of the arguments
		paired bool     // before
		says   [][]string

		onlyCloud bool // the last one is said there only
	}
	together(t, onBoth(map[string]look{
		"all is well":       {nil, false, nil, false},
		"other thumbprint":  {[]string{"api_thumbprint", otherThumbprint}, false, [][]string{{"api_thumbprint: The site shows another certificate", "configured: " + otherThumbprint, "seen:       SHA-256:"}}, false},
		"nobody there":      {[]string{"api_url", closedPort}, false, [][]string{{"api_url: The site can't be reached from here", "connection refused", "preflight = false"}}, false},
		"no such host":      {[]string{"api_url", "https://nowhere.invalid:8048"}, false, [][]string{{"api_url: The site can't be reached from here", "nowhere.invalid"}}, false},
		"paired already":    {nil, true, [][]string{{"api_url: The site is paired already", "a pairing with the site site-b at https://127.0.0.1", "terraform import vcda_site_pairing.NAME "}}, false},
		"under this name":   {[]string{"api_url", closedPort}, true, [][]string{{"can't be reached"}, {"The site is paired already"}}, true},
		"under another one": {[]string{"site", "site-x"}, true, [][]string{{"The site is paired already", "a pairing with the site site-b"}}, false},
	}), func(t *testing.T, c serviceCase[look]) {
		a, b := estateOf(t, c.service, 0)
		if c.is.paired {
			a.Pair("site-b")
			a.SetPublicURL("site-b", b.URL())
		}
		warnings := planned(t, a, none, values(b, c.is.change...)).Diagnostics.Warnings()
		if c.service == simulator.Manager && c.is.onlyCloud {
			c.is.says = c.is.says[:1] // names are not unique there
		}
		if len(warnings) != len(c.is.says) {
			t.Fatalf("warnings: %q", warnings)
		}
		for i, says := range c.is.says {
			only(t, warnings[i:i+1], says...)
		}
		if off := planned(t, a, none, values(b, c.is.change...), "preflight", false); len(off.Diagnostics) > 0 {
			t.Errorf("although turned off: %q", off.Diagnostics.Warnings())
		}
		sent(t, a, 0, 0, 0)
	})
}

// closedPort is an address where nothing listens, at a port that no other test gets.
const closedPort = "https://127.0.0.1:1"

// TestPreflight_changes: a change of the address or the thumbprint is looked
// at; its own pairing is in nobody's way. Another re-pairing asks only which appliance
// it is, and nothing else costs a call.
func TestPreflight_changes(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		object := succeeds(t, a, none, values(b))
		only(t, planned(t, a, object, values(b, "api_thumbprint", otherThumbprint)).Diagnostics.Warnings(), "The site shows another certificate")
		only(t, planned(t, a, object, values(b, "api_url", closedPort)).Diagnostics.Warnings(), "can't be reached from here")
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
			if plan := planned(t, a, object, config); len(plan.Diagnostics) > 0 {
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
		if plan := planned(t, a, direct.Object{}, direct.Values{"api_url": b.URL(), "api_thumbprint": otherThumbprint, "site": direct.Unknown}); len(plan.Diagnostics) > 0 {
			t.Errorf("with an unknown name: %q", plan.Diagnostics.Warnings())
		}
	})
}

// TestPreflight_otherPairing: a change to an address that another pairing
// has.
func TestPreflight_otherPairing(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			a := fleet(t, service)
			object, problems := process(t, a).Import(t, pairingType, "site-b", nil)
			if len(problems) > 0 {
				t.Fatal(problems.Errors())
			}
			object, _ = refreshed(t, a, object)
			config := direct.Values{"api_url": "https://site-c.example.com:8048", "api_thumbprint": a.Sites()[0].APIThumbprint, "site": "site-b"}
			warned(t, planned(t, a, object, config).Diagnostics, "The site is paired already", "a pairing with the site site-c", "may refuse a second one")
		})
	}
}

// TestPreflight_replacement: what it replaces is not in its way.
func TestPreflight_replacement(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		w := acctest.NewWorkspace(t, config(a, of(b)))
		w.MustRun(t, "apply", "-no-color", "-auto-approve")
		out := w.MustRun(t, "apply", "-no-color", "-auto-approve", "-replace="+address)
		acctest.RequireNoTexts(t, out, "The site is paired already", "can't be reached")
	})
}

// TestPreflight_isBounded: nobody answers, and the plan of many goes on after
// three seconds all the same, without an error.
func TestPreflight_isBounded(t *testing.T) {
	t.Parallel()
	a, b := estateOf(t, simulator.Manager, time.Second)
	c := clockOf(a).(*clocktest.Clock) //nolint:errcheck // see startOnClock
	p := process(t, a, "preflight", true)
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

// TestPreflight_listFails: that the appliance gives no list is a
// warning, too.
func TestPreflight_listFails(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		a.Fault(simulator.Fault{Path: "/sites", Kind: simulator.Status, Status: 403})
		only(t, planned(t, a, none, values(b)).Diagnostics.Warnings(), "Unable to check at plan time whether the site is paired already", "status 403")
	})
}

// TestPreflight_switchedOff: in the provider block, and in the variable.
func TestPreflight_switchedOff(t *testing.T) {
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			a, b := estateOf(t, service, 0)
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
