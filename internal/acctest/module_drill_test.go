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

// drillModule is a workspace that is a copy of examples/dr-drill, and two replications
// to site-a of which one is checked by HTTP and one by the address given.
func drillModule(t *testing.T, check string) (*acctest.Workspace, world) {
	t.Helper()
	w, ids := drillWorld(t, simulator.NotStarted)
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
	space.Env = append(space.Env, w.env...)
	writeJSON(t, space, "drills.json", map[string]any{
		"shop": map[string]any{"replication_id": ids["C4VAPP"], "check": up.URL, "sync": true},
		"blog": map[string]any{"replication_id": ids["C4"], "check": check, "wait_seconds": 1},
	})
	return space, w
}

func (w world) checkCleanedUp(t *testing.T) {
	t.Helper()
	for _, r := range w.a.Replications() {
		if r.Recovery != simulator.NotStarted {
			t.Errorf("%s: its state is %s", r.VMName, r.Recovery)
		}
	}
	if n := w.a.Stats().Requests["POST /vapp-replications/{id}/failover-test"]; n != 1 {
		t.Errorf("%d tests of the vApp", n)
	}
	checkLoggedOut(t, w.a)
}

// listen returns the address of something that answers by TCP.
func listen(t *testing.T) string {
	t.Helper()
	up, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = up.Close() })
	return "tcp://" + up.Addr().String()
}

// TestDrillModule_test runs the drill that the module brings along: with all checks
// answered, and with one that is not. It cleans up each time.
func TestDrillModule_test(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, acctest.TestFiles)
	t.Run("passes", func(t *testing.T) {
		t.Parallel()
		space, w := drillModule(t, listen(t))
		acctest.RequireTexts(t, space.MustRun(t, "test", "-no-color"), "1 passed, 0 failed.")
		w.checkCleanedUp(t)
	})
	t.Run("fails", func(t *testing.T) {
		t.Parallel()
		space, w := drillModule(t, "tcp://127.0.0.1:1")
		out, code := space.Run(t, "test", "-no-color")
		if code == 0 {
			t.Error("the drill passes")
		}
		acctest.RequireTexts(t, out, "0 passed, 1 failed.", "No answer from: blog.", "**failed**: no answer", "healthy: answered")
		w.checkCleanedUp(t)
	})
}

// TestDrillModule_apply: an apply reports, a second plan is empty, a destroy cleans up.
func TestDrillModule_apply(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, acctest.TestFiles)
	space, w := drillModule(t, listen(t))
	text, err := os.ReadFile(filepath.Join(space.Dir, "drills.json"))
	if err != nil {
		t.Fatal(err)
	}
	space.Write(t, "terraform.tfvars.json", `{"drills":`+strings.TrimSpace(string(text))+"}")
	acctest.RequireTexts(t, space.MustRun(t, "apply", "-no-color", "-auto-approve"), "| shop |", "| blog |", "healthy: answered", "healthy = true")
	space.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
	space.MustRun(t, "destroy", "-no-color", "-auto-approve")
	w.checkCleanedUp(t)
}

// TestDrillModule_interrupted: after Ctrl-C the drill still cleans up.
func TestDrillModule_interrupted(t *testing.T) {
	t.Parallel()
	acctest.SkipUnlessSupported(t, acctest.TestFiles)
	space, w := drillModule(t, listen(t))
	w.a.SetRecoveryTime(2 * time.Second)
	drill := space.Command(t, "test", "-no-color")
	var out bytes.Buffer
	drill.Stdout, drill.Stderr = &out, &out
	started := make(chan struct{})
	var interrupt sync.Once
	w.a.BeforeResponse(func(r *http.Request) {
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
	for _, r := range w.a.Replications() {
		if r.Recovery != simulator.NotStarted {
			t.Errorf("%s: its state is %s\n%s", r.VMName, r.Recovery, &out)
		}
	}
}
