// Package bench_test measures whole runs of the command line with the provider, and beside it with the
// baseline provider, which has the same schema and does nothing. The appliance is simulated in this process.
// make bench runs the benchmarks and compares them with the results in testdata.
package bench_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

var providers = []string{"baseline", "vcda"}

// few is the number of pairings up to which a benchmark is short.
const few = 100

// BenchmarkPlan plans pairings that do not change, after a refresh.
func BenchmarkPlan(b *testing.B) {
	binaries := buildProviders(b)
	for _, c := range []struct {
		pairings int
		latency  time.Duration // of each request
	}{{1, 0}, {10, 0}, {100, 0}, {500, 0}, {5000, 0}, {1, 80 * time.Millisecond}, {100, 80 * time.Millisecond}} {
		for _, provider := range providers {
			b.Run(fmt.Sprintf("pairings=%d/latency=%s/provider=%s", c.pairings, c.latency, provider), func(b *testing.B) {
				skipLong(b, c.pairings > few)
				plan(b, startPaired(b, c.pairings), c.latency, binaries, provider)
			})
		}
	}
}

// BenchmarkPlanReplications plans replications that do not change, after a refresh.
func BenchmarkPlanReplications(b *testing.B) {
	binaries := buildProviders(b)
	for _, replications := range []int{100, 1000, 5000} {
		for _, provider := range providers {
			b.Run(fmt.Sprintf("replications=%d/provider=%s", replications, provider), func(b *testing.B) {
				skipLong(b, replications > few)
				plan(b, startReplicating(b, replications), 0, binaries, provider)
			})
		}
	}
}

// plan plans the objects of a fleet with one of the providers.
func plan(b *testing.B, f *fleet, latency time.Duration, binaries map[string]string, provider string) {
	b.Helper()
	w := newWorkspace(b, binaries[provider], f)
	w.writeState(b, f, binaries["vcda"])
	f.appliance.SetLatency(latency)
	f.appliance.ResetStats()
	for b.Loop() {
		w.run(b, "plan", "-input=false", "-detailed-exitcode")
	}
	w.report(b, f)
}

// BenchmarkApply pairs the hub with its peers.
func BenchmarkApply(b *testing.B) {
	binaries := buildProviders(b)
	for _, c := range []struct {
		pairings, parallelism int
		task                  time.Duration
	}{{1, 10, time.Second}, {10, 10, time.Second}, {100, 10, time.Second}, {500, 10, time.Second}, {200, 200, time.Minute}} {
		for _, provider := range providers {
			b.Run(fmt.Sprintf("pairings=%d/parallelism=%d/task=%s/provider=%s", c.pairings, c.parallelism, c.task, provider), func(b *testing.B) {
				skipLong(b, c.pairings > 10)
				var f *fleet
				var w *workspace
				for b.Loop() {
					b.StopTimer()
					f, _ = startPeers(b, c.pairings, c.task)
					w = newWorkspace(b, binaries[provider], f)
					b.StartTimer()
					w.run(b, "apply", "-input=false", "-auto-approve", fmt.Sprintf("-parallelism=%d", c.parallelism))
				}
				w.report(b, f)
			})
		}
	}
}

// BenchmarkWait pairs with one peer, and measures how late the end of the task is noticed.
func BenchmarkWait(b *testing.B) {
	binaries := buildProviders(b)
	for _, task := range []time.Duration{200 * time.Millisecond, time.Second, 3 * time.Second, 10 * time.Second, time.Minute} {
		b.Run("task="+task.String(), func(b *testing.B) {
			skipLong(b, task > 3*time.Second)
			for b.Loop() {
				b.StopTimer()
				f, _ := startPeers(b, 1, task)
				w := newWorkspace(b, binaries["vcda"], f)
				b.StartTimer()
				w.run(b, "apply", "-input=false", "-auto-approve")
				late, polls := noticed(b, f, task)
				b.ReportMetric(late.Seconds(), "late-sec")
				b.ReportMetric(float64(polls), "polls/op")
			}
		})
	}
}

// noticed returns how long after the end of the only task it was polled last, and how often it was polled.
func noticed(b *testing.B, f *fleet, task time.Duration) (late time.Duration, polls int) {
	b.Helper()
	var end, last time.Time
	for _, r := range f.appliance.Requests() {
		switch {
		case r.Method == http.MethodPost && r.Path == "/sites":
			end = r.Time.Add(task)
		case !end.IsZero() && strings.HasPrefix(r.Path, "/tasks"):
			polls, last = polls+1, r.Time
		}
	}
	if polls == 0 {
		b.Fatal("the task was not polled")
	}
	return last.Sub(end), polls
}

// BenchmarkStart starts a provider process, up to its handshake.
func BenchmarkStart(b *testing.B) {
	binaries := buildProviders(b)
	for _, provider := range providers {
		b.Run("provider="+provider, func(b *testing.B) {
			binary := binaries[provider]
			for b.Loop() {
				handshake(b, binary)
			}
		})
	}
}

func skipLong(b *testing.B, long bool) {
	b.Helper()
	if long && testing.Short() {
		b.Skip("takes minutes")
	}
}
