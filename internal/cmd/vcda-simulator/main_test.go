package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// running is the command at work.
type running struct {
	stdout *io.PipeReader
	stdin  *io.PipeWriter
	stderr bytes.Buffer
	done   chan error
}

func launch(ctx context.Context, args ...string) *running {
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	r := &running{stdout: outRead, stdin: inWrite, done: make(chan error, 1)}
	go func() {
		r.done <- run(ctx, args, inRead, outWrite, &r.stderr)
		_ = outWrite.Close()
	}()
	return r
}

func (r *running) finished(t *testing.T) {
	t.Helper()
	if err := <-r.done; err != nil {
		t.Fatal(err)
	}
}

func TestServesUntilStdinCloses(t *testing.T) {
	folder := t.TempDir()
	caFile, statsFile := filepath.Join(folder, "ca.pem"), filepath.Join(folder, "stats.json")
	r := launch(t.Context(), "-json", "-until-stdin-closes", "-service", "cloud", "-sites", "east,west", "-ca-file", caFile, "-stats-file", statsFile)
	var all announcement
	if err := json.NewDecoder(r.stdout).Decode(&all); err != nil {
		t.Fatal(err)
	}
	authorities := all.CACertificate + all.VCenter.CACertificate + all.Storware.CACertificate
	if ca, err := os.ReadFile(caFile); err != nil || string(ca) != authorities {
		t.Errorf("the CA file differs: %v", err)
	}
	east := all.Appliances["east"]
	if len(all.Appliances) != 2 || east.Service != "cloud" || !strings.HasPrefix(east.Thumbprint, "SHA-256:") || east.CACertificate != all.CACertificate {
		t.Errorf("announced %+v", all)
	}
	logIn(t, all.CACertificate, east)
	_ = r.stdin.Close()
	r.finished(t)
	want := "east: 1 requests, 1 logins, 0 logouts, 1 live sessions\nwest: 0 requests, 0 logins, 0 logouts, 0 live sessions\n" +
		"vcenter: 0 requests, 0 logins, 0 clones, 0 logouts, 0 live sessions\nstorware: 0 requests, 0 logins, 0 logouts, 0 live sessions\n"
	if got := r.stderr.String(); got != want {
		t.Errorf("stderr: %s", got)
	}
	var stats map[string]struct {
		Logins   int
		Requests map[string]int
	}
	text, err := os.ReadFile(statsFile)
	if err != nil || json.Unmarshal(text, &stats) != nil || stats["east"].Logins != 1 || stats["east"].Requests["POST /sessions"] != 1 {
		t.Errorf("stats file: %v %s", err, text)
	}
}

func logIn(t *testing.T, ca string, a appliance) {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(ca))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	defer transport.CloseIdleConnections()
	body, err := json.Marshal(map[string]string{
		"type": "vcdCredentials", "vcdUser": a.Credentials.VCDCredentials.Username, "vcdPassword": a.Credentials.VCDCredentials.Password,
	})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{Transport: transport}).Post(a.URL+"/sessions", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("login: %s", answer.Status)
	}
}

// TestSessions applies what the demo proposes, with vCenter and Storware: nothing
// is left open.
func TestSessions(t *testing.T) {
	acctest.Needs(t, acctest.Ephemeral)
	r := launch(t.Context(), "-json", "-until-stdin-closes")
	var announced json.RawMessage
	if err := json.NewDecoder(r.stdout).Decode(&announced); err != nil {
		t.Fatal(err)
	}
	configuration, err := os.ReadFile(filepath.Join("..", "..", "..", ".tools", "sessions.tf"))
	if err != nil {
		t.Fatal(err)
	}
	w := acctest.NewWorkspace(t, "")
	w.Write(t, "main.tf", string(configuration))
	w.Write(t, "simulator.json", string(announced))
	w.MustRun(t, "plan", "-no-color")
	acctest.MustSay(t, w.MustRun(t, "apply", "-no-color", "-auto-approve"), `vcenter_user = "administrator@vsphere.local"`, "storware_is_ready = true")
	_ = r.stdin.Close()
	r.finished(t)
	for _, system := range []string{"vcenter", "storware"} {
		if line := regexp.MustCompile(system + `: [1-9]\d* requests, .*`).FindString(r.stderr.String()); !strings.HasSuffix(line, " 0 live sessions") {
			t.Errorf("%s: %q", system, line)
		}
	}
}

func TestServesUntilInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	port := freePort(t)
	r := launch(ctx, "-sites", "site-a", "-ports", port)
	text := make([]byte, 16384)
	n, err := r.stdout.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"site-a (manager)", "https://127.0.0.1:" + port, "thumbprint", "local_user", "root / ", "vcd_api_token", "\nvcenter\n", "administrator@vsphere.local / ", "\nstorware\n", "node-1 / ", "BEGIN CERTIFICATE"} {
		if !strings.Contains(string(text[:n]), want) {
			t.Errorf("%q is missing in\n%s", want, text[:n])
		}
	}
	if strings.Contains(string(text[:n]), "PRIVATE KEY") {
		t.Error("a private key on the terminal")
	}
	interrupt()
	r.finished(t)
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func TestRefuses(t *testing.T) {
	for _, args := range [][]string{
		{"-no-such-flag"},
		{"argument"},
		{"-service", "tunnel"},
		{"-sites", "a,a"},
		{"-ports", "8443"},
		{"-ca-file", filepath.Join(t.TempDir(), "no", "folder")},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		if err := run(ctx, args, strings.NewReader(""), io.Discard, io.Discard); err == nil {
			t.Errorf("%q is accepted", args)
		}
		cancel()
	}
}
