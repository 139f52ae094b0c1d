package framework_test

import (
	"strconv"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/framework"
)

// BenchmarkClaims lets 5,000 resources claim two things each.
func BenchmarkClaims(b *testing.B) {
	var owners []string
	for i := range 5000 {
		owners = append(owners, strconv.Itoa(i))
	}
	b.ReportAllocs()
	for b.Loop() {
		held := &framework.Claims{}
		for _, owner := range owners {
			held.Begin(false)
			if !held.Take("url "+owner, owner, false) || !held.Take("site "+owner, owner, false) {
				b.Fatal("nobody else wants it")
			}
		}
	}
}
