package vcda_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
)

// manySites is the number of rows of a long list.
const manySites = 5000

// fastClock is a clock whose waits take no time.
type fastClock struct {
	clock.System
	ahead atomic.Int64
}

func (c *fastClock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *fastClock) Sleep(ctx context.Context, d time.Duration) error {
	c.ahead.Add(int64(d))
	return ctx.Err()
}

// newBenchClient returns a client of a server with constant responses by path, so
// that the benchmark measures the client.
func newBenchClient(b *testing.B, responses map[string]any) (*vcda.Client, *fastClock) {
	b.Helper()
	texts := map[string][]byte{}
	for path, response := range responses {
		text, err := json.Marshal(response)
		if err != nil {
			b.Fatal(err)
		}
		texts[path] = text
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/sessions" {
			w.Header().Set("X-VCAV-Auth", "token")
			return
		}
		_, _ = w.Write(texts[r.URL.Path])
	}))
	b.Cleanup(server.Close)
	base, err := url.Parse(server.URL)
	if err != nil {
		b.Fatal(err)
	}
	clock := &fastClock{}
	client, err := vcda.New(vcda.Options{
		Transport: rest.Options{BaseURL: base, RequestTimeout: time.Minute},
		Login:     vcda.LocalUser{Username: "root", Password: "password"}, Service: vcda.Manager, Clock: clock,
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = client.Logout(context.WithoutCancel(b.Context())) })
	return client, clock
}

func siteID(i int) string { return fmt.Sprintf("00000000-0000-0000-0000-%012d", i) }

// longList is the response of a Manager with many peers.
func longList() []vcda.Site {
	certificate := strings.Repeat("MIIBkTCCATeg", 60)
	list := []vcda.Site{{ID: "local", Site: "hub", IsLocal: true}}
	for i := range manySites {
		list = append(list, vcda.Site{
			ID: siteID(i), Site: fmt.Sprintf("site-%04d", i), Description: "Recovery site",
			APIURL: "https://tn-" + siteID(i) + ".tnexus.io:8048/", APIPublicURL: fmt.Sprintf("https://site-%04d.example.com:8048", i),
			APIThumbprint: "SHA-256" + strings.Repeat(":AB", 32), APIVersion: "4.7", IsProviderDeployment: new(bool), PeerTunnelCert: &certificate,
			State: &vcda.State{},
		})
	}
	return list
}

// BenchmarkSites reads and decodes a list of 5,000 sites.
func BenchmarkSites(b *testing.B) {
	client, _ := newBenchClient(b, map[string]any{"/sites": longList()})
	b.ReportAllocs()
	for b.Loop() {
		if sites, err := client.Sites(b.Context()); err != nil || len(sites) != manySites+1 {
			b.Fatal(len(sites), err)
		}
	}
}

// BenchmarkPeer lets readers share a new list of 5,000 sites each time.
func BenchmarkPeer(b *testing.B) {
	client, clock := newBenchClient(b, map[string]any{"/sites": longList()})
	for _, readers := range []int{1, 10, 1000} {
		b.Run(fmt.Sprintf("readers=%d", readers), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				clock.ahead.Add(int64(time.Hour))
				var all sync.WaitGroup
				for i := range readers {
					all.Go(func() {
						if site, err := client.Peer(b.Context(), siteID(i)); err != nil || site == nil {
							b.Error(site, err)
						}
					})
				}
				all.Wait()
			}
		})
	}
}

// BenchmarkWait waits for tasks which have ended at the first poll.
func BenchmarkWait(b *testing.B) {
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprintf("tasks=%d", n), func(b *testing.B) {
			responses := map[string]any{}
			var tasks, ended []vcda.Task
			for i := range n {
				task := vcda.Task{ID: siteID(i), State: "RUNNING"}
				tasks = append(tasks, task)
				task.State = vcda.TaskSucceeded
				ended = append(ended, task)
				responses["/tasks/"+task.ID] = task
			}
			responses["/tasks"] = map[string]any{"items": ended, "total": n}
			client, _ := newBenchClient(b, responses)
			b.ReportAllocs()
			for b.Loop() {
				var all sync.WaitGroup
				for _, task := range tasks {
					all.Go(func() {
						if _, err := client.Wait(b.Context(), task); err != nil {
							b.Error(err)
						}
					})
				}
				all.Wait()
			}
		})
	}
}
