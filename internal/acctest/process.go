package acctest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

var binaryDir string // set once the provider is built

// removeBinary removes the folder that binary made.
func removeBinary() { _ = os.RemoveAll(binaryDir) }

// binary returns the folder of the provider that internal/tools/test has built for all
// packages. Otherwise it builds the provider once for each test binary.
var binary = sync.OnceValues(func() (string, error) {
	if dir := os.Getenv("TF_ACC_PROVIDER_DIR"); dir != "" {
		return dir, nil
	}
	dir, err := os.MkdirTemp("", "vcda-provider-")
	if err != nil {
		return "", err
	}
	binaryDir = dir
	_, self, _, _ := runtime.Caller(0)
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "terraform-provider-vcda"), ".") //nolint:gosec // a folder of this process
	build.Dir = filepath.Join(filepath.Dir(self), "..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return dir, nil
})

// Workspace is a folder in which the CLI runs with the provider as a binary, as for users:
// every command starts and ends its own processes.
type Workspace struct {
	Dir string
	Env []string // of the commands, without the process's variables for Terraform and the provider
	cli CLI

	built string // the folder of the binary
}

// NewWorkspace makes a workspace with the configuration.
func NewWorkspace(t testing.TB, configuration string) *Workspace {
	t.Helper()
	cli := CurrentCLI(t)
	built, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	w := &Workspace{Dir: t.TempDir(), cli: cli, built: built}
	w.Override(t, "vcda-dr/vcda", "registry.terraform.io/vcda-dr/vcda")
	w.Configure(t, configuration)
	w.Env = []string{"CHECKPOINT_DISABLE=1", "TF_CLI_CONFIG_FILE=" + filepath.Join(w.Dir, "cli.tfrc"), "TF_IN_AUTOMATION=1", "PATH=" + os.Getenv("PATH"), "HOME=" + w.Dir}
	return w
}

// Override makes the CLI use the binary for the providers of these addresses only.
func (w *Workspace) Override(t testing.TB, addresses ...string) {
	t.Helper()
	var lines strings.Builder
	for _, address := range addresses {
		fmt.Fprintf(&lines, "    %q = %q\n", address, w.built)
	}
	w.Write(t, "cli.tfrc", "provider_installation {\n  dev_overrides {\n"+lines.String()+"  }\n  direct {}\n}\n")
}

// requiredProviders names the provider for configurations that the CLI reads without a
// test harness.
const requiredProviders = "terraform {\n  required_providers {\n    vcda = { source = \"vcda-dr/vcda\" }\n  }\n}\n"

// Configure replaces the configuration.
func (w *Workspace) Configure(t testing.TB, configuration string) {
	t.Helper()
	w.Write(t, "main.tf", requiredProviders+configuration)
}

// Write writes a file into the workspace.
func (w *Workspace) Write(t testing.TB, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(w.Dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Install installs the provider for "terraform init", instead of the override, with which
// there is nothing to init.
func (w *Workspace) Install(t testing.TB) {
	t.Helper()
	folder := filepath.Join(w.Dir, "terraform.d", "plugins", w.cli.Host(), "vcda-dr", "vcda", "0.0.1", runtime.GOOS+"_"+runtime.GOARCH)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(w.built, "terraform-provider-vcda"), filepath.Join(folder, "terraform-provider-vcda_v0.0.1")); err != nil {
		t.Fatal(err)
	}
	w.Env = append(w.Env, "TF_CLI_CONFIG_FILE=")
}

// Command returns a run of the CLI that has not started, for tests that interrupt it.
func (w *Workspace) Command(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	return w.command(t, w.cli.Path, args...)
}

func (w *Workspace) command(t testing.TB, program string, args ...string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, args...) //nolint:gosec // the CLI under test, or a script of a test
	command.Dir, command.Env = w.Dir, w.Env
	return command
}

// Run runs the CLI and returns its output and exit code.
func (w *Workspace) Run(t testing.TB, args ...string) (output string, code int) {
	t.Helper()
	return finish(t, w.Command(t, args...))
}

// Shell runs a script and returns its output and exit code. The script ends at the first
// command that fails.
func (w *Workspace) Shell(t testing.TB, script string) (output string, code int) {
	t.Helper()
	return finish(t, w.command(t, "sh", "-eu", "-c", script))
}

// finish runs a command to its end.
func finish(t testing.TB, command *exec.Cmd) (output string, code int) {
	t.Helper()
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	err := command.Run()
	if err != nil && command.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), command.ProcessState.ExitCode()
}

// MustRun is Run for a command that has to succeed.
func (w *Workspace) MustRun(t testing.TB, args ...string) string {
	t.Helper()
	out, code := w.Run(t, args...)
	if code != 0 {
		t.Fatalf("%v: exit code %d\n%s", args, code, out)
	}
	return out
}

// MustShell is Shell for a script that has to succeed.
func (w *Workspace) MustShell(t testing.TB, script string) string {
	t.Helper()
	out, code := w.Shell(t, script)
	if code != 0 {
		t.Fatalf("%s: exit code %d\n%s", script, code, out)
	}
	return out
}
