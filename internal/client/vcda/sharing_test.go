package vcda

import (
	"net/http"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func (f *fixture) lists() int { return f.a.Stats().Requests["GET /sites"] }

// peer reads the pairing with the other appliance, as a refresh does.
func (f *fixture) peer(key string) {
	f.t.Helper()
	if site, err := f.Peer(f.t.Context(), key); err != nil || site == nil {
		f.t.Errorf("site %v, error %v", site, err)
	}
}

// A list serves the reads of a refresh, however many, for as long as they follow
// one another; a pause or its age ends that.
func TestSites_ageOfASharedList(t *testing.T) {
	eachService(t, func(t *testing.T, service Service) {
		f := start(t, service)
		key := f.a.Pair("site-b")
		for range 1000 {
			f.peer(key)
			f.clock.advance(59 * time.Millisecond)
		}
		if n := f.lists(); n != 1 {
			t.Errorf("%d lists for a thousand reads within a minute", n)
		}
		f.clock.advance(2 * time.Second)
		f.peer(key)
		if n := f.lists(); n != 2 {
			t.Errorf("%d lists, want a new one after a pause", n)
		}
		for range 70 {
			f.clock.advance(time.Second)
			f.peer(key)
		}
		if n := f.lists(); n != 3 {
			t.Errorf("%d lists, want a new one after a minute", n)
		}
	})
}

// A list that takes long serves the reads that follow those which waited for it.
func TestSites_slowListIsShared(t *testing.T) {
	eachService(t, func(t *testing.T, service Service) {
		f := start(t, service)
		key := f.a.Pair("site-b")
		f.a.BeforeResponse(func(r *http.Request) {
			if r.URL.Path == "/sites" {
				f.clock.advance(10 * time.Second)
			}
		})
		for range 3 {
			together(10, func() { f.peer(key) })
			f.clock.advance(500 * time.Millisecond)
		}
		if n := f.lists(); n != 1 {
			t.Errorf("%d lists, want one", n)
		}
	})
}

// TestPeer_withoutTheService: the service is asked for once, before the list that
// depends on it.
func TestPeer_withoutTheService(t *testing.T) {
	eachService(t, func(t *testing.T, service Service) {
		f := start(t, service)
		key := f.a.Pair("site-b")
		f.peer(key)
		if site, err := f.Peer(t.Context(), "site-x"); err != nil || site != nil {
			t.Errorf("site %v, error %v", site, err)
		}
		if _, err := f.InstanceID(t.Context()); err != nil {
			t.Error(err)
		}
		if s := f.a.Stats(); s.Requests["GET /diagnostics/about"] != 1 || s.Requests["GET /sites"] != 1 {
			t.Errorf("%v, want one of each", s.Requests)
		}
	})
}

// Rows without an id pass for those of the Cloud service. Where they are broken
// ones of the Manager, nothing is taken for gone.
func TestSites_brokenRows(t *testing.T) {
	f := start(t, Manager)
	key := f.a.Pair("site-b")
	f.a.Fault(simulator.Fault{Method: http.MethodGet, Path: "/sites", Kind: simulator.Body, Body: `[{"site":"site-b","isLocal":false}]`})
	if site, err := f.Peer(t.Context(), key); err == nil {
		t.Errorf("site %v without an error", site)
	}
}

// What a change looks at serves other changes from then on, until something is
// written; it never serves a read.
func TestSites_beforeChanges(t *testing.T) {
	f := start(t, Manager)
	key := f.a.Pair("site-b")
	begin := f.clock.Now()
	look := func(since time.Time, want int) {
		t.Helper()
		sites, begun, err := f.SitesSince(t.Context(), since)
		if err != nil || len(PeersOf(sites)) != 1 || begun.Before(since) || f.lists() != want {
			t.Errorf("%d sites of %s, error %v, %d lists, want %d", len(sites), begun, err, f.lists(), want)
		}
	}
	look(begin, 1)
	f.clock.advance(time.Minute)
	look(begin, 1)
	look(begin.Add(time.Second), 2)
	f.peer(key)
	if f.lists() != 3 {
		t.Errorf("%d lists: a read was served what a change had looked at", f.lists())
	}
	look(begin, 3)
	task, err := f.Repair(t.Context(), key, f.pair("other"))
	if err != nil {
		t.Fatal(err)
	}
	look(begin, 4)
	if _, err := f.Wait(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	look(begin, 5)
	if tasks, err := f.TasksSince(t.Context(), TaskQuery{Type: "pair"}, begin); err != nil || len(tasks) != 0 {
		t.Errorf("%d tasks, error %v", len(tasks), err)
	}
	lists := f.a.Stats().Requests["GET /tasks"]
	for _, q := range []TaskQuery{{Type: "pair"}, {ResourceType: "site"}} {
		if _, err := f.TasksSince(t.Context(), q, begin); err != nil {
			t.Error(err)
		}
	}
	if now := f.a.Stats().Requests["GET /tasks"]; now != lists+1 {
		t.Errorf("%d lists of tasks, want one more for the other query", now-lists)
	}
}
