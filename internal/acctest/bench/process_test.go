package bench_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/provider"
)

// With these variables, the test binary is a provider: it runs the binary that the first one names, and
// appends the peak memory of that process to the file that the second one names.
const (
	providerVariable = "VCDA_BENCH_PROVIDER"
	memoryVariable   = "VCDA_BENCH_MEMORY"
)

func TestMain(m *testing.M) {
	if binary := os.Getenv(providerVariable); binary != "" {
		os.Exit(runProvider(binary))
	}
	acctest.Main(m)
}

func runProvider(binary string) int {
	signal.Ignore(os.Interrupt) // Terraform ends its providers
	child := exec.Command(binary)
	child.Stdin, child.Stdout, child.Stderr = os.Stdin, os.Stdout, os.Stderr
	_ = child.Run() // the exit code has the result
	if child.ProcessState == nil {
		return 1
	}
	if usage, ok := child.ProcessState.SysUsage().(*syscall.Rusage); ok {
		kib := usage.Maxrss
		if runtime.GOOS == "darwin" {
			kib >>= 10
		}
		file, err := os.OpenFile(os.Getenv(memoryVariable), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err == nil {
			_, err = fmt.Fprintln(file, kib)
			err = errors.Join(err, file.Close())
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return child.ProcessState.ExitCode()
}

// buildProviders builds the provider and the baseline provider, and returns the binary of each by name.
func buildProviders(b *testing.B) map[string]string {
	b.Helper()
	dir, binaries := b.TempDir(), map[string]string{}
	for name, source := range map[string]string{"vcda": ".", "baseline": "./internal/cmd/baseline-provider"} {
		binaries[name] = filepath.Join(dir, name)
		command := exec.CommandContext(b.Context(), "go", "build", "-o", binaries[name], source)
		command.Dir = filepath.Join("..", "..", "..")
		if out, err := command.CombinedOutput(); err != nil {
			b.Fatalf("go build %s: %v\n%s", source, err, out)
		}
	}
	return binaries
}

// workspace is a folder in which the command line runs with one of the providers.
type workspace struct {
	*acctest.Workspace

	cpuSeconds float64 // of the command line and its providers
	memory     string  // the file with the peak memory of each provider process, in KiB
	runs       int
}

func newWorkspace(b *testing.B, binary string, f *fleet) *workspace {
	b.Helper()
	w := &workspace{Workspace: acctest.NewWorkspace(b, f.configuration)}
	w.memory = filepath.Join(w.Dir, "memory")
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	plugins := b.TempDir()
	if err := os.Symlink(self, filepath.Join(plugins, "terraform-provider-vcda")); err != nil {
		b.Fatal(err)
	}
	w.Write(b, "cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n  direct {}\n}\n", provider.Address, plugins))
	w.Env = append(w.Env, providerVariable+"="+binary, memoryVariable+"="+w.memory, "TF_CLI_ARGS=-no-color")
	return w
}

// run runs the command line, and fails the benchmark if that fails.
func (w *workspace) run(b *testing.B, args ...string) {
	b.Helper()
	command := w.Command(b, args...)
	if out, err := command.CombinedOutput(); err != nil {
		b.Fatalf("%v: %v\n%s", args, err, out)
	}
	w.cpuSeconds += (command.ProcessState.UserTime() + command.ProcessState.SystemTime()).Seconds()
	w.runs++
}

// report reports the metrics of the runs, and fails if the provider left a session.
func (w *workspace) report(b *testing.B, f *fleet) {
	b.Helper()
	text, err := os.ReadFile(w.memory)
	if err != nil {
		b.Fatal(err)
	}
	var most float64
	for line := range strings.FieldsSeq(string(text)) {
		kib, err := strconv.ParseFloat(line, 64)
		if err != nil {
			b.Fatal(err)
		}
		most = max(most, kib)
	}
	b.ReportMetric(most*1024/1e6, "peak-MB")
	b.ReportMetric(w.cpuSeconds/float64(w.runs), "cpu-sec/op")
	s := f.appliance.Stats()
	if s.Logins != s.Logouts || s.LiveSessions > 0 {
		b.Fatalf("%d logins, %d logouts, %d sessions left", s.Logins, s.Logouts, s.LiveSessions)
	}
	b.ReportMetric(float64(s.Total)/float64(w.runs), "requests/op")
}

// handshake starts a provider as Terraform does, and kills it when it is ready.
func handshake(b *testing.B, binary string) {
	b.Helper()
	command := exec.CommandContext(b.Context(), binary)
	command.Env = append(os.Environ(), "TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2", "PLUGIN_PROTOCOL_VERSIONS=6")
	out, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.Contains(line, "|grpc|") {
		b.Fatalf("handshake: %q, %v", line, err)
	}
	_ = command.Process.Kill()
	_ = command.Wait()
}
