package sitepairing_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/network"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// startUnserved starts an appliance and the peers that it may pair with. Only the appliance is served, in real time,
// for processes of the CLI and for concurrent requests.
func startUnserved(t *testing.T, service simulator.Service, n int, task time.Duration) (a *simulator.Appliance, peers []*simulator.Appliance) {
	t.Helper()
	start := func(t *testing.T, options ...simulator.ApplianceOptions) *simulator.Fixture {
		t.Helper()
		return acctest.StartAppliances(t, options...)
	}
	return startUnservedBy(t, start, service, n, task)
}

// longTime is longer than the waits of a test move the clock.
const longTime = 1000 * time.Hour

// startUnservedBy is startUnserved with another start function.
func startUnservedBy(t *testing.T, start func(*testing.T, ...simulator.ApplianceOptions) *simulator.Fixture, service simulator.Service, n int, task time.Duration) (a *simulator.Appliance, peers []*simulator.Appliance) {
	t.Helper()
	options := append([]simulator.ApplianceOptions{{Site: "site-a", Service: service, TaskDuration: task, IdleTimeout: longTime, MaxAge: longTime}}, unservedPeers(service, n)...)
	fixture := start(t, options...)
	for _, o := range options[1:] {
		peers = append(peers, fixture.Appliance(o.Site))
	}
	return fixture.Appliance("site-a"), peers
}

func unservedPeers(service simulator.Service, n int) (peers []simulator.ApplianceOptions) {
	for i := range n {
		site := fmt.Sprintf("peer-%04d", i)
		peers = append(peers, simulator.ApplianceOptions{Site: site, Service: service, Unserved: true, PublicURLs: []string{"https://" + site + ".example.com:8048"}})
	}
	return peers
}

// parallelism is the number of operations that the CLI runs at once.
const parallelism = 10

// eachOf runs n operations, as many at once as the CLI.
func eachOf(n int, run func(i int)) {
	places := make(chan struct{}, parallelism)
	var running sync.WaitGroup
	for i := range n {
		places <- struct{}{}
		running.Go(func() {
			run(i)
			<-places
		})
	}
	running.Wait()
}

// TestCalls_refresh: a refresh of any number of pairings takes a login, a list and a logout, whether or not the
// service is configured, and including data sources.
func TestCalls_refresh(t *testing.T) {
	eachFleet(t, map[string]int{"1": 1, "1000": 1000}, func(t *testing.T, service simulator.Service, n int) {
		for name, settings := range map[string][]any{"service configured": {"service", string(service)}, "service left out": nil} {
			if n > 1 && settings == nil {
				continue // only the number differs
			}
			a, peers := startUnservedBy(t, startOnClock, service, n, 0)
			objects := pairedWith(a, peers)
			t.Run(name, func(t *testing.T) {
				p := configured(t, a, settings...)
				if settings != nil { // data sources need to know the service
					objects = append(objects, direct.Object{})
				}
				eachOf(len(objects), func(i int) {
					if objects[i].Values == nil {
						if all, problems := p.ReadData(t, "vcda_sites", direct.Values{}); len(problems) > 0 || len(all["sites"].([]any)) != n { //nolint:errcheck // else it panics
							t.Errorf("%v", problems)
						}
						return
					}
					if same, problems := p.Refresh(t, pairingType, objects[i]); len(problems) > 0 || same.Values["id"] != objects[i].Values["id"] {
						t.Errorf("%v, state %v", problems, same.Values)
					}
				})
			})
			s := a.Stats()
			lists := s.Requests["GET /sites"]
			if s.Logins != 1 || s.Logouts != 1 || lists == 0 || lists > 2 || s.Total != 3+lists { // and about; one list is for the data source
				t.Errorf("%s: %d logins, %d logouts, %v", name, s.Logins, s.Logouts, s.Requests)
			}
		}
	})
}

// pairedWith pairs an appliance with peers and returns the states of the pairings.
func pairedWith(a *simulator.Appliance, peers []*simulator.Appliance) (objects []direct.Object) {
	for _, peer := range peers {
		objects = append(objects, direct.Object{Values: direct.Values{
			"id": a.Pair(peer.Site()), "site": peer.Site(), "api_url": peer.URL(), "api_thumbprint": peer.Thumbprint(), "description": "", "wait_for_link": false,
		}})
	}
	return objects
}

func eachFleet(t *testing.T, sizes map[string]int, run func(t *testing.T, service simulator.Service, n int)) {
	t.Helper()
	t.Parallel()
	for _, service := range acctest.Services {
		for name, n := range sizes {
			t.Run(string(service)+"/"+name, func(t *testing.T) {
				t.Parallel()
				run(t, service, n)
			})
		}
	}
}

// TestCalls_apply: concurrent creates share the lists before and after, and the polls in between, whether Terraform
// begins them all at once or one after the other. There are at most two requests for each, one for each second, and a
// few for the session.
func TestCalls_apply(t *testing.T) {
	const n, task, session = 150, time.Second, 3
	eachInBubble(t, map[string]time.Duration{"at once": 0, "one after the other": 20 * time.Millisecond}, func(t *testing.T, service simulator.Service, work time.Duration) {
		a, peers, connect := inBubble(t, service, n, simulator.ApplianceOptions{TaskDuration: task})
		p, plans := connect(), make([]direct.Plan, n)
		for i, peer := range peers {
			plans[i] = p.Plan(t, pairingType, none, values(peer))
		}
		made := make([]direct.Object, n)
		for _, change := range []string{"POST /sites", "DELETE /sites/{key}"} {
			a.ResetStats()
			begin := time.Now()
			eachOfSlowly(t, n, work, func(i int) { made[i] = apply(t, p, plans[i]) })
			took, s := time.Since(begin), a.Stats()
			if s.Requests[change] != n || s.Total > 2*n+int(took.Seconds())+session {
				t.Errorf("%d requests in %s for %d changes: %v", s.Total, took, n, s.Requests)
			}
			if rounds := n / parallelism; took > task*time.Duration(rounds)*115/100 {
				t.Errorf("%s for %d tasks one after the other of %s", took, rounds, task)
			}
			for i := range plans {
				plans[i] = p.Plan(t, pairingType, made[i], nil)
			}
		}
		if sites := a.Sites(); len(sites) > 0 {
			t.Errorf("%d pairings are left", len(sites))
		}
	})
}

// eachOfSlowly is eachOf for a CLI that works for some time before each operation, one after the other.
func eachOfSlowly(t *testing.T, n int, work time.Duration, run func(i int)) {
	t.Helper()
	processor := make(chan struct{}, 1)
	eachOf(n, func(i int) {
		processor <- struct{}{}
		if err := (clock.System{}).Sleep(t.Context(), work); err != nil {
			t.Error(err)
		}
		<-processor
		run(i)
	})
}

// TestRoundTrips: the number of sequential requests in a refresh of many pairings, and in a create besides its task.
// The logout is one more.
func TestRoundTrips(t *testing.T) {
	const latency, task = 80 * time.Millisecond, time.Second
	eachInBubble(t, map[string]int{"1": 1, "800": 800}, func(t *testing.T, service simulator.Service, n int) {
		a, peers, connect := inBubble(t, service, n+1, simulator.ApplianceOptions{Latency: latency, TaskDuration: task})
		p, begin := connect(), time.Now()
		apply(t, p, p.Plan(t, pairingType, none, values(peers[n])))
		if trips := (time.Since(begin) - task) / latency; trips > 7 { // login, about, both lists, the request, a poll, the list again
			t.Errorf("a create takes its task and %d round trips: %v", trips, a.Stats().Requests)
		}
		objects := pairedWith(a, peers[:n])
		p, begin = connect(), time.Now()
		eachOf(n, func(i int) {
			if _, problems := p.Refresh(t, pairingType, objects[i]); len(problems.Errors()) > 0 {
				t.Error(problems.Errors())
			}
		})
		if trips := time.Since(begin) / latency; trips > 3 { // login, about, list
			t.Errorf("a refresh takes %d round trips", trips)
		}
	})
}

// eachInBubble runs a test of each service and each case in a synctest bubble, where time passes only while all
// goroutines wait.
func eachInBubble[C any](t *testing.T, cases map[string]C, run func(t *testing.T, service simulator.Service, c C)) {
	t.Helper()
	t.Parallel()
	serveOnce(t)
	for _, service := range acctest.Services {
		for name, c := range cases {
			t.Run(string(service)+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { run(t, service, c) })
			})
		}
	}
}

// inBubble starts an appliance with these options and the peers that it may pair with. The returned function makes
// providers that talk to it in memory.
func inBubble(t *testing.T, service simulator.Service, n int, o simulator.ApplianceOptions) (a *simulator.Appliance, peers []*simulator.Appliance, connect func() *direct.Provider) {
	t.Helper()
	wire := network.New()
	o.Site, o.Service = "site-a", service
	options := append([]simulator.ApplianceOptions{o}, unservedPeers(service, n)...)
	fixture := acctest.StartAppliancesOn(t, wire, options...)
	for _, peer := range options[1:] {
		peers = append(peers, fixture.Appliance(peer.Site))
	}
	a = fixture.Appliance(o.Site)
	return a, peers, func() *direct.Provider {
		p := served.Another(t, acctest.FactoriesOn(t, wire)["vcda"])
		configure(t, p, a, "service", string(service), "preflight", false)
		return p
	}
}

// TestCalls_nothingIsReadTwice: values that are equal for all pairings of a process are read once.
func TestCalls_nothingIsReadTwice(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		p := newProcess(t, a)
		made := apply(t, p, p.Plan(t, pairingType, none, values(b)))
		for range 3 {
			apply(t, p, p.Plan(t, pairingType, made, nil))
			made = apply(t, p, p.Plan(t, pairingType, none, values(b)))
		}
		s := a.Stats()
		if s.Logins != 1 || s.Requests["GET /diagnostics/about"] > 1 || s.Requests[http.MethodGet+" /sessions"] > 1 {
			t.Errorf("%d logins, %v", s.Logins, s.Requests)
		}
	})
}

// TestCalls_sharedListsAndOtherProcesses: a list that several changes share may be older than a change of another
// process. Before a change fails because of it, the list is read again.
func TestCalls_sharedListsAndOtherProcesses(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		p := newProcess(t, a)
		change := func(prior direct.Object, config direct.Values) (direct.Object, direct.Diagnostics) {
			clockOf(a).(*clocktest.Clock).Advance(time.Second) //nolint:errcheck // see startOnClock
			return p.Apply(t, p.Plan(t, pairingType, prior, config))
		}
		pairByHand(a, b)
		_, problems := change(none, values(b))
		requireError(t, problems, "paired with the site site-b already")
		a.Unpair("site-b")
		made, problems := change(none, values(b))
		if len(problems.Errors()) > 0 {
			t.Fatalf("a pairing that is gone is in the way: %q", problems.Errors())
		}
		a.Unpair("site-b")
		if _, problems = change(made, nil); len(problems.Errors()) > 0 {
			t.Errorf("the pairing is gone already: %q", problems.Errors())
		}
		made.Values["id"] = a.Pair("site-b")
		if _, problems = change(made, nil); len(problems.Errors()) > 0 || len(a.Sites()) > 0 {
			t.Errorf("%d pairings are left, errors %q", len(a.Sites()), problems.Errors())
		}
		change(made, nil) // finds no pairing
		made.Values["id"] = a.Pair("site-b")
		if _, problems = change(made, values(b, "description", "back")); len(problems.Errors()) > 0 {
			t.Errorf("the pairing is back: %q", problems.Errors())
		}
	})
}
