package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
)

// TestMeasure runs everything in its smallest form: how long it takes depends on
// the machine, what is asked of the appliance doesn't.
func TestMeasure(t *testing.T) {
	acctest.CurrentCLI(t)
	t.Parallel()
	s := settings{plans: []int{3}, applies: []int{2}, task: 50 * time.Millisecond, waits: []time.Duration{300 * time.Millisecond}, crowd: 3, long: 300 * time.Millisecond, runs: 1}
	tools, err := prepare(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tools.remove)
	m, err := tools.measure(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	p := m.plans[0]
	if p.n != 3 || p.stats.Total != 3 || p.stats.Logins != 1 || p.stats.Logouts != 1 || p.stats.Requests["GET /sites"] != 1 {
		t.Errorf("a plan of %d: %+v", p.n, p.stats)
	}
	for name, c := range map[string]cost{"ours": p.ours, "floor": p.floor} {
		if c.wall <= 0 || c.cpu <= 0 || c.memory < 1_000_000 {
			t.Errorf("%s: %+v", name, c)
		}
	}
	for _, a := range append(m.applies, m.crowd) {
		if a.stats.Logins != 1 || a.stats.Requests["POST /sites"] != a.n || a.stats.Polls < 1 || a.ours.wall < a.least() || a.floor.wall <= 0 {
			t.Errorf("an apply of %d took %s, at least %s: %+v", a.n, a.ours.wall, a.least(), a.stats)
		}
	}
	if w := m.waits[0]; w.ours.polls < 1 || w.second.polls != 1 || w.second.delay < 600*time.Millisecond {
		t.Errorf("%+v", w)
	}
	if table := m.markdown(); !strings.Contains(table, "| 3 |     3 |      1 |       1 |") {
		t.Errorf("the plan is missing in\n%s", table)
	}
	wellFormed(t, m.plot())
	wholeState(t, tools)
}

// wholeState checks that the state which plans begin with is the one a refresh
// leaves behind: else they would measure more than a plan without a change.
func wholeState(t *testing.T, tools *tools) {
	t.Helper()
	f, err := startFleet(2, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.estate.Close)
	w, err := tools.workspace()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.configure(w), f.pair(w)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.run(t.Context(), ours, "plan", "-no-color", "-refresh-only", "-detailed-exitcode"); err != nil {
		t.Error(err)
	}
}

// wellFormed checks that a text is XML.
func wellFormed(t *testing.T, text string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%v in %s", err, text)
		}
	}
}

// TestReplaceTable: the rest of the page stays.
func TestReplaceTable(t *testing.T) {
	t.Parallel()
	page := filepath.Join(t.TempDir(), "page.md")
	for text, want := range map[string]string{
		"before\n" + tableBegin + "old\n" + tableEnd + "after\n": "before\n" + tableBegin + "new\n" + tableEnd + "after\n",
		"nothing\n": "", // refused
	} {
		if err := os.WriteFile(page, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := replaceTable(page, "new\n")
		got, _ := os.ReadFile(page)
		if want == "" && (err == nil || string(got) != text) || want != "" && string(got) != want {
			t.Errorf("%q became %q, %v", text, got, err)
		}
	}
}
