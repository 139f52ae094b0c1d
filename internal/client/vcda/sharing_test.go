package vcda

import (
	"net/http"
	"slices"
	"strings"
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

// What a change looks at serves other changes until a task of this client ends, and
// never a read.
func TestSites_beforeChanges(t *testing.T) {
	f := start(t, Manager)
	key := f.a.Pair("site-b")
	begin := f.clock.Now()
	look := func(since time.Time, want int) {
		t.Helper()
		sites, err := f.SitesSince(t.Context(), since)
		if err != nil || len(PeersOf(sites)) != 1 || f.lists() != want {
			t.Errorf("%d sites, error %v, %d lists, want %d", len(sites), err, f.lists(), want)
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
	look(begin, 3)
	if _, err := f.Wait(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	look(begin, 4)
	if _, err := f.Unpair(t.Context(), "another"); err == nil {
		t.Fatal("a pairing that is not there was unpaired")
	}
	look(begin, 5)
}

// TestSiteTasksSince: after the first time a list is read as far as it may have
// changed.
func TestSiteTasksSince(t *testing.T) {
	f := start(t, Manager)
	key := f.a.Pair("site-b")
	repair := func(length time.Duration) {
		t.Helper()
		f.a.SetTaskDuration(length)
		if _, err := f.Repair(t.Context(), key, f.pair("again")); err != nil {
			t.Fatal(err)
		}
	}
	list := func(want, ended, pages int) {
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
	list(150, 0, 2)
	list(150, 150, 2)
	list(150, 150, 1)
	repair(time.Hour)
	for range tasksPage {
		repair(time.Second)
	}
	list(251, 150, 2)
	list(251, 250, 2) // the long one is on the second page
	list(251, 250, 2)
	f.a.ForgetTasks()
	repair(time.Second)
	list(251, 250, 1)
	list(251, 251, 1)
	if tasks, err := f.SiteTasksSince(t.Context(), f.clock.Now().Add(-time.Second)); err != nil || len(tasks) != 251 || f.a.Stats().Requests["GET /tasks"] != 1 {
		t.Errorf("%d tasks, error %v, %v: want those of the list before", len(tasks), err, f.a.Stats().Requests)
	}
}

// TestSiteTasksSince_others: after the end of another's task and after a request
// whose task is not known, the list is read again.
func TestSiteTasksSince_others(t *testing.T) {
	f := start(t, Manager)
	key, begin := f.a.Pair("site-b"), f.clock.Now()
	list := func(want int) {
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
		task, err := client.Repair(t.Context(), key, f.pair("again"))
		if err != nil {
			t.Fatal(err)
		}
		list(1)
		if _, err := f.Wait(t.Context(), task); err != nil {
			t.Fatal(err)
		}
		list(1 + want)
	}
	if _, err := f.Repair(t.Context(), "another", f.pair("again")); err == nil {
		t.Fatal("a pairing that is not there was re-paired")
	}
	list(3)
}
