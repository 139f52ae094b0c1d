// Package messages shows what the provider tells its users: every error and
// every warning, in testdata/diagnostics.md, as people read them. Read that page
// after a change as a user would: does it say what failed, why, and what to do?
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

Every error and warning of the provider, as its tests provoke it against simulated systems. Addresses, ids, times and the
thumbprints of simulated certificates are replaced by names. ` + "`go test ./internal/acctest/messages -update`" + ` writes this page.
`

type values = direct.Values

// chapter holds situations that belong together.
type chapter struct {
	title      string
	situations []situation
}

// situation is what a user runs into.
type situation struct {
	title string
	env   values // variables; such a situation runs alone
	alone bool   // as does what has little time
	run   func(t *testing.T, s *scene)
}

var chapters = []chapter{
	{"Provider block", providerBlock},
	{"Certificates, connections and answers", connections},
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

// TestDiagnostics compares what the provider says with the page.
func TestDiagnostics(t *testing.T) {
	got := preface
	for _, told := range tell(t) {
		got += told
	}
	if t.Failed() {
		return // what is missing is known already
	}
	if *update {
		if err := os.WriteFile(page, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := written(t)
	if got == want {
		return
	}
	old, now := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(old), len(now)) {
		if i >= len(old) || i >= len(now) || old[i] != now[i] {
			t.Fatalf("%s is stale from line %d on: write it with -update and read it. It has\n%s\n\nand should have\n%s", page, i+1, around(old, i), around(now, i))
		}
	}
}

// around shows a few lines.
func around(lines []string, i int) string {
	return strings.Join(lines[min(max(i-3, 0), len(lines)):min(i+6, len(lines))], "\n")
}

func written(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// crowd is how many situations run at once: they wait more than they work.
const crowd = 16

// tell goes through all situations and returns what is to be read, in order.
func tell(t *testing.T) []string {
	t.Helper()
	var told []string
	var together []func()
	for _, c := range chapters {
		told = append(told, "\n## "+c.title+"\n")
		for _, one := range c.situations {
			i := len(told)
			told = append(told, "")
			run := func() {
				t.Run(c.title+"/"+one.title, func(t *testing.T) { told[i] = one.tell(t) })
			}
			if one.alone || one.env != nil {
				run()
			} else {
				together = append(together, run)
			}
		}
	}
	places := make(chan struct{}, crowd)
	var running sync.WaitGroup
	for _, run := range together {
		running.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			run()
		})
	}
	running.Wait()
	return told
}

// tell goes through one situation.
func (one situation) tell(t *testing.T) string {
	for name, value := range one.env {
		t.Setenv(name, value.(string)) //nolint:errcheck // variables are texts
	}
	s := &scene{clock: clocktest.New()}
	one.run(t, s)
	if len(s.told) == 0 {
		t.Error("nothing is said")
	}
	return "\n### " + one.title + "\n\n```text\n" + s.readable(t) + "\n```\n"
}
