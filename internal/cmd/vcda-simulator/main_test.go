package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// running is a running vcda-simulator.
type running struct {
	stdout    *io.PipeReader
	stdin     *io.PipeWriter
	stderr    bytes.Buffer
	interrupt chan os.Signal
	done      chan error
}

func launch(ctx context.Context, args ...string) *running {
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	r := &running{stdout: outRead, stdin: inWrite, interrupt: make(chan os.Signal, 1), done: make(chan error, 1)}
	go func() {
		r.done <- run(ctx, args, environment{inRead, outWrite, &r.stderr, r.interrupt})
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

func TestServe_untilStdinCloses(t *testing.T) {
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
	if status := newClient(t, east).logIn(t); status != http.StatusOK {
		t.Errorf("login: %d", status)
	}
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

// TestSessions applies the example of the demo, with vCenter and Storware: no session is left.
func TestSessions(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.Ephemeral)
	r := launch(t.Context(), "-json", "-until-stdin-closes")
	var announced json.RawMessage
	if err := json.NewDecoder(r.stdout).Decode(&announced); err != nil {
		t.Fatal(err)
	}
	configuration, err := os.ReadFile(filepath.Join("..", "..", "..", "internal", "tools", "sessions.tf"))
	if err != nil {
		t.Fatal(err)
	}
	w := acctest.NewWorkspace(t, "")
	w.Write(t, "main.tf", string(configuration))
	w.Write(t, "simulator.json", string(announced))
	w.MustRun(t, "plan", "-no-color")
	acctest.RequireTexts(t, w.MustRun(t, "apply", "-no-color", "-auto-approve"), `vcenter_user = "administrator@vsphere.local"`, "storware_is_ready = true")
	_ = r.stdin.Close()
	r.finished(t)
	for _, system := range []string{"vcenter", "storware"} {
		if line := regexp.MustCompile(system + `: [1-9]\d* requests, .*`).FindString(r.stderr.String()); !strings.HasSuffix(line, " 0 live sessions") {
			t.Errorf("%s: %q", system, line)
		}
	}
}

func TestServe_untilInterrupted(t *testing.T) {
	port := freePort(t)
	r := launch(t.Context(), "-sites", "site-a", "-ports", port)
	text := make([]byte, 16384)
	n, err := r.stdout.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"site-a (manager)", "https://127.0.0.1:" + port, "api_url", "thumbprint", "local_user", "root / ", "vcd_api_token", "\nvcenter\n", "administrator@vsphere.local / ", "\nstorware\n", "node-1 / ", "BEGIN CERTIFICATE"} {
		if !strings.Contains(string(text[:n]), want) {
			t.Errorf("%q is missing in\n%s", want, text[:n])
		}
	}
	if strings.Contains(string(text[:n]), "PRIVATE KEY") {
		t.Error("a private key on the terminal")
	}
	r.interrupt <- os.Interrupt
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

// start runs the command and reads what -json prints.
func start(t *testing.T, args ...string) (*running, announcement) {
	t.Helper()
	r := launch(t.Context(), append([]string{"-json"}, args...)...)
	var all announcement
	if err := json.NewDecoder(r.stdout).Decode(&all); err != nil {
		t.Fatalf("%v: %v", err, <-r.done)
	}
	return r, all
}

func (r *running) stop(t *testing.T) {
	t.Helper()
	r.interrupt <- os.Interrupt
	r.finished(t)
}

func TestPorts(t *testing.T) {
	ports := []string{freePort(t), freePort(t), freePort(t)}
	r, all := start(t, "-sites", "site-a", "-ports", ports[0], "-vcenter-port", ports[1], "-storware-port", ports[2])
	for i, got := range []string{all.Appliances["site-a"].URL, all.VCenter.URL, all.Storware.URL} {
		if got != "https://127.0.0.1:"+ports[i] {
			t.Errorf("%s does not use port %s", got, ports[i])
		}
	}
	r.stop(t)
}

// TestSeed: the values that users may write down are the same in each run.
func TestSeed(t *testing.T) {
	identity := func(args ...string) []string {
		r, all := start(t, args...)
		r.stop(t)
		a := all.Appliances["site-a"]
		return []string{all.CACertificate, a.Thumbprint, all.VCenter.Thumbprint, all.VCenter.CACertificate, all.Storware.Thumbprint, all.Storware.CACertificate}
	}
	first := identity("-seed", "drill")
	if again := identity("-seed", "drill"); !slices.Equal(first, again) {
		t.Errorf("%q, then %q", first, again)
	}
	for i, value := range identity() {
		if value == first[i] {
			t.Errorf("value %d is no secret of the seed", i)
		}
	}
}

// TestAnnouncement_fields: users read these fields.
func TestAnnouncement_fields(t *testing.T) {
	r := launch(t.Context(), "-json", "-sites", "site-a", "-control-port", freePort(t))
	var all map[string]any
	if err := json.NewDecoder(r.stdout).Decode(&all); err != nil {
		t.Fatal(err)
	}
	r.stop(t)
	want := `
appliances.site-a.api_url
appliances.site-a.ca_certificate
appliances.site-a.certificate
appliances.site-a.credentials.local_user.password
appliances.site-a.credentials.local_user.username
appliances.site-a.credentials.sso_credentials.password
appliances.site-a.credentials.sso_credentials.username
appliances.site-a.credentials.sso_token.saml_token
appliances.site-a.credentials.sso_token_holder_of_key.private_key
appliances.site-a.credentials.sso_token_holder_of_key.saml_token
appliances.site-a.credentials.vcd_access_token.access_token
appliances.site-a.credentials.vcd_api_token.api_token
appliances.site-a.credentials.vcd_api_token.org
appliances.site-a.credentials.vcd_cookie.cookie
appliances.site-a.credentials.vcd_credentials.password
appliances.site-a.credentials.vcd_credentials.username
appliances.site-a.pairings
appliances.site-a.service
appliances.site-a.thumbprint
appliances.site-a.url
ca_certificate
cloud_director.thumbprint
cloud_director.url
control
lookup_service.thumbprint
lookup_service.url
storware.ca_certificate
storware.credentials.credentials.password
storware.credentials.credentials.username
storware.credentials.node.name
storware.credentials.node.password
storware.credentials.node.version
storware.credentials.token.token
storware.thumbprint
storware.url
vcenter.ca_certificate
vcenter.credentials.credentials.password
vcenter.credentials.credentials.username
vcenter.thumbprint
vcenter.url
`
	if diff := cmp.Diff(strings.Fields(want), fieldsOf("", all)); diff != "" {
		t.Error(diff)
	}
}

// fieldsOf returns the paths of all values, in order.
func fieldsOf(path string, value any) []string {
	object, ok := value.(map[string]any)
	if !ok || len(object) == 0 {
		return []string{path}
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(object)) {
		all = append(all, fieldsOf(strings.TrimPrefix(path+"."+name, "."), object[name])...)
	}
	return all
}

// TestCommand runs a command, which finds the file, and returns its exit code.
func TestCommand(t *testing.T) {
	file := filepath.Join(t.TempDir(), "simulator.json")
	r := launch(t.Context(), "-json-file", file, "--", "sh", "-c", `cat "$0"; exit 3`, file)
	_ = r.stdin.Close()
	out, err := io.ReadAll(r.stdout)
	if err != nil {
		t.Fatal(err)
	}
	var all announcement
	if err := json.Unmarshal(out, &all); err != nil || all.Appliances["site-b"].URL == "" {
		t.Errorf("the command saw %s: %v", out, err)
	}
	if code := exitCode(<-r.done, io.Discard); code != 3 {
		t.Errorf("exit code %d", code)
	}
	if !strings.Contains(r.stderr.String(), "site-a: 0 requests") {
		t.Errorf("no report: %s", r.stderr.String())
	}
	if left, err := filepath.Glob(file + ".*"); err != nil || len(left) > 0 {
		t.Errorf("%v, %q are left", err, left)
	}
}

// TestCommand_terminated: a termination of the simulator terminates the command; an interrupt is left to the command.
func TestCommand_terminated(t *testing.T) {
	ctx, terminate := context.WithCancel(t.Context())
	r := launch(ctx, "--", "sh", "-c", `trap 'exit 5' TERM; echo ready; while :; do read -r line; echo "$line"; done`)
	if _, err := r.stdout.Read(make([]byte, 16)); err != nil {
		t.Fatal(err)
	}
	r.interrupt <- os.Interrupt
	if _, err := io.WriteString(r.stdin, "go on\n"); err != nil {
		t.Fatal(err)
	}
	if n, err := r.stdout.Read(make([]byte, 16)); err != nil || n == 0 {
		t.Fatalf("the command is gone: %v", err)
	}
	terminate()
	_ = r.stdin.Close()
	_, _ = io.Copy(io.Discard, r.stdout) // to the end of the command
	if code := exitCode(<-r.done, io.Discard); code != 5 {
		t.Errorf("exit code %d", code)
	}
}

func TestFixture_printed(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-print-fixture"}, environment{stdout: &out}); err != nil || out.String() != exampleFixture {
		t.Errorf("%v: %s", err, out.String())
	}
}

func TestVersion(t *testing.T) {
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-version"}, environment{stdout: &out}); err != nil || out.String() != "vcda-simulator dev\n" {
		t.Errorf("%v: %s", err, out.String())
	}
}

// TestFlags_invalid: one line names the error and the flag for help.
func TestFlags_invalid(t *testing.T) {
	var stderr bytes.Buffer
	err := run(t.Context(), []string{"-fault", "GET /sites status=abc"}, environment{strings.NewReader(""), io.Discard, &stderr, nil})
	want := `vcda-simulator: invalid value "GET /sites status=abc" for flag -fault: status=abc: must be a number such as 503; -h lists the flags` + "\n"
	if code := exitCode(err, &stderr); code != 2 || stderr.String() != want {
		t.Errorf("exit code %d, it says %s", code, stderr.String())
	}
}

func TestFlags_refused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "fixture.json")
	if err := os.WriteFile(file, []byte(`{"sites": [{"name": ""}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, err := net.SplitHostPort(taken.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"-help"}, 0, "Usage: vcda-simulator"},
		{[]string{"-no-such-flag"}, 2, "flag provided but not defined"},
		{[]string{"-service", "broker"}, 2, `"broker" is none of manager, cloud, replicator and tunnel`},
		{[]string{"-sites", "a,a"}, 2, `sites[1].name: "a" is used twice`},
		{[]string{"-ports", "8443"}, 2, "-ports names 1 ports for 2 sites"},
		{[]string{"-ports", "8443,https"}, 2, `-ports: "https" is no port`},
		{[]string{"-control-port", "70000"}, 2, "-control-port: 70000 is no port"},
		{[]string{"-fault", "POST"}, 2, "names no method and path"},
		{[]string{"-fault", "GET /sites drop site=site-c"}, 2, `-fault: there is no site "site-c"`},
		{[]string{"-fixture", file}, 2, "fixture.json: sites[0].name: is missing"},
		{[]string{"-fixture", file, "-sites", "a"}, 2, "-sites is for runs without -fixture"},
		{[]string{"-fixture", file + ".missing"}, 2, "no such file"},
		{[]string{"-json", "--", "true"}, 2, "use -json-file instead"},
		{[]string{"no-such-command"}, 1, "no-such-command"},
		{[]string{"-vcenter-port", port}, 1, "vCenter: listen tcp"},
		{[]string{"-storware-port", port}, 1, "listen tcp"},
		{[]string{"-control-port", port}, 1, "listen tcp"},
		{[]string{"-ca-file", filepath.Join(t.TempDir(), "no", "folder")}, 1, "no such file"},
		{[]string{"-json-file", filepath.Join(t.TempDir(), "no", "folder")}, 1, "no such file"},
	} {
		var stderr bytes.Buffer
		err := run(t.Context(), row.args, environment{strings.NewReader(""), io.Discard, &stderr, nil})
		if code := exitCode(err, &stderr); code != row.code || !strings.Contains(stderr.String(), row.says) {
			t.Errorf("%q: exit code %d, want %d; it says %s", row.args, code, row.code, stderr.String())
		}
	}
}

// TestFresh serves appliances as deployed, with what belongs to them.
func TestFresh(t *testing.T) {
	r := launch(t.Context(), "-json", "-service", "cloud", "-sites", "cloud-a", "-fresh")
	var all announcement
	if err := json.NewDecoder(r.stdout).Decode(&all); err != nil {
		t.Fatal(err)
	}
	r.stop(t)
	for name, service := range map[string]string{"cloud-a": "cloud", "cloud-a/r1": "replicator", "cloud-a/r2": "replicator", "cloud-a/t1": "tunnel"} {
		if all.Appliances[name].Service != service {
			t.Errorf("%s: %+v", name, all.Appliances[name])
		}
	}
	if all.Appliances["cloud-a"].Manager == nil {
		t.Error("the Manager is not announced")
	}
}
