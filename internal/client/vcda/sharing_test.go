package vcda

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func (f *fixture) listCount() int { return f.a.Stats().Requests["GET /sites"] }

// requirePeer reads the pairing with the other appliance, as a refresh does.
func (f *fixture) requirePeer(key string) {
	f.t.Helper()
	if site, err := f.Peer(f.t.Context(), key); err != nil || site == nil {
		f.t.Errorf("site %v, error %v", site, err)
	}
}

// The reads of a refresh share a list, until they pause or the list is too old.
func TestSites_sharedListExpires(t *testing.T) {
	forEachService(t, func(t *testing.T, service Service) {
		f := start(t, service)
		key := f.a.Pair("site-b")
		for range 1000 {
			f.requirePeer(key)
			f.clock.advance(59 * time.Millisecond)
		}
		if n := f.listCount(); n != 1 {
			t.Errorf("%d lists for a thousand reads within a minute", n)
		}
		f.clock.advance(2 * time.Second)
		f.requirePeer(key)
		if n := f.listCount(); n != 2 {
			t.Errorf("%d lists, want a new one after a pause", n)
		}
		for range 70 {
			f.clock.advance(time.Second)
			f.requirePeer(key)
		}
		if n := f.listCount(); n != 3 {
			t.Errorf("%d lists, want a new one after a minute", n)
		}
	})
}

// Reads that follow a slow list share it too.
func TestSites_slowListIsShared(t *testing.T) {
	forEachService(t, func(t *testing.T, service Service) {
		f := start(t, service)
		key := f.a.Pair("site-b")
		f.a.BeforeResponse(func(r *http.Request) {
			if r.URL.Path == "/sites" {
				f.clock.advance(10 * time.Second)
			}
		})
		for range 3 {
			runConcurrently(10, func() { f.requirePeer(key) })
			f.clock.advance(500 * time.Millisecond)
		}
		if n := f.listCount(); n != 1 {
			t.Errorf("%d lists, want one", n)
		}
	})
}

// The service is read once, before the list.
func TestPeer_unknownService(t *testing.T) {
	forEachService(t, func(t *testing.T, service Service) {
		f := start(t, service)
		key := f.a.Pair("site-b")
		f.requirePeer(key)
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

// Invalid rows of a Manager, without an id, must not look like a missing pairing.
func TestSites_brokenRows(t *testing.T) {
	f := start(t, Manager)
	key := f.a.Pair("site-b")
	f.a.Fault(simulator.Fault{Method: http.MethodGet, Path: "/sites", Kind: simulator.Body, Body: `[{"site":"site-b","isLocal":false}]`})
	if site, err := f.Peer(t.Context(), key); err == nil {
		t.Errorf("site %v without an error", site)
	}
}

// Changes share a list until a task of this client ends. A read does not use it.
func TestSitesSince(t *testing.T) {
	f := start(t, Manager)
	key := f.a.Pair("site-b")
	begin := f.clock.Now()
	requireList := func(since time.Time, want int) {
		t.Helper()
		sites, err := f.SitesSince(t.Context(), since)
		if err != nil || len(PeersOf(sites)) != 1 || f.listCount() != want {
			t.Errorf("%d sites, error %v, %d lists, want %d", len(sites), err, f.listCount(), want)
		}
	}
	requireList(begin, 1)
	f.clock.advance(time.Minute)
	requireList(begin, 1)
	requireList(begin.Add(time.Second), 2)
	f.requirePeer(key)
	if f.listCount() != 3 {
		t.Errorf("%d lists: a read used the list of a change", f.listCount())
	}
	requireList(begin, 3)
	task, err := f.Repair(t.Context(), key, f.pairRequest("other"))
	if err != nil {
		t.Fatal(err)
	}
	requireList(begin, 3)
	if _, err := f.Wait(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	requireList(begin, 4)
	if _, err := f.Unpair(t.Context(), "another"); err == nil {
		t.Fatal("a pairing that is not there was unpaired")
	}
	requireList(begin, 5)
}

// After the first list only the pages are read that may have changed.
func TestSiteTasksSince(t *testing.T) {
	f := start(t, Manager)
	key := f.a.Pair("site-b")
	repair := func(length time.Duration) {
		t.Helper()
		f.a.SetTaskDuration(length)
		if _, err := f.Repair(t.Context(), key, f.pairRequest("again")); err != nil {
			t.Fatal(err)
		}
	}
	requireTasks := func(want, ended, pages int) {
		t.Helper()
		f.a.ResetStats()
		tasks, err := f.SiteTasksSince(t.Context(), f.clock.Now())
		running := slices.DeleteFunc(slices.Clone(tasks), Task.Ended)
		if got := f.a.Stats().Requests["GET /tasks"]; err != nil || len(tasks) != want || want-len(running) != ended || got != pages {
			t.Errorf("%d tasks, %d still run, error %v, %d requests: want %d tasks, %d ended, %d requests", len(tasks), len(running), err, got, want, ended, pages)
		}
		f.clock.advance(time.Second)
	}
	for range 150 {
		repair(time.Second)
	}
	requireTasks(150, 0, 2)
	requireTasks(150, 150, 2)
	requireTasks(150, 150, 1)
	repair(time.Hour)
	for range tasksPage {
		repair(time.Second)
	}
	requireTasks(251, 150, 2)
	requireTasks(251, 250, 2) // the long one is on the second page
	requireTasks(251, 250, 2)
	f.a.ForgetTasks()
	repair(time.Second)
	requireTasks(251, 250, 1)
	requireTasks(251, 251, 1)
	if tasks, err := f.SiteTasksSince(t.Context(), f.clock.Now().Add(-time.Second)); err != nil || len(tasks) != 251 || f.a.Stats().Requests["GET /tasks"] != 1 {
		t.Errorf("%d tasks, error %v, %v: want those of the list before", len(tasks), err, f.a.Stats().Requests)
	}
}

// The list is read again after the end of a task of another client, and after a
// request whose task is not known.
func TestSiteTasksSince_others(t *testing.T) {
	f := start(t, Manager)
	key, begin := f.a.Pair("site-b"), f.clock.Now()
	requireTasks := func(want int) {
		t.Helper()
		_, err := f.SiteTasksSince(t.Context(), begin)
		lists := 0
		for _, r := range f.a.Requests() {
			if strings.HasPrefix(r.Path, "/tasks?") {
				lists++
			}
		}
		if err != nil || lists != want {
			t.Errorf("error %v, %d lists, want %d", err, lists, want)
		}
	}
	for want, client := range []*Client{f.Client, f.connect(rootLogin(), nil)} {
		task, err := client.Repair(t.Context(), key, f.pairRequest("again"))
		if err != nil {
			t.Fatal(err)
		}
		requireTasks(1)
		if _, err := f.Wait(t.Context(), task); err != nil {
			t.Fatal(err)
		}
		requireTasks(1 + want)
	}
	if _, err := f.Repair(t.Context(), "another", f.pairRequest("again")); err == nil {
		t.Fatal("a pairing that is not there was re-paired")
	}
	requireTasks(3)
}
