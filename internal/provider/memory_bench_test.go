package provider

import (
	"context"
	"runtime"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/vcda-dr/terraform-provider-vcda/internal/clock"
	"github.com/vcda-dr/terraform-provider-vcda/internal/providerdata"
)

// BenchmarkMemoryPerCall measures the memory that a call leaves after it has ended.
// When the framework alone keeps about as little as the provider, memory.go is no
// longer needed.
func BenchmarkMemoryPerCall(b *testing.B) {
	wrapped := NewServer(Options{Cleanup: &providerdata.Cleanup{}, Clock: clock.System{}})
	for name, s := range map[string]tfprotov6.ProviderServer{
		"framework": wrapped.(server).frameworkServer, //nolint:errcheck // NewServer returns it
		"provider":  wrapped,
	} {
		b.Run("server="+name, func(b *testing.B) {
			before := memoryInUse()
			for b.Loop() {
				ctx := context.WithValue(b.Context(), benchKey{}, make([]byte, 1<<10))
				req := &tfprotov6.ValidateResourceConfigRequest{TypeName: "vcda_unknown"}
				if _, err := s.ValidateResourceConfig(ctx, req); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(memoryInUse()-before)/float64(b.N), "kept-B/op")
			runtime.KeepAlive(s)
		})
	}
}

type benchKey struct{}

func memoryInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
