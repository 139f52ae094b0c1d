package vcda_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func listCount(a *simulator.Appliance) int { return a.Stats().Requests["GET /sites"] }

func TestSites_concurrentReadsShareOneList(t *testing.T) {
	a := cloudPair(t, nil)
	client := rootClient(t, a)
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			site, err := client.Peer(t.Context(), "site-b")
			if err != nil || site == nil || site.Site != "site-b" {
				t.Errorf("site %v, error %v", site, err)
			}
			if sites, err := client.SharedSites(t.Context()); err != nil || len(sites) != 2 {
				t.Errorf("%d sites, error %v", len(sites), err)
			}
		})
	}
	group.Wait()
	if listCount(a) != 1 {
		t.Errorf("%d lists, want one", listCount(a))
	}
	if site, err := client.Peer(t.Context(), "site-a"); site != nil || err != nil {
		t.Errorf("the local site is found as a peer: %v, %v", site, err)
	}
}

func TestSites_neverOlderThanAWrite(t *testing.T) {
	a := cloudPair(t, nil)
	client := rootClient(t, a)
	if site, err := client.Peer(t.Context(), "site-b"); err != nil || site == nil {
		t.Fatalf("site %v, error %v", site, err)
	}
	task, err := client.Unpair(t.Context(), "site-b")
	if err != nil {
		t.Fatal(err)
	}
	before := listCount(a)
	if _, err := client.Peer(t.Context(), "site-b"); err != nil || listCount(a) != before+1 {
		t.Errorf("error %v, %d lists after a write was sent, want %d", err, listCount(a), before+1)
	}
	if _, err := client.Wait(t.Context(), task); err != nil {
		t.Fatal(err)
	}
	if site, err := client.Peer(t.Context(), "site-b"); err != nil || site != nil {
		t.Errorf("site %v, error %v after it was unpaired", site, err)
	}
}

func TestSites_failedListIsReadAgain(t *testing.T) {
	a := cloudPair(t, nil)
	client := rootClient(t, a)
	a.Fault(simulator.Fault{Method: "GET", Path: "/sites", Status: 500, Times: 1})
	if _, err := client.Peer(t.Context(), "site-b"); err == nil {
		t.Fatal("the list did not fail")
	}
	if site, err := client.Peer(t.Context(), "site-b"); err != nil || site == nil {
		t.Errorf("site %v, error %v", site, err)
	}
}

// A shared list is read to its end when its first reader gives up.
func TestSites_firstReaderGivesUp(t *testing.T) {
	a := cloudPair(t, nil)
	client := rootClient(t, a)
	if _, err := client.Service(t.Context()); err != nil {
		t.Fatal(err)
	}
	arrived, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	a.BeforeResponse(func(r *http.Request) {
		if r.URL.Path == "/sites" {
			once.Do(func() { close(arrived) })
			<-release
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	first, second := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := client.Peer(ctx, "site-b")
		first <- err
	}()
	<-arrived
	go func() {
		_, err := client.Peer(t.Context(), "site-b")
		second <- err
	}()
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("first reader: error %v", err)
	}
	close(release)
	if err := <-second; err != nil {
		t.Errorf("second reader: error %v", err)
	}
}
