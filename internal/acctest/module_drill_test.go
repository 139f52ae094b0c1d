package acctest_test

import (
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// drillModule makes a workspace with a copy of examples/dr-drill, and two replications to
// site-a. One is checked by HTTP, the other by the given address.
func drillModule(t *testing.T, check string) (*acctest.Workspace, scenario) {
	t.Helper()
	s, ids := newDrillScenario(t, simulator.NotStarted)
	up := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(up.Close)
	space := acctest.NewWorkspace(t, "")
	err := os.Remove(filepath.Join(space.Dir, "main.tf"))
	if err == nil {
		err = os.CopyFS(space.Dir, os.DirFS(filepath.Join(examples, "dr-drill")))
	}
	if err != nil {
		t.Fatal(err)
	}
	space.Env = append(space.Env, s.env...)
	writeJSON(t, space, "drills.json", map[string]any{
		"shop": map[string]any{"replication_id": ids["C4VAPP"], "check": up.URL, "sync": true},
		"blog": map[string]any{"replication_id": ids["C4"], "check": check, "wait_seconds": 1},
	})
	return space, s
}

func (s scenario) checkCleanedUp(t *testing.T) {
	t.Helper()
	for _, r := range s.a.Replications() {
		if r.Recovery != simulator.NotStarted {
			t.Errorf("the state of %s is %s", r.VMName, r.Recovery)
		}
	}
	if n := s.a.Stats().Requests["POST /vapp-replications/{id}/failover-test"]; n != 1 {
		t.Errorf("%d tests of the vApp", n)
	}
	checkLoggedOut(t, s.a)
}

// listen returns the address of a server that accepts TCP connections.
func listen(t *testing.T) string {
	t.Helper()
	up, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = up.Close() })
	return "tcp://" + up.Addr().String()
}

// TestDrillModule_test runs the module's own test: it passes if all checks get an answer,
// fails if one does not, and always cleans up.
func TestDrillModule_test(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, acctest.TestFiles)
	t.Run("passes", func(t *testing.T) {
		t.Parallel()
		space, s := drillModule(t, listen(t))
		acctest.RequireTexts(t, space.MustRun(t, "test", "-no-color"), "1 passed, 0 failed.")
		s.checkCleanedUp(t)
	})
	t.Run("fails", func(t *testing.T) {
		t.Parallel()
		space, s := drillModule(t, "tcp://127.0.0.1:1")
		out, code := space.Run(t, "test", "-no-color")
		if code == 0 {
			t.Error("the drill passes")
		}
		acctest.RequireTexts(t, out, "0 passed, 1 failed.", "No answer from: blog.", "**failed**: no answer", "healthy: answered")
		s.checkCleanedUp(t)
	})
}

// TestDrillModule_apply applies the module, which reports. A second plan is empty, and a
// destroy cleans up.
func TestDrillModule_apply(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, acctest.TestFiles)
	space, s := drillModule(t, listen(t))
	text, err := os.ReadFile(filepath.Join(space.Dir, "drills.json"))
	if err != nil {
		t.Fatal(err)
	}
	space.Write(t, "terraform.tfvars.json", `{"drills":`+strings.TrimSpace(string(text))+"}")
	acctest.RequireTexts(t, space.MustRun(t, "apply", "-no-color", "-auto-approve"), "| shop |", "| blog |", "healthy: answered", "healthy = true")
	space.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
	space.MustRun(t, "destroy", "-no-color", "-auto-approve")
	s.checkCleanedUp(t)
}

// TestDrillModule_interrupted sends Ctrl-C. The drill cleans up all the same.
func TestDrillModule_interrupted(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, acctest.TestFiles)
	space, s := drillModule(t, listen(t))
	s.a.SetRecoveryTime(2 * time.Second)
	drill := space.Command(t, "test", "-no-color")
	var out bytes.Buffer
	drill.Stdout, drill.Stderr = &out, &out
	started := make(chan struct{})
	var interrupt sync.Once
	s.a.BeforeResponse(func(r *http.Request) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/failover-test") {
			interrupt.Do(func() { <-started; _ = drill.Process.Signal(os.Interrupt) })
		}
	})
	if err := drill.Start(); err != nil {
		t.Fatal(err)
	}
	close(started)
	if err := drill.Wait(); err != nil { // Terraform counts the run as passed
		t.Fatalf("%v\n%s", err, &out)
	}
	acctest.RequireTexts(t, out.String(), "Interrupt received.")
	for _, r := range s.a.Replications() {
		if r.Recovery != simulator.NotStarted {
			t.Errorf("the state of %s is %s\n%s", r.VMName, r.Recovery, &out)
		}
	}
}
