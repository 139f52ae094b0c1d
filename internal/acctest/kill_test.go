package acctest_test

import (
	"net/http"
	"os/exec"
	"sync"
	"syscall"
)

// startInGroup gives a command a process group of its own: the CLI and the providers
// it starts.
func startInGroup(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// killGroup ends a command and what it has started, without a warning.
func killGroup(command *exec.Cmd) error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }

// killHook runs kill once, at the first write of a path.
func killHook(path string, kill func()) func(*http.Request) {
	var first sync.Once
	return func(r *http.Request) {
		if r.Method != http.MethodGet && r.URL.Path == path {
			first.Do(kill)
		}
	}
}
