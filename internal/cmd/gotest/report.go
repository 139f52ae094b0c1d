package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"time"
)

// event is a line of "go test -json"; see "go doc test2json".
type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64 // seconds
}

// test names a test of a package; without a name it is the package itself.
type test struct{ pkg, name string }

func (t test) String() string { return path.Base(t.pkg) + " " + t.name }

// report collects the events of a run.
type report struct {
	out     io.Writer
	verbose bool

	running map[string]map[string]bool // packages that have started, and their tests that have not ended
	output  map[test][]string
	took    map[test]float64
	parents map[test]bool   // tests with subtests
	skipped map[test]string // with the reason
}

func newReport(out io.Writer, verbose bool) *report {
	return &report{
		out: out, verbose: verbose,
		running: map[string]map[string]bool{}, output: map[test][]string{}, took: map[test]float64{}, parents: map[test]bool{}, skipped: map[test]string{},
	}
}

// add records an event and reports whether it printed something.
func (r *report) add(e event) bool {
	t := test{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.out, e.Output)
		return true
	case "start":
		r.running[e.Package] = map[string]bool{}
	case "run":
		r.running[e.Package][e.Test] = true
	case "output":
		if r.verbose {
			fmt.Fprint(r.out, e.Output)
			return true
		}
		r.output[t] = append(r.output[t], e.Output)
	case "pass", "fail", "skip":
		return r.end(t, e)
	}
	return false
}

// end records the end of a test or a package.
func (r *report) end(t test, e event) bool {
	lines := r.output[t]
	delete(r.output, t)
	if t.name == "" {
		delete(r.running, t.pkg)
		if e.Action == "fail" {
			fmt.Fprint(r.out, strings.Join(lines, ""))
		}
		fmt.Fprintf(r.out, "%-4s %s %.1f s\n", e.Action, t.pkg, e.Elapsed)
		return true
	}
	delete(r.running[t.pkg], t.name)
	r.parents[test{t.pkg, path.Dir(t.name)}] = true
	if !r.parents[t] { // the time of a test with subtests leaves out those that run in parallel
		r.took[t] = e.Elapsed
	}
	switch e.Action {
	case "skip":
		r.skipped[t] = skipReason(lines)
	case "fail":
		fmt.Fprint(r.out, strings.Join(lines, ""))
		return true
	}
	return false
}

// skipReason returns the last line that a test printed before it was skipped.
func skipReason(lines []string) string {
	for _, line := range slices.Backward(lines) {
		if _, reason, found := strings.Cut(line, ".go:"); found {
			_, reason, _ = strings.Cut(reason, ": ")
			return strings.TrimSpace(reason)
		}
	}
	return "no reason given"
}

// printRunning prints the tests that are running.
func (r *report) printRunning(elapsed time.Duration) {
	if len(r.running) == 0 {
		fmt.Fprintf(r.out, "     %.0f s: building\n", elapsed.Seconds())
		return
	}
	for _, pkg := range slices.Sorted(maps.Keys(r.running)) {
		tests := slices.Sorted(maps.Keys(r.running[pkg]))
		fmt.Fprintf(r.out, "     %.0f s: %s runs %d tests: %s\n", elapsed.Seconds(), pkg, len(tests), strings.Join(tests[:min(3, len(tests))], ", "))
	}
}

const slowest = 10

func (r *report) printSummary() {
	reasons := map[string]int{}
	for _, reason := range r.skipped {
		reasons[reason]++
	}
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		fmt.Fprintf(r.out, "skipped %d: %s\n", reasons[reason], reason)
	}
	tests := slices.SortedFunc(maps.Keys(r.took), func(a, b test) int { return cmp.Compare(r.took[b], r.took[a]) })
	if len(tests) > 1 {
		fmt.Fprintln(r.out, "slowest tests:")
	}
	for _, t := range tests[:min(slowest, len(tests))] {
		fmt.Fprintf(r.out, "%7.1f s  %s\n", r.took[t], t)
	}
}

func (r *report) writeSkipped(name string) error {
	if name == "" {
		return nil
	}
	var text strings.Builder
	for t := range r.skipped {
		fmt.Fprintf(&text, "%s %s\n", t.pkg, t.name)
	}
	return os.WriteFile(name, []byte(text.String()), 0o600) //nolint:gosec // the file that the caller named
}
