package acctest_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// startInGroup starts a command in its own process group: the CLI and the providers that
// it starts.
func startInGroup(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup kills a command and all processes that it has started.
func killGroup(command *exec.Cmd) error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }

// runKilled runs a command, and kills it when one of the appliances has performed a write
// of a path.
func runKilled(t *testing.T, space *acctest.Workspace, path string, appliances []*simulator.Appliance, arguments ...string) {
	t.Helper()
	command := space.Command(t, arguments...)
	started, written := make(chan struct{}), make(chan struct{})
	var first sync.Once
	hook := func(r *http.Request) {
		if r.Method != http.MethodGet && r.URL.Path == path {
			first.Do(func() { <-started; close(written); _ = killGroup(command) })
		}
	}
	for _, a := range appliances {
		a.BeforeResponse(hook)
	}
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	startInGroup(command)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	close(started)
	_ = command.Wait()
	select {
	case <-written:
	default:
		if !wasWritten(appliances, path) { // an earlier run may have done it beside another write
			t.Fatalf("%s was never written:\n%s", path, out.String())
		}
	}
	_ = os.Remove(filepath.Join(space.Dir, ".terraform.tfstate.lock.info"))
	file := filepath.Join(space.Dir, "terraform.tfstate")
	if state, err := os.ReadFile(file); err == nil && !json.Valid(state) {
		_ = os.Remove(file) // it was cut off while the command line wrote it, and is lost
	}
}

// wasWritten reports whether one of the appliances got a write of a path.
func wasWritten(appliances []*simulator.Appliance, path string) bool {
	for _, a := range appliances {
		for call := range a.Stats().Requests {
			if method, written, _ := strings.Cut(call, " "); method != http.MethodGet && written == path {
				return true
			}
		}
	}
	return false
}
