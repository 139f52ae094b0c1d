package provider_test

import (
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
)

// BenchmarkStart measures the start of a provider process: all schemas, and the
// configuration.
func BenchmarkStart(b *testing.B) {
	factory := acctest.Factories(b)["vcda"]
	block := direct.Values{
		"url":   "https://vcda-a.example.com",
		"login": direct.Values{"local_user": direct.Values{"username": "root", "password": "password"}},
	}
	b.ReportAllocs()
	for b.Loop() {
		p := direct.Serve(b, factory)
		if problems := p.Configure(b, block); len(problems) > 0 {
			b.Fatal(problems.Errors())
		}
	}
}
