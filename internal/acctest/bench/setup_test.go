package bench_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/deployed"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const (
	managerType    = "vcda_vcenter_replication_manager"
	replicatorType = "vcda_replicator"
)

// setUp creates the set-up of an appliance and its replicators by one provider.
func setUp(b *testing.B, site *deployed.Site) (manager direct.Object, replicators []direct.Object) {
	b.Helper()
	p := site.Provider(b, nil)
	manager = deployed.Create(b, p, managerType, site.VCenterManager(nil))
	for i := range site.Replicators {
		replicators = append(replicators, deployed.Create(b, p, replicatorType, site.Replicator(i, nil)))
	}
	return manager, replicators
}

// BenchmarkSetUp sets an appliance with replicators up, without the passwords, and
// counts the requests.
func BenchmarkSetUp(b *testing.B) {
	for _, replicators := range []int{1, 10} {
		b.Run(fmt.Sprintf("replicators=%d", replicators), func(b *testing.B) {
			requests, runs := 0, 0
			for b.Loop() {
				b.StopTimer()
				site := deployed.ReadyWith(b, simulator.Manager, replicators)
				b.StartTimer()
				setUp(b, site)
				requests += site.Main.Stats().Total
				runs++
			}
			b.ReportMetric(float64(requests)/float64(runs), "requests/op")
		})
	}
}

// BenchmarkSetUpRefresh refreshes a set-up, and counts the requests, which don't grow with
// the replicators.
func BenchmarkSetUpRefresh(b *testing.B) {
	for _, replicators := range []int{1, 10, 50} {
		b.Run(fmt.Sprintf("replicators=%d", replicators), func(b *testing.B) {
			site := deployed.ReadyWith(b, simulator.Manager, replicators)
			manager, objects := setUp(b, site)
			site.Main.ResetStats()
			runs := 0
			for b.Loop() {
				p := site.Provider(b, nil)
				var all sync.WaitGroup
				all.Go(func() { refresh(b, p, managerType, manager) })
				for _, object := range objects {
					all.Go(func() { refresh(b, p, replicatorType, object) })
				}
				all.Wait()
				runs++
			}
			b.ReportMetric(float64(site.Main.Stats().Total)/float64(runs), "requests/op")
		})
	}
}

func refresh(b *testing.B, p *direct.Provider, name string, object direct.Object) {
	b.Helper()
	if _, problems := p.Refresh(b, name, object); len(problems.Errors()) > 0 {
		b.Error(problems.Errors())
	}
}

// BenchmarkBinary builds the provider as it is released, and measures the file.
func BenchmarkBinary(b *testing.B) {
	for b.Loop() {
		file := filepath.Join(b.TempDir(), "provider")
		command := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-tags=grpcnotrace", "-ldflags=-s -w", "-o", file, ".")
		command.Dir = filepath.Join("..", "..", "..")
		if out, err := command.CombinedOutput(); err != nil {
			b.Fatalf("go build: %v\n%s", err, out)
		}
		info, err := os.Stat(file)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(info.Size())/1e6, "MB")
	}
}
