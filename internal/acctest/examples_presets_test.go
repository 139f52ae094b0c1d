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

// scenario has what examples and guides need: two appliances, a vCenter and a Storware
// server, and environment variables for them.
type scenario struct {
	fixture  *simulator.Fixture
	a, b     *simulator.Appliance
	vcenter  *vcenter.Server
	storware *storware.Server
	env      []string
	task     string // id of a task on a

	key   string            // replaces each UUID of an example, except those in ids
	ids   map[string]string // replacements of single UUIDs
	names []string          // pairs: a text of the examples, and its replacement
	block string            // provider block
	files map[string]string // files of the user beside the example, by name
	more  []*simulator.Appliance
}

// preset makes the scenario of an example.
type preset func(t *testing.T) scenario

func newScenario(t *testing.T, service simulator.Service) scenario {
	t.Helper()
	return scenarioOf(t, acctest.StartAppliances(t, withWorkloads(acctest.TwoSites(service))...), "site-a")
}

// scenarioOf makes the scenario of a fixture, whose appliance a has the name.
func scenarioOf(t *testing.T, fixture *simulator.Fixture, nameOfA string) scenario {
	t.Helper()
	s := scenario{fixture: fixture, a: fixture.Appliance(nameOfA), b: fixture.Appliance("site-b"), block: emptyBlock}
	s.vcenter = acctest.VCenter(t, vcenter.Options{VMs: []vcenter.VM{{
		ID: "vm-42", Path: "/datacenter/vm/vcda-a", ExtraConfig: map[string]string{"guestinfo.manager.certificate": deployed.Encoded(s.a)},
	}}})
	s.storware = acctest.Storware(t, storware.Options{})
	operator, remote := s.storware.Accounts().Users[0], s.b.Accounts()
	s.files = map[string]string{"start-drill.sh": "test -n \"$STORWARE_COOKIE\"\n"}
	s.env = []string{
		"VCDA_URL=" + s.a.URL(), "VCDA_THUMBPRINT=" + s.a.Thumbprint(),
		"VCDA_LOGIN=local_user", "VCDA_USERNAME=root", "VCDA_PASSWORD=" + s.a.RootPassword(),
		"VCDA_VCENTER_URL=" + s.vcenter.URL(), "VCDA_VCENTER_THUMBPRINT=" + s.vcenter.Thumbprint(),
		"VCDA_VCENTER_LOGIN=credentials", "VCDA_VCENTER_USERNAME=" + s.vcenter.Username(), "VCDA_VCENTER_PASSWORD=" + s.vcenter.Password(),
		"VCDA_STORWARE_URL=" + s.storware.URL(), "VCDA_STORWARE_THUMBPRINT=" + s.storware.Thumbprint(),
		"VCDA_STORWARE_LOGIN=credentials", "VCDA_STORWARE_USERNAME=" + operator.Name, "VCDA_STORWARE_PASSWORD=" + operator.Password,
		"TF_VAR_password_a=" + s.a.RootPassword(), "TF_VAR_password_b=" + s.b.RootPassword(),
		"TF_VAR_site_b_password=" + remote.VCDUsers[0].Password, "TF_VAR_site_b_api_token=" + remote.APITokens[0].Token,
		"TF_VAR_site_b_access_token=" + remote.AccessTokens[0].Token, "TF_VAR_site_b_cookie=" + remote.Cookies[0].Cookie,
	}
	return s
}

// Thumbprints in the examples and guides.
const (
	thumbprintOfA = "SHA-256:5B:3E:0C:61:7A:B8:55:12:8E:93:B2:C0:4A:1D:F6:09:D3:7C:21:88:6F:AE:90:4B:15:E2:37:CD:5A:04:B9:F1"
	thumbprintOfB = "SHA-256:A7:1F:42:9C:E0:5D:33:B6:08:7B:F4:61:2E:99:C5:1A:84:DD:70:3F:56:EB:12:C8:9A:47:05:BE:63:F8:21:DC"

	thumbprintOfManager       = "SHA-256:9A:46:D1:0E:7F:B3:28:C5:60:F2:8B:17:E4:5C:93:AD:02:71:BE:4F:D8:36:0A:C9:65:1F:EB:83:5D:74:A0:2C"
	thumbprintOfLookupService = "SHA-256:3C:91:5E:07:D2:AB:48:F6:1B:60:C9:24:7D:E8:35:9A:02:BF:71:4C:D6:8E:13:A5:5F:90:2B:E7:46:C8:1D:73"
	thumbprintOfDirector      = "SHA-256:E4:2A:77:B9:0D:C3:56:18:8F:F1:6B:3E:94:DA:05:2C:A8:61:BE:97:43:0F:D5:7A:19:E6:8C:B2:34:F0:5D:6B"
)

// thumbprintsOf are the thumbprints of replicators and tunnels in the examples.
var thumbprintsOf = map[string]string{
	"replicator-1": "SHA-256:71:0B:E5:3F:9C:28:D4:86:AA:17:5D:C0:6E:F3:49:B2:8D:04:95:EB:2F:7C:D1:38:60:A9:1E:FB:57:C4:0A:92",
	"replicator-2": "SHA-256:0F:D8:46:A2:BB:73:1C:E9:50:8A:F7:2D:C1:64:9E:35:D9:1A:6C:80:F4:B3:27:5E:A6:0C:ED:49:92:7B:38:C5",
	"tunnel-1":     "SHA-256:B6:4D:F9:12:80:E3:2E:57:CB:06:A4:79:1D:9F:D2:68:35:EC:4B:F0:87:5A:C6:21:0E:93:BD:74:A8:1F:62:DB",
	"tunnel-2":     "SHA-256:58:AE:03:C7:6B:91:F4:3D:E2:1F:88:B5:70:0A:DC:46:97:2B:F8:65:14:CE:A0:3B:D9:52:7F:E6:81:4C:B0:29",
}

var uuidLiteral = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// fillIn replaces addresses, thumbprints and ids of the examples by those of the scenario.
func (s scenario) fillIn(text, key string) string {
	a, b := strings.TrimPrefix(s.a.URL(), "https://"), strings.TrimPrefix(s.b.URL(), "https://")
	return strings.NewReplacer(append(slices.Clone(s.names),
		thumbprintOfA, s.a.Thumbprint(), thumbprintOfB, s.b.Thumbprint(),
		"vcda-a.example.com:8048", a, "vcda-a.example.com", a, "vcda-b.example.com:8048", b, "vcda-b.example.com", b,
		"https://vcenter.example.com", s.vcenter.URL(), "https://storware.example.com:8181", s.storware.URL(),
	)...).Replace(uuidLiteral.ReplaceAllStringFunc(text, func(id string) string {
		if exampleIDs[id] {
			return id
		}
		return cmp.Or(s.ids[id], key)
	}))
}

// call sends one request to a, without the provider, and decodes the response.
func (s scenario) call(t *testing.T, method, path, token, body string, into any) string {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(s.a.CertificatePEM()))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(t.Context(), method, s.a.URL()+path, strings.NewReader(body))
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

// login opens a session on a, without the provider.
func (s scenario) login(t *testing.T) (token string) {
	t.Helper()
	user := s.a.Accounts().LocalUsers[0]
	return s.call(t, http.MethodPost, "/sessions", "", fmt.Sprintf(`{"type":"localUser","localUser":%q,"localPassword":%q}`, user.Username, user.Password), nil)
}

// pair pairs a with b by a task, and b with a. It returns the key of the site.
func (s *scenario) pair(t *testing.T) (key string) {
	t.Helper()
	token := s.login(t)
	request := map[string]string{"apiUrl": s.b.URL(), "apiThumbprint": s.b.Thumbprint(), "description": "Recovery site"}
	if s.a.Service() == simulator.Cloud {
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
	s.call(t, http.MethodPost, "/sites", token, string(body), &task)
	s.task = task.ID
	for task.State != "SUCCEEDED" { // the task takes 20 ms
		s.call(t, http.MethodGet, "/tasks/"+task.ID, token, "", &task)
	}
	s.call(t, http.MethodDelete, "/sessions", token, "", nil)
	s.b.Pair("site-a")
	if sites := s.a.Sites(); sites[0].ID != "" {
		return sites[0].ID
	}
	return "site-b"
}

const emptyBlock = "provider \"vcda\" {}\n"

// extendedBlock returns a provider block whose session is extended to site-b.
func (s scenario) extendedBlock() string {
	user := s.b.Accounts().VCDUsers[0]
	return fmt.Sprintf("provider \"vcda\" {\n  session_extensions = [{ site = \"site-b\", credentials = { username = %q, password = %q } }]\n}\n", user.Username, user.Password)
}

// unpaired are two sites that are not paired.
func unpaired(service simulator.Service) preset {
	return func(t *testing.T) scenario { return newScenario(t, service) }
}

// paired are two sites that are paired with each other; the key is that of the pairing with
// site-b.
func paired(service simulator.Service) preset {
	return func(t *testing.T) scenario {
		s := newScenario(t, service)
		s.key = s.pair(t)
		if service == simulator.Cloud {
			s.block = s.extendedBlock()
		}
		return s
	}
}

// pairedWithTask are paired Managers; the key is the id of the task that paired them.
func pairedWithTask(t *testing.T) scenario {
	s := paired(simulator.Manager)(t)
	s.key = s.task
	return s
}

// pairedNotExtended are paired sites of the Cloud service, with a session that is not
// extended.
func pairedNotExtended(t *testing.T) scenario {
	options := acctest.TwoSites(simulator.Cloud)
	for i := range options {
		options[i].CookieExtend = true
	}
	s := scenarioOf(t, acctest.StartAppliances(t, options...), "site-a")
	s.key = s.pair(t)
	return s
}

// protected are paired sites with a replication to site-a; the key is that of the
// replication.
func protected(service simulator.Service, p simulator.Protection) preset {
	return func(t *testing.T) scenario {
		s := paired(service)(t)
		p.SourceSite = "site-b"
		_, s.key, _ = strings.Cut(s.a.Protect(p), "-")
		return s
	}
}

// The replications of the examples.
var (
	vmProtected      = protected(simulator.Cloud, simulator.Protection{VApp: "shop", VM: "web", RPO: 240, Owner: "acme@site-a"})
	vappProtected    = protected(simulator.Cloud, simulator.Protection{VApp: "shop", SLAProfile: "Gold"})
	vsphereProtected = protected(simulator.Manager, simulator.Protection{VM: "web", RPO: 60})
)

var replicationLiteral = regexp.MustCompile(`(C4VAPP|C4)-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// newDrillScenario makes two sites of the Cloud service, with a replication of a vApp and
// one of a VM to site-a, in a state of recovery.
func newDrillScenario(t *testing.T, state string) (s scenario, ids map[string]string) {
	t.Helper()
	s = newScenario(t, simulator.Cloud)
	s.a.Pair("site-b")
	s.b.Pair("site-a")
	vapp := simulator.Protection{SourceSite: "site-b", VApp: "drilled", Recovery: state, Instances: 3}
	vm := vapp
	vm.VApp, vm.VM = "blog", "blog"
	return s, map[string]string{"C4VAPP": s.a.Protect(vapp), "C4": s.a.Protect(vm)}
}

// drill is newDrillScenario with the ids that the examples of drills and recoveries use.
func drill(state string) preset {
	return func(t *testing.T) scenario {
		s, ids := newDrillScenario(t, state)
		s.block = s.extendedBlock()
		s.ids = map[string]string{
			"7c1f5a0e-93d2-4f6b-8e57-2b90d4c6a813": strings.TrimPrefix(ids["C4VAPP"], "C4VAPP-"),
			"0f3c8b71-5f0d-4d3a-9f0e-6a51c2de9b47": strings.TrimPrefix(ids["C4"], "C4-"),
		}
		s.names = []string{"site-b/C4VAPP", "site-a/C4VAPP"} // site-a manages them
		return s
	}
}

// plans are paired Managers with the replications in the examples of recovery plans, and
// the plan to import, with its last operation.
func plans(lastOperation string, isMigration bool) preset {
	return func(t *testing.T) scenario {
		s := paired(simulator.Manager)(t)
		database := s.a.Protect(simulator.Protection{SourceSite: "site-b", VM: "db", Migration: isMigration})
		server := s.a.Protect(simulator.Protection{SourceSite: "site-b", VM: "web", Migration: isMigration})
		plan := simulator.RecoveryPlan{ID: examplePlan, Name: "imported", Steps: []simulator.RecoveryStep{
			{Name: "databases", Replications: []string{database}}, {Name: "web servers", Replications: []string{server}},
		}}
		if lastOperation != "" { // a plan to test has neither delay nor prompt, for which it would wait
			plan.LastOperation, plan.State = lastOperation, "COMPLETE"
			plan.Steps[1].Delay, plan.Steps[1].Prompt = 5*time.Minute, "Do the databases answer?"
		}
		s.a.AddRecoveryPlan(plan)
		s.ids = map[string]string{
			"1b4e28ba-2fa1-41d2-883f-0016d3cca427": strings.TrimPrefix(database, "H4-"),
			"6fa459ea-ee8a-4ca4-894e-db77e160355e": strings.TrimPrefix(server, "H4-"),
		}
		return s
	}
}

// stage is how far an appliance, its replicators and its tunnels are set up.
type stage int

const (
	asDeployed  stage = iota // with the password of the deployment
	withRoot                 // the root passwords are changed
	setUpBefore              // also, the main appliance is set up
	registered               // also, the first replicator and tunnel are registered
)

// nextPassword is another root password than that of an example.
const nextPassword = "Next-passw0rd"

// appliances are a site at a stage of its set-up, with a main appliance, two replicators
// and two tunnels, and site-b.
func appliances(service simulator.Service, reached stage) preset {
	return func(t *testing.T) scenario {
		main := simulator.ApplianceOptions{
			Site: map[simulator.Service]string{simulator.Manager: "site-a", simulator.Cloud: "cloud-a"}[service], Service: service,
			WithManager: service == simulator.Cloud, Fresh: reached < setUpBefore, TaskDuration: 20 * time.Millisecond,
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
		if reached > asDeployed {
			for _, o := range options {
				if o.Fresh {
					fixture.Appliance(o.Site).SetRootPassword(chosenPassword)
				}
			}
		}
		s := scenarioOf(t, fixture, main.Site)
		s.nameAppliances(t)
		switch reached {
		case registered:
			manager := s.a
			if service == simulator.Cloud {
				manager = s.a.Manager()
				s.a.SetSite(main.Site, "East")
				s.a.SetPublicEndpoint("cloud-a.example.com", 443)
				s.a.RegisterTunnel(fixture.Appliance("tunnel-1"))
				s.key = s.a.Tunnels()[0].ID
			}
			if service == simulator.Manager {
				fixture.Appliance("replicator-1").SetLookupService(simulator.LookupServiceURL, fixture.ServerThumbprint(simulator.LookupServiceURL))
				manager.Register(fixture.Appliance("replicator-1"), "*", main.Site, "")
				s.key = manager.Replicators()[0].ID
			}
		case asDeployed, withRoot, setUpBefore:
		}
		return s
	}
}

// nameAppliances adds the replacements and the variables for the examples of a set-up.
func (s *scenario) nameAppliances(t *testing.T) {
	t.Helper()
	s.names = []string{
		"https://vcenter.example.com", "https://vcenter.example.com", thumbprintOfLookupService, s.fixture.ServerThumbprint(simulator.LookupServiceURL),
		thumbprintOfDirector, s.fixture.ServerThumbprint(simulator.DirectorURL),
	}
	if manager := s.a.Manager(); manager != nil {
		s.names = append(s.names, "https://vcda-a.example.com:8441", manager.URL(), thumbprintOfManager, manager.Thumbprint())
		s.env = append(s.env, "VCDA_MANAGER_URL="+manager.URL(), "VCDA_MANAGER_THUMBPRINT="+manager.Thumbprint())
		s.more = append(s.more, manager)
	}
	deployment, chosen := map[string]string{"a": s.a.RootPassword()}, map[string]string{}
	for name, thumbprint := range thumbprintsOf {
		one := s.fixture.Appliance(name)
		// The other appliances reach it by its public URL, this machine by the URL that it listens at.
		s.names = append(s.names, one.PublicURL(), one.PublicURL(), "https://"+name+".example.com", one.URL(), thumbprint, one.Thumbprint())
		s.more = append(s.more, one)
		short := strings.Replace(name, "replicator-", "r", 1)
		short = strings.Replace(short, "tunnel-", "t", 1)
		deployment[short], chosen[short] = one.RootPassword(), one.RootPassword()
	}
	s.files["tunnel-1.pem"] = s.fixture.Appliance("tunnel-1").CertificatePEM()
	accounts := simulator.DefaultAccounts()
	s.env = append(s.env,
		"VCDA_PREFLIGHT=false", // the hosts of the examples can't be reached from this machine
		"TF_VAR_deployment_password="+s.a.RootPassword(), "TF_VAR_deployment_passwords="+asJSON(t, deployment),
		"TF_VAR_previous_root_password="+accounts.LocalUsers[0].Password, "TF_VAR_root_password="+chosenPassword, "TF_VAR_root_passwords="+asJSON(t, chosen),
		"TF_VAR_password="+s.a.RootPassword(), "TF_VAR_license_key="+simulator.DefaultLicense,
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

// managerSetUp is an appliance whose set-up is imported; the key is the instance ID of its
// service.
func managerSetUp(service simulator.Service) preset {
	return func(t *testing.T) scenario {
		s := appliances(service, registered)(t)
		s.key = s.a.Setup().InstanceID
		return s
	}
}

// exampleIDs are the ids in the examples that the workloads of the simulated sites have
// too.
var exampleIDs = map[string]bool{}

// exampleID adds an id to exampleIDs.
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
		workloads := simulator.DefaultWorkloads(sites[i].Service)
		if sites[i].Service == simulator.Manager {
			workloads.VCenterID = exampleVCenters[sites[i].Site]
		} else {
			workloads.SLAProfiles[0].ID = exampleProfile
			gold := workloads.Policies[0]
			gold.ID, gold.Name = examplePolicy, "imported"
			workloads.Policies = append(workloads.Policies, gold)
		}
		if sites[i].Service == simulator.Cloud && sites[i].Site == "site-a" {
			workloads.VDCs[0].ID, workloads.VDCs[0].Networks[0].ID = exampleVDC, exampleNetwork
			workloads.VApps = append(workloads.VApps, simulator.VApp{ID: exampleSeedVApp, Name: "seed", VDC: "acme-vdc", VMs: []simulator.VM{{ID: exampleSeedVM, Name: "seed"}}})
			workloads.OnPremises = []simulator.OnPremises{{Site: "branch", VCenterID: exampleBranch, VMs: []simulator.VM{{ID: "vm-42", Name: "erp"}}}}
		}
		if sites[i].Service == simulator.Cloud && sites[i].Site == "site-b" {
			workloads.VApps[0].ID, workloads.VApps[0].VMs[0].ID = exampleVApp, exampleVM
		}
		sites[i].Workloads = &workloads
	}
	return sites
}

func (s scenario) appliances() []*simulator.Appliance {
	return append([]*simulator.Appliance{s.a, s.b}, s.more...)
}

// checkSessions fails if a session is left.
func (s scenario) checkSessions(t *testing.T) {
	t.Helper()
	for _, one := range s.appliances() {
		checkLoggedOut(t, one)
	}
}

// checkLoggedOut fails if an appliance has a session left.
func checkLoggedOut(t *testing.T, one *simulator.Appliance) {
	t.Helper()
	if s := one.Stats(); s.Logins != s.Logouts || s.LiveSessions != 0 {
		t.Errorf("%s: %d logins, %d logouts, %d sessions left", one.Site(), s.Logins, s.Logouts, s.LiveSessions)
	}
}
