package acctest_test

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/deployed"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

// world is what the examples run in: two appliances, a vCenter and a Storware
// server, all of which the environment names.
type world struct {
	fixture  *simulator.Fixture
	a, b     *simulator.Appliance
	vcenter  *vcenter.Server
	storware *storware.Server
	env      []string
	task     string // a task on a

	key   string            // takes the place of each UUID that is made up
	ids   map[string]string // UUIDs that take the place of single ones
	names []string          // what the examples make up, and what takes its place, in pairs
	block string            // of the provider
	files map[string]string // of the user, beside the example
	more  []*simulator.Appliance
}

// preset makes the world of an example.
type preset func(t *testing.T) world

func newWorld(t *testing.T, service simulator.Service) world {
	t.Helper()
	return worldOf(t, acctest.StartAppliances(t, withWorkloads(acctest.TwoSites(service))...), "site-a")
}

// worldOf is the world of a fixture, whose appliance a has the name.
func worldOf(t *testing.T, fixture *simulator.Fixture, nameOfA string) world {
	t.Helper()
	w := world{fixture: fixture, a: fixture.Appliance(nameOfA), b: fixture.Appliance("site-b"), block: plainBlock}
	w.vcenter = acctest.VCenter(t, vcenter.Options{VMs: []vcenter.VM{{
		ID: "vm-42", Path: "/datacenter/vm/vcda-a", ExtraConfig: map[string]string{"guestinfo.manager.certificate": deployed.Encoded(w.a)},
	}}})
	w.storware = acctest.Storware(t, storware.Options{})
	operator, remote := w.storware.Accounts().Users[0], w.b.Accounts()
	w.files = map[string]string{"start-drill.sh": "test -n \"$STORWARE_COOKIE\"\n"}
	w.env = []string{
		"VCDA_URL=" + w.a.URL(), "VCDA_THUMBPRINT=" + w.a.Thumbprint(),
		"VCDA_LOGIN=local_user", "VCDA_USERNAME=root", "VCDA_PASSWORD=" + w.a.RootPassword(),
		"VCDA_VCENTER_URL=" + w.vcenter.URL(), "VCDA_VCENTER_THUMBPRINT=" + w.vcenter.Thumbprint(),
		"VCDA_VCENTER_LOGIN=credentials", "VCDA_VCENTER_USERNAME=" + w.vcenter.Username(), "VCDA_VCENTER_PASSWORD=" + w.vcenter.Password(),
		"VCDA_STORWARE_URL=" + w.storware.URL(), "VCDA_STORWARE_THUMBPRINT=" + w.storware.Thumbprint(),
		"VCDA_STORWARE_LOGIN=credentials", "VCDA_STORWARE_USERNAME=" + operator.Name, "VCDA_STORWARE_PASSWORD=" + operator.Password,
		"TF_VAR_password_a=" + w.a.RootPassword(), "TF_VAR_password_b=" + w.b.RootPassword(),
		"TF_VAR_site_b_password=" + remote.VCDUsers[0].Password, "TF_VAR_site_b_api_token=" + remote.APITokens[0].Token,
		"TF_VAR_site_b_access_token=" + remote.AccessTokens[0].Token, "TF_VAR_site_b_cookie=" + remote.Cookies[0].Cookie,
	}
	return w
}

// The thumbprints that examples and guides make up.
const (
	thumbprintOfA = "SHA-256:5B:3E:0C:61:7A:B8:55:12:8E:93:B2:C0:4A:1D:F6:09:D3:7C:21:88:6F:AE:90:4B:15:E2:37:CD:5A:04:B9:F1"
	thumbprintOfB = "SHA-256:A7:1F:42:9C:E0:5D:33:B6:08:7B:F4:61:2E:99:C5:1A:84:DD:70:3F:56:EB:12:C8:9A:47:05:BE:63:F8:21:DC"

	thumbprintOfManager       = "SHA-256:9A:46:D1:0E:7F:B3:28:C5:60:F2:8B:17:E4:5C:93:AD:02:71:BE:4F:D8:36:0A:C9:65:1F:EB:83:5D:74:A0:2C"
	thumbprintOfLookupService = "SHA-256:3C:91:5E:07:D2:AB:48:F6:1B:60:C9:24:7D:E8:35:9A:02:BF:71:4C:D6:8E:13:A5:5F:90:2B:E7:46:C8:1D:73"
	thumbprintOfDirector      = "SHA-256:E4:2A:77:B9:0D:C3:56:18:8F:F1:6B:3E:94:DA:05:2C:A8:61:BE:97:43:0F:D5:7A:19:E6:8C:B2:34:F0:5D:6B"
)

// thumbprintsOf are those of the appliances beside a main one.
var thumbprintsOf = map[string]string{
	"replicator-1": "SHA-256:71:0B:E5:3F:9C:28:D4:86:AA:17:5D:C0:6E:F3:49:B2:8D:04:95:EB:2F:7C:D1:38:60:A9:1E:FB:57:C4:0A:92",
	"replicator-2": "SHA-256:0F:D8:46:A2:BB:73:1C:E9:50:8A:F7:2D:C1:64:9E:35:D9:1A:6C:80:F4:B3:27:5E:A6:0C:ED:49:92:7B:38:C5",
	"tunnel-1":     "SHA-256:B6:4D:F9:12:80:E3:2E:57:CB:06:A4:79:1D:9F:D2:68:35:EC:4B:F0:87:5A:C6:21:0E:93:BD:74:A8:1F:62:DB",
	"tunnel-2":     "SHA-256:58:AE:03:C7:6B:91:F4:3D:E2:1F:88:B5:70:0A:DC:46:97:2B:F8:65:14:CE:A0:3B:D9:52:7F:E6:81:4C:B0:29",
}

var uuidLiteral = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// inhabit puts what exists in the place of what the examples make up.
func (w world) inhabit(text, key string) string {
	a, b := strings.TrimPrefix(w.a.URL(), "https://"), strings.TrimPrefix(w.b.URL(), "https://")
	return strings.NewReplacer(append(slices.Clone(w.names),
		thumbprintOfA, w.a.Thumbprint(), thumbprintOfB, w.b.Thumbprint(),
		"vcda-a.example.com:8048", a, "vcda-a.example.com", a, "vcda-b.example.com:8048", b, "vcda-b.example.com", b,
		"https://vcenter.example.com", w.vcenter.URL(), "https://storware.example.com:8181", w.storware.URL(),
	)...).Replace(uuidLiteral.ReplaceAllStringFunc(text, func(id string) string {
		if exampleIDs[id] {
			return id
		}
		return cmp.Or(w.ids[id], key)
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

const plainBlock = "provider \"vcda\" {}\n"

// extended configures the provider with a session that is extended to site-b.
func (w world) extended() string {
	user := w.b.Accounts().VCDUsers[0]
	return fmt.Sprintf("provider \"vcda\" {\n  session_extensions = [{ site = \"site-b\", credentials = { username = %q, password = %q } }]\n}\n", user.Username, user.Password)
}

// sites are two sites that are not paired.
func sites(service simulator.Service) preset {
	return func(t *testing.T) world { return newWorld(t, service) }
}

// paired are two sites that are paired with each other; the key is that of site-b.
func paired(service simulator.Service) preset {
	return func(t *testing.T) world {
		w := newWorld(t, service)
		w.key = w.pair(t)
		if service == simulator.Cloud {
			w.block = w.extended()
		}
		return w
	}
}

// taskWorld is paired Managers; the key is that of a task.
func taskWorld(t *testing.T) world {
	w := paired(simulator.Manager)(t)
	w.key = w.task
	return w
}

// notExtended are paired sites of the Cloud service, with a session that extends to
// no other site.
func notExtended(t *testing.T) world {
	options := acctest.TwoSites(simulator.Cloud)
	for i := range options {
		options[i].CookieExtend = true
	}
	w := worldOf(t, acctest.StartAppliances(t, options...), "site-a")
	w.key = w.pair(t)
	return w
}

// protected are paired sites with a replication to site-a; the key is that of the
// replication.
func protected(service simulator.Service, p simulator.Protection) preset {
	return func(t *testing.T) world {
		w := paired(service)(t)
		p.SourceSite = "site-b"
		_, w.key, _ = strings.Cut(w.a.Protect(p), "-")
		return w
	}
}

// The replications of the examples.
var (
	vmProtected      = protected(simulator.Cloud, simulator.Protection{VApp: "shop", VM: "web", RPO: 240, Owner: "acme@site-a"})
	vappProtected    = protected(simulator.Cloud, simulator.Protection{VApp: "shop", SLAProfile: "Gold"})
	vsphereProtected = protected(simulator.Manager, simulator.Protection{VM: "web", RPO: 60})
)

var replicationLiteral = regexp.MustCompile(`(C4VAPP|C4)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// drillWorld is two sites of the Cloud service, with a replication of a vApp and
// one of a VM to site-a.
func drillWorld(t *testing.T, state string) (w world, ids map[string]string) {
	t.Helper()
	w = newWorld(t, simulator.Cloud)
	w.a.Pair("site-b")
	w.b.Pair("site-a")
	vapp := simulator.Protection{SourceSite: "site-b", VApp: "drilled", Recovery: state, Instances: 3}
	vm := vapp
	vm.VApp, vm.VM = "blog", "blog"
	return w, map[string]string{"C4VAPP": w.a.Protect(vapp), "C4": w.a.Protect(vm)}
}

// drill is drillWorld as the examples of drills and recoveries name it.
func drill(state string) preset {
	return func(t *testing.T) world {
		w, ids := drillWorld(t, state)
		w.block = w.extended()
		w.ids = map[string]string{
			"7c1f5a0e-93d2-4f6b-8e57-2b90d4c6a813": strings.TrimPrefix(ids["C4VAPP"], "C4VAPP-"),
			"0f3c8b71-5f0d-4d3a-9f0e-6a51c2de9b47": strings.TrimPrefix(ids["C4"], "C4-"),
		}
		w.names = []string{"site-b/C4VAPP", "site-a/C4VAPP"} // the one that manages them
		return w
	}
}

// plans are paired Managers, with the replications that the examples of recovery
// plans name and the plan that they import, whose last operation is given.
func plans(lastOperation string, isMigration bool) preset {
	return func(t *testing.T) world {
		w := paired(simulator.Manager)(t)
		database := w.a.Protect(simulator.Protection{SourceSite: "site-b", VM: "db", Migration: isMigration})
		server := w.a.Protect(simulator.Protection{SourceSite: "site-b", VM: "web", Migration: isMigration})
		plan := simulator.RecoveryPlan{ID: examplePlan, Name: "imported", Steps: []simulator.RecoveryStep{
			{Name: "databases", Replications: []string{database}}, {Name: "web servers", Replications: []string{server}},
		}}
		if lastOperation != "" { // else a test would wait
			plan.LastOperation, plan.State = lastOperation, "COMPLETE"
			plan.Steps[1].Delay, plan.Steps[1].Prompt = 5*time.Minute, "Do the databases answer?"
		}
		w.a.AddRecoveryPlan(plan)
		w.ids = map[string]string{
			"1b4e28ba-2fa1-41d2-883f-0016d3cca427": strings.TrimPrefix(database, "H4-"),
			"6fa459ea-ee8a-4ca4-894e-db77e160355e": strings.TrimPrefix(server, "H4-"),
		}
		return w
	}
}

// stage is how far an appliance and those beside it have been set up.
type stage int

const (
	asDeployed  stage = iota // with the password of the deployment
	withRoot                 // the root passwords are changed
	setUpBefore              // the main appliance is set up
	registered               // and the first replicator and tunnel are registered
)

// nextPassword is a root password beside the one of an example.
const nextPassword = "Next-passw0rd"

// appliances is a site that is being set up: a main appliance, two replicators and
// two tunnels, and site-b beside it.
func appliances(service simulator.Service, as stage) preset {
	return func(t *testing.T) world {
		main := simulator.ApplianceOptions{
			Site: map[simulator.Service]string{simulator.Manager: "site-a", simulator.Cloud: "cloud-a"}[service], Service: service,
			WithManager: service == simulator.Cloud, Fresh: as < setUpBefore, TaskDuration: 20 * time.Millisecond,
		}
		options := []simulator.ApplianceOptions{main, acctest.TwoSites(service)[1]}
		for name, port := range map[string]string{"replicator-1": "8043", "replicator-2": "8043", "tunnel-1": "8047", "tunnel-2": "8047"} {
			kind := simulator.Replicator
			if port == "8047" {
				kind = simulator.Tunnel
			}
			options = append(options, simulator.ApplianceOptions{Site: name, Service: kind, Fresh: true, PublicURLs: []string{"https://" + name + ".example.com:" + port}})
		}
		fixture := acctest.StartAppliances(t, options...)
		if as > asDeployed {
			for _, o := range options {
				if o.Fresh {
					fixture.Appliance(o.Site).SetRootPassword(chosenPassword)
				}
			}
		}
		w := worldOf(t, fixture, main.Site)
		w.nameAppliances(t)
		switch as {
		case registered:
			manager := w.a
			if service == simulator.Cloud {
				manager = w.a.Manager()
				w.a.SetSite(main.Site, "East")
				w.a.SetPublicEndpoint("cloud-a.example.com", 443)
				w.a.RegisterTunnel(fixture.Appliance("tunnel-1"))
				w.key = w.a.Tunnels()[0].ID
			}
			if service == simulator.Manager {
				fixture.Appliance("replicator-1").SetLookupService(simulator.LookupServiceURL, fixture.ServerThumbprint(simulator.LookupServiceURL))
				manager.Register(fixture.Appliance("replicator-1"), "*", main.Site, "")
				w.key = manager.Replicators()[0].ID
			}
		case asDeployed, withRoot, setUpBefore:
		}
		return w
	}
}

// nameAppliances lets the examples name the appliances of a set-up and what is secret there.
func (w *world) nameAppliances(t *testing.T) {
	t.Helper()
	w.names = []string{
		"https://vcenter.example.com", "https://vcenter.example.com", thumbprintOfLookupService, w.fixture.ServerThumbprint(simulator.LookupServiceURL),
		thumbprintOfDirector, w.fixture.ServerThumbprint(simulator.DirectorURL),
	}
	if manager := w.a.Manager(); manager != nil {
		w.names = append(w.names, "https://vcda-a.example.com:8441", manager.URL(), thumbprintOfManager, manager.Thumbprint())
		w.env = append(w.env, "VCDA_MANAGER_URL="+manager.URL(), "VCDA_MANAGER_THUMBPRINT="+manager.Thumbprint())
		w.more = append(w.more, manager)
	}
	deployment, chosen := map[string]string{"a": w.a.RootPassword()}, map[string]string{}
	for name, thumbprint := range thumbprintsOf {
		one := w.fixture.Appliance(name)
		// The other appliances know it by its public URL, this machine by the one it listens at.
		w.names = append(w.names, one.PublicURL(), one.PublicURL(), "https://"+name+".example.com", one.URL(), thumbprint, one.Thumbprint())
		w.more = append(w.more, one)
		short := strings.Replace(name, "replicator-", "r", 1)
		short = strings.Replace(short, "tunnel-", "t", 1)
		deployment[short], chosen[short] = one.RootPassword(), one.RootPassword()
	}
	w.files["tunnel-1.pem"] = w.fixture.Appliance("tunnel-1").CertificatePEM()
	accounts := simulator.DefaultAccounts()
	w.env = append(w.env,
		"VCDA_PREFLIGHT=false", // the hosts of the examples can't be reached from this machine
		"TF_VAR_deployment_password="+w.a.RootPassword(), "TF_VAR_deployment_passwords="+asJSON(t, deployment),
		"TF_VAR_previous_root_password="+accounts.LocalUsers[0].Password, "TF_VAR_root_password="+chosenPassword, "TF_VAR_root_passwords="+asJSON(t, chosen),
		"TF_VAR_password="+w.a.RootPassword(), "TF_VAR_license_key="+simulator.DefaultLicense,
		"TF_VAR_sso_password="+accounts.SSOUsers[0].Password, "TF_VAR_vcd_password="+accounts.VCDUsers[0].Password,
	)
}

func asJSON(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// managerSetUp is an appliance whose set-up is imported; the key is that of its service.
func managerSetUp(service simulator.Service) preset {
	return func(t *testing.T) world {
		w := appliances(service, registered)(t)
		w.key = w.a.Setup().InstanceID
		return w
	}
}

// exampleIDs are the ids of workloads that the examples name. The simulated sites
// have them.
var exampleIDs = map[string]bool{}

// exampleID notes an id.
func exampleID(id string) string {
	exampleIDs[id] = true
	return id
}

var (
	exampleVM       = exampleID("441a891a-6d6c-4b3f-9a3b-0d5e2d2c7f10")
	exampleVApp     = exampleID("0f3c2a6e-7b1d-4e58-8c94-5a2b9d7e1f36")
	exampleVDC      = exampleID("d6977f40-2c8e-4a15-b7f3-9e6d1c0a5b82")
	exampleNetwork  = exampleID("8a5d3f17-4e92-4c6b-a0d8-7b1c2e9f6a45")
	exampleProfile  = exampleID("b5d7f9e1-3c2a-4810-a6e4-8c0f2d4b6a97")
	examplePolicy   = exampleID("6e8d0c2b-4a69-4f87-95b3-1c3e5a7d9f08")
	exampleSeedVM   = exampleID("c1e4a7b0-92d5-4f38-8b6c-3d7e5f1a9024")
	exampleSeedVApp = exampleID("d8b3f6c2-47a1-4e90-9c5d-2f6a8e0b7134")
	exampleBranch   = exampleID("7a2c9e41-5b8d-4f06-a3d7-1e9c6b4f8d20") // the vCenter of an on-premises site
	examplePlan     = exampleID("16fd2706-8baf-433b-82eb-8c7fada847da")

	exampleVCenters = map[string]string{
		"site-a": exampleID("3b7e9c15-8d2f-4a64-b1e0-6c5d4f3a2b19"), "site-b": exampleID("9d1f3a57-2c4e-4b86-8f0a-1e3c5d7b9f24"),
	}
)

// withWorkloads gives the sites the workloads of the examples.
func withWorkloads(sites []simulator.ApplianceOptions) []simulator.ApplianceOptions {
	for i := range sites {
		w := simulator.DefaultWorkloads(sites[i].Service)
		if sites[i].Service == simulator.Manager {
			w.VCenterID = exampleVCenters[sites[i].Site]
		} else {
			w.SLAProfiles[0].ID = exampleProfile
			gold := w.Policies[0]
			gold.ID, gold.Name = examplePolicy, "imported"
			w.Policies = append(w.Policies, gold)
		}
		if sites[i].Service == simulator.Cloud && sites[i].Site == "site-a" {
			w.VDCs[0].ID, w.VDCs[0].Networks[0].ID = exampleVDC, exampleNetwork
			w.VApps = append(w.VApps, simulator.VApp{ID: exampleSeedVApp, Name: "seed", VDC: "acme-vdc", VMs: []simulator.VM{{ID: exampleSeedVM, Name: "seed"}}})
			w.OnPremises = []simulator.OnPremises{{Site: "branch", VCenterID: exampleBranch, VMs: []simulator.VM{{ID: "vm-42", Name: "erp"}}}}
		}
		if sites[i].Service == simulator.Cloud && sites[i].Site == "site-b" {
			w.VApps[0].ID, w.VApps[0].VMs[0].ID = exampleVApp, exampleVM
		}
		sites[i].Workloads = &w
	}
	return sites
}

func (w world) appliances() []*simulator.Appliance {
	return append([]*simulator.Appliance{w.a, w.b}, w.more...)
}

// checkSessions fails when a session is left.
func (w world) checkSessions(t *testing.T) {
	t.Helper()
	for _, one := range w.appliances() {
		checkLoggedOut(t, one)
	}
}

// checkLoggedOut fails when an appliance has a session left.
func checkLoggedOut(t *testing.T, one *simulator.Appliance) {
	t.Helper()
	if s := one.Stats(); s.Logins != s.Logouts || s.LiveSessions != 0 {
		t.Errorf("%s: %d logins, %d logouts, %d sessions left", one.Site(), s.Logins, s.Logouts, s.LiveSessions)
	}
}
