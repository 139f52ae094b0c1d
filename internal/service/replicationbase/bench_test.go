package replicationbase_test

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/twosites"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// refreshes is the number of objects that the CLI refreshes at once.
const refreshes = 10

// BenchmarkRefresh refreshes many replications of one kind and site, with 20 ms for each request.
func BenchmarkRefresh(b *testing.B) {
	for _, n := range []int{100, 1000, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f := twosites.Start(b, simulator.Cloud, "site-b")
			source, destination := f.A.Workloads(), f.B.Workloads()
			config := direct.Values{
				"source":      direct.Values{"site": "site-a", "vm": direct.Values{"id": source.VApps[0].VMs[0].ID}},
				"destination": direct.Values{"site": "site-b", "vcloud": direct.Values{"vdc_id": destination.VDCs[0].ID}},
			}
			const name = "vcda_vm_replication"
			made, problems := f.Apply(b, f.Plan(b, name, none, config))
			if errors := problems.Errors(); len(errors) > 0 {
				b.Fatal(errors)
			}
			objects := []direct.Object{}
			for i := range n {
				one := made
				one.Values = maps.Clone(made.Values)
				one.Values["id"] = f.B.Protect(simulator.Protection{SourceSite: "site-a", VApp: fmt.Sprintf("vm%d", i), VM: "vm"})
				one.Identity = direct.Values{"id": one.Values["id"]}
				objects = append(objects, one)
			}
			for i := range objects { // as the state is after a refresh
				objects[i], _ = f.Refresh(b, name, objects[i])
			}
			f.B.SetLatency(20 * time.Millisecond)
			b.ReportAllocs()
			for b.Loop() {
				f.Restart(b, "site-b")
				f.B.ResetStats()
				refreshAll(b, f, name, objects)
			}
			requests := f.B.Stats().Requests
			b.ReportMetric(float64(requests["GET /vm-replications"]), "lists/op")
			for call, count := range requests {
				if !strings.HasSuffix(call, " /vm-replications") && count > 1 {
					b.Errorf("%s was sent %d times", call, count)
				}
			}
		})
	}
}

func refreshAll(b *testing.B, f *twosites.Fixture, name string, objects []direct.Object) {
	b.Helper()
	queue := make(chan direct.Object)
	var running sync.WaitGroup
	for range refreshes {
		running.Go(func() {
			for object := range queue {
				if fresh, problems := f.Refresh(b, name, object); fresh.Values == nil || len(problems.Errors()) > 0 {
					b.Errorf("refreshed to %v, errors %q", fresh.Values, problems.Errors())
				}
			}
		})
	}
	for _, object := range objects {
		queue <- object
	}
	close(queue)
	running.Wait()
}
