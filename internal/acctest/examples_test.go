package acctest_test

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

const examples = "../../examples"

// kinds are the folders below examples/ that hold a folder for each object,
// with what a CLI needs for them.
var kinds = map[string][]acctest.Feature{
	"data-sources":        nil,
	"resources":           nil,
	"functions":           {acctest.Functions},
	"ephemeral-resources": {acctest.Ephemeral},
	"list-resources":      {acctest.Lists},
	"actions":             {acctest.Actions},
}

// features are what a single example needs beyond its kind.
var features = map[string][]acctest.Feature{
	"resources/vcda_session_extension": {acctest.WriteOnly},
}

// onCloud are the examples that show what only the Cloud service has.
var onCloud = map[string]bool{
	"resources/vcda_session_extension":             true,
	"ephemeral-resources/vcda_session_extension":   true,
	"resources/vcda_vm_replication":                true,
	"resources/vcda_vapp_replication":              true,
	"list-resources/vcda_vm_replication":           true,
	"list-resources/vcda_vapp_replication":         true,
	"data-sources/vcda_vm_replications":            true,
	"data-sources/vcda_vapp_replications":          true,
	"data-sources/vcda_replication":                true,
	"data-sources/vcda_replication_instances":      true,
	"data-sources/vcda_inventory":                  true,
	"data-sources/vcda_replication_policy":         true,
	"data-sources/vcda_replication_policies":       true,
	"data-sources/vcda_sla_profiles":               true,
	"resources/vcda_replication_policy":            true,
	"resources/vcda_replication_policy_assignment": true,
	"resources/vcda_sla_profile_assignment":        true,
}

// setUp are the examples about appliances that are being set up. They are validated;
// day-zero applies the same objects.
var setUp = []string{
	"appliance_password", "vcenter_replication_manager", "cloud_director_replication_manager", "replicator", "tunnel",
	"replicators", "tunnels", "service_certificate",
}

// unpaired are the examples that pair by themselves.
var unpaired = map[string]bool{"resources/vcda_site_pairing": true, "actions/vcda_site_repair": true}

var actionBlock = regexp.MustCompile(`(?m)^action "(\w+)" "(\w+)"`)

// world is what the examples run in: two appliances, a vCenter and a Storware
// server, all of which the environment names.
type world struct {
	fixture  *simulator.Fixture
	a, b     *simulator.Appliance
	vcenter  *vcenter.Server
	storware *storware.Server
	env      []string
	task     string // a task on a
}

func newWorld(t *testing.T, service simulator.Service) world {
	t.Helper()
	fixture := acctest.StartAppliances(t, withWorkloads(acctest.TwoSites(service))...)
	vc, sw := acctest.VCenter(t, vcenter.Options{}), acctest.Storware(t, storware.Options{})
	w := world{fixture: fixture, a: fixture.Appliance("site-a"), b: fixture.Appliance("site-b"), vcenter: vc, storware: sw}
	user, operator := w.a.Accounts().LocalUsers[0], sw.Accounts().Users[0]
	w.env = []string{
		"VCDA_URL=" + w.a.URL(), "VCDA_THUMBPRINT=" + w.a.Thumbprint(),
		"TF_VAR_site_b_password=" + w.b.Accounts().VCDUsers[0].Password,
		"VCDA_LOGIN=local_user", "VCDA_USERNAME=" + user.Username, "VCDA_PASSWORD=" + user.Password,
		"VCDA_VCENTER_URL=" + vc.URL(), "VCDA_VCENTER_THUMBPRINT=" + vc.Thumbprint(),
		"VCDA_VCENTER_LOGIN=credentials", "VCDA_VCENTER_USERNAME=" + vc.Username(), "VCDA_VCENTER_PASSWORD=" + vc.Password(),
		"VCDA_STORWARE_URL=" + sw.URL(), "VCDA_STORWARE_THUMBPRINT=" + sw.Thumbprint(),
		"VCDA_STORWARE_LOGIN=credentials", "VCDA_STORWARE_USERNAME=" + operator.Name, "VCDA_STORWARE_PASSWORD=" + operator.Password,
	}
	return w
}

// The thumbprints that examples and guides make up.
const (
	thumbprintOfA = "SHA-256:5B:3E:0C:61:7A:B8:55:12:8E:93:B2:C0:4A:1D:F6:09:D3:7C:21:88:6F:AE:90:4B:15:E2:37:CD:5A:04:B9:F1"
	thumbprintOfB = "SHA-256:A7:1F:42:9C:E0:5D:33:B6:08:7B:F4:61:2E:99:C5:1A:84:DD:70:3F:56:EB:12:C8:9A:47:05:BE:63:F8:21:DC"
)

var uuidLiteral = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// inhabit puts what exists in the place of what the examples make up.
func (w world) inhabit(text, key string) string {
	a, b := strings.TrimPrefix(w.a.URL(), "https://"), strings.TrimPrefix(w.b.URL(), "https://")
	return strings.NewReplacer(
		thumbprintOfA, w.a.Thumbprint(), thumbprintOfB, w.b.Thumbprint(),
		"vcda-a.example.com:8048", a, "vcda-a.example.com", a, "vcda-b.example.com:8048", b, "vcda-b.example.com", b,
		"https://vcenter.example.com", w.vcenter.URL(), "https://storware.example.com:8181", w.storware.URL(),
	).Replace(uuidLiteral.ReplaceAllStringFunc(text, func(id string) string {
		if exampleIDs[id] {
			return id
		}
		return key
	}))
}

// call sends one request to a past the provider and decodes its answer.
func (w world) call(t *testing.T, method, path, token, body string, into any) string {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(w.a.CertificatePEM()))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(t.Context(), method, w.a.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("X-Vcav-Auth", token)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= http.StatusBadRequest {
		t.Fatalf("%s %s: %s", method, path, resp.Status)
	}
	if into != nil {
		if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
			t.Fatal(err)
		}
	}
	return resp.Header.Get("X-Vcav-Auth")
}

// login opens a session on a past the provider.
func (w world) login(t *testing.T) (token string) {
	t.Helper()
	user := w.a.Accounts().LocalUsers[0]
	return w.call(t, http.MethodPost, "/sessions", "", fmt.Sprintf(`{"type":"localUser","localUser":%q,"localPassword":%q}`, user.Username, user.Password), nil)
}

// pair pairs a with b by a task, and b with a. It returns the key of the site.
func (w *world) pair(t *testing.T) (key string) {
	t.Helper()
	token := w.login(t)
	request := map[string]string{"apiUrl": w.b.URL(), "apiThumbprint": w.b.Thumbprint(), "description": "Recovery site"}
	if w.a.Service() == simulator.Cloud {
		request["site"] = "site-b"
	}
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	var task struct {
		ID     string          `json:"id"`
		State  string          `json:"state"`
		Result json.RawMessage `json:"result"`
	}
	w.call(t, http.MethodPost, "/sites", token, string(body), &task)
	w.task = task.ID
	for task.State != "SUCCEEDED" { // each look takes a request, and the task 20 ms
		w.call(t, http.MethodGet, "/tasks/"+task.ID, token, "", &task)
	}
	w.call(t, http.MethodDelete, "/sessions", token, "", nil)
	w.b.Pair("site-a")
	if sites := w.a.Sites(); sites[0].ID != "" {
		return sites[0].ID
	}
	return "site-b"
}

// TestExamples applies each example of an object, looks whether a second plan
// is empty, and destroys. A new folder is found without a word here.
func TestExamples(t *testing.T) {
	t.Parallel()
	for _, folder := range folders(t, examples) {
		if slices.Contains([]string{"dr-pair", "dr-mesh", "day-zero", "dr-drill", "protect-vapp", "protect-vms", "provider"}, folder) {
			continue // tests of their own
		}
		needed, known := kinds[folder]
		if !known {
			t.Errorf("nothing tests examples/%s", folder)
		}
		for _, object := range folders(t, filepath.Join(examples, folder)) {
			name := folder + "/" + object
			if drillExamples[name] != "" {
				continue // TestDrillExamples
			}
			if _, ok := planExamples[name]; ok {
				continue // TestRecoveryPlanExamples
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				acctest.SkipUnlessSupported(t, append(needed, features[name]...)...)
				switch {
				case slices.Contains(setUp, strings.TrimPrefix(object, "vcda_")):
					validateExample(t, name)
				case folder == "list-resources":
					queryExample(t, name)
				default:
					applyExample(t, name)
				}
			})
		}
	}
}

// validateExample validates an example without an appliance.
func validateExample(t *testing.T, name string) {
	t.Helper()
	acctest.SkipUnlessSupported(t, acctest.WriteOnly)
	space := acctest.NewWorkspace(t, "")
	if err := os.CopyFS(filepath.Join(space.Dir, "example"), os.DirFS(filepath.Join(examples, name))); err != nil {
		t.Fatal(err)
	}
	space.Write(t, "example/versions.tf", moduleFile(t, "day-zero", "versions.tf"))
	space.MustRun(t, "-chdir=example", "validate", "-no-color")
}

func serviceOf(name string) simulator.Service {
	if onCloud[name] {
		return simulator.Cloud
	}
	return simulator.Manager
}

func applyExample(t *testing.T, name string) {
	t.Helper()
	w := newWorld(t, serviceOf(name))
	key := ""
	if !unpaired[name] {
		if key = w.pair(t); strings.HasPrefix(name, "data-sources/vcda_task") {
			key = w.task
		}
	}
	if strings.HasPrefix(name, "data-sources/vcda_") {
		key = cmp.Or(w.replicate(name), key)
	}
	space := w.workspace(t, name, key, func(file string) bool { return !strings.Contains(file, "import") && !isVariant(file) })
	out := space.MustRun(t, "apply", "-no-color", "-auto-approve")
	acctest.RequireNoTexts(t, out, "Check block assertion failed")
	if out, code := space.Run(t, "plan", "-no-color", "-detailed-exitcode"); code != 0 {
		// A data source in a check block is read again in each apply, which the CLI counts as a change.
		acctest.RequireTexts(t, out, "will be read during apply", "to verify a check block", "Plan: 0 to add, 0 to change, 0 to destroy.")
	}
	for _, match := range actionBlock.FindAllStringSubmatch(exampleText(t, name), -1) {
		action := "action." + match[1] + "." + match[2]
		acctest.RequireTexts(t, space.MustRun(t, "apply", "-no-color", "-auto-approve", "-invoke="+action), "Action complete: "+action)
	}
	space.MustRun(t, "destroy", "-no-color", "-auto-approve")
	w.checkSessions(t)
	importExamples(t, name)
}

// queryExample runs "terraform query".
func queryExample(t *testing.T, name string) {
	t.Helper()
	w := newWorld(t, serviceOf(name))
	key, shown := w.pair(t), "site-b"
	if id := w.replicate(name); id != "" {
		key, shown = id, "from_b"
	}
	space := w.workspace(t, name, key, func(string) bool { return true })
	acctest.RequireTexts(t, space.MustRun(t, "query", "-no-color"), shown)
	w.checkSessions(t)
}

// importExamples imports the pairing in each way the folder shows.
func importExamples(t *testing.T, name string) {
	t.Helper()
	blocks, err := filepath.Glob(filepath.Join(examples, name, "import*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range blocks {
		t.Run(filepath.Base(block), func(t *testing.T) {
			t.Parallel()
			if strings.Contains(block, "identity") {
				acctest.SkipUnlessSupported(t, acctest.Identity)
			}
			w := newWorld(t, serviceOf(name))
			key := w.pair(t)
			space := w.workspace(t, name, cmp.Or(w.replicate(name), key), func(file string) bool {
				return !strings.Contains(file, "import") && !isVariant(file) || file == filepath.Base(block)
			})
			changed := "0 changed"
			if showsLess[name] {
				changed = "1 changed"
			}
			acctest.RequireTexts(t, space.MustRun(t, "apply", "-no-color", "-auto-approve"), "1 imported, 0 added, "+changed+", 0 destroyed")
			space.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
			w.checkSessions(t)
		})
	}
	script, err := os.ReadFile(filepath.Join(examples, name, "import.sh"))
	if os.IsNotExist(err) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, serviceOf(name))
	key := w.pair(t)
	text := w.inhabit(string(script), cmp.Or(w.replicate(name), key))
	for line := range strings.SplitSeq(text, "\n") {
		command := strings.Fields(line)
		if len(command) == 0 || command[0] == "#" {
			continue
		}
		t.Run(command[len(command)-1], func(t *testing.T) {
			t.Parallel()
			space := w.workspace(t, name, "", func(file string) bool { return !strings.Contains(file, "import") && !isVariant(file) })
			space.MustRun(t, append([]string{"import", "-no-color"}, command[2:]...)...)
			if !showsLess[name] {
				space.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
			}
		})
	}
}

// workspace is a folder with the files of an example that are wanted.
func (w world) workspace(t *testing.T, name, key string, wanted func(file string) bool) *acctest.Workspace {
	t.Helper()
	block := "provider \"vcda\" {}\n"
	if replicationName(name) != "" && serviceOf(name) == simulator.Cloud {
		user := w.b.Accounts().VCDUsers[0]
		block = fmt.Sprintf("provider \"vcda\" {\n  session_extensions = [{ site = \"site-b\", credentials = { username = %q, password = %q } }]\n}\n", user.Username, user.Password)
	}
	space := acctest.NewWorkspace(t, block)
	space.Env = append(space.Env, w.env...)
	space.Write(t, "start-drill.sh", "test -n \"$STORWARE_COOKIE\"\n") // of the user's own, in an example
	for file, text := range files(t, filepath.Join(examples, name)) {
		if !strings.HasSuffix(file, ".sh") && wanted(file) {
			space.Write(t, file, w.inhabit(text, key))
		}
	}
	return space
}

// exampleText is the text of all files of an example.
func exampleText(t *testing.T, name string) string {
	t.Helper()
	var all strings.Builder
	for _, text := range files(t, filepath.Join(examples, name)) {
		all.WriteString(text)
	}
	return all.String()
}

// checkSessions fails when a session is left.
func (w world) checkSessions(t *testing.T) {
	t.Helper()
	checkLoggedOut(t, w.a)
	checkLoggedOut(t, w.b)
}

// checkLoggedOut fails when an appliance has a session left.
func checkLoggedOut(t *testing.T, one *simulator.Appliance) {
	t.Helper()
	if s := one.Stats(); s.Logins != s.Logouts || s.LiveSessions != 0 {
		t.Errorf("%s: %d logins, %d logouts, %d sessions left", one.Site(), s.Logins, s.Logouts, s.LiveSessions)
	}
}

// TestProviderExample logs in with the provider block of the documentation.
func TestProviderExample(t *testing.T) {
	t.Parallel()
	for file, text := range files(t, filepath.Join(examples, "provider")) {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, simulator.Manager)
			space := acctest.NewWorkspace(t, "")
			space.Write(t, "main.tf", w.inhabit(text, "")+"data \"vcda_session\" \"s\" {}\noutput \"user\" { value = data.vcda_session.s.user }\n")
			for _, variable := range w.env {
				if !strings.HasPrefix(variable, "VCDA_URL=") && !strings.HasPrefix(variable, "VCDA_THUMBPRINT=") && !strings.HasPrefix(variable, "VCDA_LOGIN=") {
					space.Env = append(space.Env, variable)
				}
			}
			space.MustRun(t, "apply", "-no-color", "-auto-approve")
			acctest.RequireTexts(t, space.MustRun(t, "output", "-raw", "user"), "root")
			w.checkSessions(t)
		})
	}
}

// TestExamples_nameNoSecrets: people copy examples, secrets with them.
func TestExamples_nameNoSecrets(t *testing.T) {
	t.Parallel()
	secret := regexp.MustCompile(`(?m)^\s*(password|token|cookie|saml_token|private_key|api_token|access_token)\s*=\s*"`)
	err := filepath.WalkDir(examples, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if found := secret.Find(content); found != nil {
			t.Errorf("%s has a secret in plain text: %s", path, bytes.TrimSpace(found))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func folders(t *testing.T, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names
}

// files are the contents of a folder by name.
func files(t *testing.T, path string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(path, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[entry.Name()] = string(content)
	}
	return all
}
