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

// manySites is how many rows a long list has.
const manySites = 5000

// hurried is a clock by which a wait takes no time.
type hurried struct {
	clock.System
	ahead atomic.Int64
}

func (c *hurried) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *hurried) Sleep(ctx context.Context, d time.Duration) error {
	c.ahead.Add(int64(d))
	return ctx.Err()
}

// benched is a client of a server that has the same answers for everybody, by
// path, so that what is measured is the client.
func benched(b *testing.B, answers map[string]any) (*vcda.Client, *hurried) {
	b.Helper()
	texts := map[string][]byte{}
	for path, answer := range answers {
		text, err := json.Marshal(answer)
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
	clock := &hurried{}
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

// longList is what a Manager with many peers answers.
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
	client, _ := benched(b, map[string]any{"/sites": longList()})
	b.ReportAllocs()
	for b.Loop() {
		if sites, err := client.Sites(b.Context()); err != nil || len(sites) != manySites+1 {
			b.Fatal(len(sites), err)
		}
	}
}

// BenchmarkPeer lets readers share one list of 5,000 sites, which is a new one
// each time.
func BenchmarkPeer(b *testing.B) {
	client, clock := benched(b, map[string]any{"/sites": longList()})
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

// BenchmarkWait waits for tasks which the first poll finds at their end.
func BenchmarkWait(b *testing.B) {
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprintf("tasks=%d", n), func(b *testing.B) {
			answers := map[string]any{}
			var tasks, ended []vcda.Task
			for i := range n {
				task := vcda.Task{ID: siteID(i), State: "RUNNING"}
				tasks = append(tasks, task)
				task.State = vcda.TaskSucceeded
				ended = append(ended, task)
				answers["/tasks/"+task.ID] = task
			}
			answers["/tasks"] = map[string]any{"items": ended, "total": n}
			client, _ := benched(b, answers)
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
