// Package messages writes the errors and warnings of the provider to
// testdata/diagnostics.md, as users see them. Read that page after a change as a user
// would: does each message say what failed, why, and what to do?
//
//	go test ./internal/acctest/messages -update
//
// writes the page.
package messages_test

import (
	"flag"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
)

func TestMain(m *testing.M) { acctest.Main(m) }

var update = flag.Bool("update", false, "write "+page+" again")

const page = "testdata/diagnostics.md"

const preface = `# What the provider says

Errors and warnings of the provider, as tests cause them with simulated systems. Names stand for addresses, ids, times and the
thumbprints of simulated certificates. ` + "`go test ./internal/acctest/messages -update`" + ` writes this page.
`

type values = direct.Values

// chapter holds situations that belong together.
type chapter struct {
	title      string
	situations []situation
}

// situation causes the messages below one heading of the page.
type situation struct {
	title string
	env   values // environment variables, for which it runs alone
	alone bool   // runs alone because it has little time
	run   func(t *testing.T, s *scenario)
}

var chapters = []chapter{
	{"Provider block", providerBlock},
	{"Certificates, connections and responses", connections},
	{"Login", logins},
	{"Extensions of the session", extensions},
	{"Resource vcda_site_pairing: plan", pairingPlans},
	{"Resource vcda_site_pairing: create", pairingCreates},
	{"Resource vcda_site_pairing: read, update and delete", pairingChanges},
	{"Resource vcda_site_pairing: import and move", pairingImports},
	{"List resource and actions", listsAndActions},
	{"Replications", replications},
	{"Recovery plans", recoveryPlans},
	{"Data sources and functions", lookups},
	{"Ephemeral resource vcda_session", sessions},
	{"vCenter", vcenters},
	{"Storware Backup & Recovery", storwares},
}

// TestDiagnostics compares the messages of the provider with the page.
func TestDiagnostics(t *testing.T) {
	got := preface
	for _, section := range runSituations(t) {
		got += section
	}
	if t.Failed() {
		return
	}
	if *update {
		if err := os.WriteFile(page, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := readPage(t)
	if got == want {
		return
	}
	old, now := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(old), len(now)) {
		if i >= len(old) || i >= len(now) || old[i] != now[i] {
			t.Fatalf("%s is stale from line %d on: write it with -update and read it. It has\n%s\n\nand should have\n%s", page, i+1, linesAround(old, i), linesAround(now, i))
		}
	}
}

// linesAround returns a few lines before and after line i.
func linesAround(lines []string, i int) string {
	return strings.Join(lines[min(max(i-3, 0), len(lines)):min(i+6, len(lines))], "\n")
}

func readPage(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// concurrency is the number of situations that run at once: they mostly wait.
const concurrency = 16

// runSituations runs all situations and returns the sections of the page in order.
func runSituations(t *testing.T) []string {
	t.Helper()
	var sections []string
	var parallel []func()
	for _, c := range chapters {
		sections = append(sections, "\n## "+c.title+"\n")
		for _, one := range c.situations {
			i := len(sections)
			sections = append(sections, "")
			run := func() {
				t.Run(c.title+"/"+one.title, func(t *testing.T) { sections[i] = one.section(t) })
			}
			if one.alone || one.env != nil {
				run()
			} else {
				parallel = append(parallel, run)
			}
		}
	}
	slots := make(chan struct{}, concurrency)
	var running sync.WaitGroup
	for _, run := range parallel {
		running.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			run()
		})
	}
	running.Wait()
	return sections
}

// section runs the situation and returns its section of the page.
func (one situation) section(t *testing.T) string {
	for name, value := range one.env {
		t.Setenv(name, value.(string)) //nolint:errcheck // variables are texts
	}
	s := &scenario{clock: clocktest.New()}
	one.run(t, s)
	if len(s.messages) == 0 {
		t.Error("there is no message")
	}
	return "\n### " + one.title + "\n\n```text\n" + s.render(t) + "\n```\n"
}
