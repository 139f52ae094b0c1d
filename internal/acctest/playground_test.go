package acctest_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
)

// TestPlayground runs the three commands that the playground prints, changes main.tf, and
// breaks the link. Ctrl-C ends the appliances.
func TestPlayground(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	playground := exec.CommandContext(t.Context(), "../tools/playground", folder)
	playground.Env = append(os.Environ(), "PLAYGROUND_PORTS="+freePorts(t, 3))
	playground.Stderr = os.Stderr
	out, err := playground.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := playground.Start(); err != nil {
		t.Fatal(err)
	}
	printed := readUntil(t, out, "start over")

	commands := regexp.MustCompile(`(?m)^  (cd .*\n  .* init\n  .* apply)$`).FindStringSubmatch(printed)
	if commands == nil {
		t.Fatalf("the three commands are missing:\n%s", printed)
	}
	unpair := regexp.MustCompile(`curl -fsSo /dev/null -X DELETE (\S+/pairings/\S+)`).FindStringSubmatch(printed)
	if unpair == nil {
		t.Fatalf("the command that breaks the link is missing:\n%s", printed)
	}
	setUp := strings.ReplaceAll(commands[1], " apply", " apply -auto-approve -no-color")
	apply := setUp[strings.LastIndex(setUp, "\n")+1:]
	first := bash(t, folder, setUp)
	acctest.RequireTexts(t, first, "2 added, 0 changed, 0 destroyed", `"healthy" = true`)
	acctest.RequireNoTexts(t, first, "does not work yet")

	edit(t, filepath.Join(folder, "main.tf"), "Recovery site", "My site")
	acctest.RequireTexts(t, bash(t, folder, apply), "0 added, 1 changed, 0 destroyed")
	send(t, http.MethodDelete, unpair[1])
	acctest.RequireTexts(t, bash(t, folder, apply), "1 added, 0 changed, 0 destroyed", `"healthy" = true`)

	if err := playground.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := playground.Wait(); err != nil {
		t.Errorf("after Ctrl-C: %v", err)
	}
}

// readUntil reads lines up to the one that holds the text.
func readUntil(t *testing.T, from interface{ Read([]byte) (int, error) }, text string) string {
	t.Helper()
	var read strings.Builder
	for lines := bufio.NewScanner(from); lines.Scan(); {
		fmt.Fprintln(&read, lines.Text())
		if strings.Contains(lines.Text(), text) {
			return read.String()
		}
	}
	t.Fatalf("it ended before it printed %q:\n%s", text, read.String())
	return ""
}

// freePorts returns ports at which nothing listens, in one text.
func freePorts(t *testing.T, n int) string {
	t.Helper()
	var ports []string
	for range n {
		listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		_, port, err := net.SplitHostPort(listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		ports = append(ports, port)
	}
	return strings.Join(ports, " ")
}

func bash(t *testing.T, folder, script string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "bash", "-ec", script)
	command.Dir = folder
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}

// send sends a request as curl does, which a machine may lack.
func send(t *testing.T, method, url string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s", method, url, resp.Status)
	}
}

func edit(t *testing.T, file, from, to string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(content), from, to, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}
