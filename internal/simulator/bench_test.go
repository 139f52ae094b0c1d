package simulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const manyPeers = 5000

// startManySites starts site-a, which is served, and peers that are not. The clock stands still: a task ends when the
// benchmark advances it.
func startManySites(b *testing.B, service simulator.Service) (*fixture, []*simulator.Appliance) {
	b.Helper()
	options := []simulator.ApplianceOptions{{Site: "site-a", Service: service}}
	for i := range manyPeers {
		site := fmt.Sprintf("peer-%04d", i)
		options = append(options, simulator.ApplianceOptions{
			Site: site, Service: service, Unserved: true, PublicURLs: []string{"https://" + site + ".example.com:8048"},
		})
	}
	f := &fixture{clock: newClock()}
	appliances, err := simulator.Start(simulator.Options{Appliances: options, Now: f.clock.Now})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(appliances.Close)
	f.a = appliances.Appliance("site-a")
	f.http = trustingClient(b, appliances.CertificateAuthority())
	f.t = b
	f.token = f.login(f.a)
	var peers []*simulator.Appliance
	for _, o := range options[1:] {
		peers = append(peers, appliances.Appliance(o.Site))
	}
	return f, peers
}

// pairAll pairs site-a with each peer, both ways.
func (f *fixture) pairAll(peers []*simulator.Appliance) {
	for _, peer := range peers {
		f.a.Pair(peer.Site())
		peer.Pair(f.a.Site())
	}
}

func eachFlavorB(b *testing.B, bench func(b *testing.B, service simulator.Service)) {
	for _, service := range flavors {
		b.Run(string(service), func(b *testing.B) { bench(b, service) })
	}
}

// BenchmarkStart brings up a fixture of 5,001 sites, and pairs it both ways.
func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		f, peers := startManySites(b, simulator.Manager)
		f.pairAll(peers)
	}
}

// BenchmarkList reads a list of 5,000 pairings.
func BenchmarkList(b *testing.B) {
	eachFlavorB(b, func(b *testing.B, service simulator.Service) {
		f, peers := startManySites(b, service)
		f.pairAll(peers)
		b.ReportAllocs()
		for b.Loop() {
			f.do(request{method: "GET", path: "/sites"})
		}
	})
}

// BenchmarkPairing posts a pairing, with 5,000 pairings there and 5,000 tasks
// open.
func BenchmarkPairing(b *testing.B) {
	eachFlavorB(b, func(b *testing.B, service simulator.Service) {
		f, peers := startManySites(b, service)
		f.pairAll(peers)
		for i := range peers {
			f.must(f.acceptedStatus(), request{method: "POST", path: "/sites", body: f.pairBody(peers[i])}, nil)
		}
		b.ReportAllocs()
		for b.Loop() {
			f.must(f.acceptedStatus(), request{method: "POST", path: "/sites", body: f.pairBody(peers[0])}, nil)
		}
	})
}

// BenchmarkTasks polls 100 of 5,000 open tasks, by their ids.
func BenchmarkTasks(b *testing.B) {
	f, peers := startManySites(b, simulator.Manager)
	var ids []string
	for _, peer := range peers {
		var started task
		f.must(http.StatusAccepted, request{method: "POST", path: "/sites", body: f.pairBody(peer)}, &started)
		ids = append(ids, started.ID)
	}
	path := "/tasks?ids=" + strings.Join(ids[len(ids)-100:], ",")
	b.ReportAllocs()
	for b.Loop() {
		f.do(request{method: "GET", path: path})
	}
}
