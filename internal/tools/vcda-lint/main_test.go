package main

import (
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
)

// TestAnalyzers runs each analyzer on the package of its name below testdata, whose comments say what
// it reports.
func TestAnalyzers(t *testing.T) {
	t.Parallel()
	for _, a := range []*analysis.Analyzer{stateLast, dropped} {
		t.Run(a.Name, func(t *testing.T) {
			t.Parallel()
			analysistest.Run(t, analysistest.TestData(), a, a.Name)
		})
	}
}
