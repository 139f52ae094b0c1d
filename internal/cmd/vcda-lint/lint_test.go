package main

import (
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
)

// rooms are where the packages of the tests would be.
const rooms = "github.com/vcda-dr/terraform-provider-vcda/internal/"

// TestAnalyzers: each analyzer finds what breaks its rule in the package of its
// name below testdata, where a comment says so, and nothing else.
func TestAnalyzers(t *testing.T) {
	t.Parallel()
	for _, a := range []*analysis.Analyzer{identityFirst, stateLast, afterError, dropped, operation} {
		t.Run(a.Name, func(t *testing.T) {
			t.Parallel()
			if found := analysistest.Run(t, analysistest.TestData(), a, rooms+a.Name); len(found) == 0 || len(found[0].Diagnostics) == 0 {
				t.Error("it finds nothing")
			}
		})
	}
}
