package tunnel_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/deployed"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const (
	name          = "vcda_tunnel"
	register      = "POST /config/tunnels"
	lookupService = "POST /config/tunnels/lookup-service"
)

type calls = map[string]int

func requireCalls(t *testing.T, a *simulator.Appliance, want calls) {
	t.Helper()
	if diff := cmp.Diff(want, deployed.Count(a)); diff != "" {
		t.Errorf("calls that change something (-want +got):\n%s", diff)
	}
}

func requireError(t *testing.T, problems direct.Diagnostics, parts ...string) {
	t.Helper()
	text := strings.Join(problems.Errors(), "\n")
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("the error lacks %q:\n%s", part, text)
		}
	}
}

func TestCreate(t *testing.T) {
	t.Parallel()
	for version, call := range map[string]string{"4.5": "POST /config/tunnel-service", "4.6": register, "4.7": register} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			site := deployed.Ready(t, simulator.Cloud)
			if version == "4.6" {
				site.Main.NestTunnels()
			}
			p := site.Provider(t, direct.Values{"api_version": version})
			object := deployed.Create(t, p, name, site.Tunnel(0, nil))
			id := site.Tunnels[0].Setup().InstanceID
			if version == "4.5" {
				id = "https://tunnel-1.example.com:8047/"
			}
			v := object.Values
			if v["id"] != id || v["url"] != "https://tunnel-1.example.com:8047" || v["thumbprint"] != site.Tunnels[0].Thumbprint() || object.Identity["id"] != id {
				t.Errorf("%v, identity %v", v, object.Identity)
			}
			requireCalls(t, site.Main, calls{call: 1})
			plan := p.Plan(t, name, object, nil)
			_, problems := p.Apply(t, plan)
			deployed.NoErrors(t, problems)
			for _, warnings := range [][]string{plan.Diagnostics.Warnings(), problems.Warnings()} {
				if !strings.Contains(strings.Join(warnings, "\n"), "stays registered") {
					t.Errorf("warnings: %q", warnings)
				}
			}
			requireCalls(t, site.Main, calls{})
		})
	}
}

func TestCreate_byThumbprint(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	p := site.Provider(t, nil)
	config := site.Tunnel(0, direct.Values{
		"certificate": nil, "thumbprint": strings.ToLower(strings.TrimPrefix(site.Tunnels[0].Thumbprint(), "SHA-256:")),
		"lookup_service_url": "https://vcenter.example.com", "lookup_service_thumbprint": site.LookupServiceThumbprint(),
	})
	object := deployed.Create(t, p, name, config)
	if object.Values["certificate"] != deployed.Encoded(site.Tunnels[0]) {
		t.Error("the certificate is not the tunnel's")
	}
	requireCalls(t, site.Main, calls{register: 1, lookupService: 1})
	deployed.Create(t, p, name, site.Tunnel(1, direct.Values{"certificate": site.Tunnels[1].CertificatePEM()}))
	if n := len(site.Main.Tunnels()); n != 2 {
		t.Errorf("%d tunnels", n)
	}
}

// TestCreate_slowLook: the appliance takes longer to read the tunnel's certificate than request_timeout allows.
func TestCreate_slowLook(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	site.Main.BeforeResponse(func(r *http.Request) {
		if r.URL.Path == "/config/remote-certificate" {
			site.Clock.Advance(time.Minute)
		}
	})
	config := site.Tunnel(0, direct.Values{"certificate": nil, "thumbprint": site.Tunnels[0].Thumbprint()})
	deployed.Create(t, site.Provider(t, direct.Values{"request_timeout": "5s"}), name, config)
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	p := site.Provider(t, nil)
	config := site.Tunnel(0, nil)
	object := deployed.Create(t, p, name, config)
	site.Main.ResetStats()
	change := "PUT /config/tunnels/" + deployed.ID(t, object)
	for _, row := range []struct {
		name   string
		before func()
		more   func() direct.Values
		want   calls
	}{
		{"PEM", nil, func() direct.Values { return direct.Values{"certificate": site.Tunnels[0].CertificatePEM()} }, calls{}},
		{"equal URL", nil, func() direct.Values { return direct.Values{"url": "https://TUNNEL-1.example.com:8047/"} }, calls{}},
		{"root password write-only", nil, func() direct.Values {
			return direct.Values{"root_password": nil, "root_password_wo": deployed.RootPassword}
		}, calls{}},
		{"no triggers", nil, func() direct.Values { return direct.Values{"repair_triggers": direct.Values{}} }, calls{}},
		{"triggers", nil, func() direct.Values { return direct.Values{"repair_triggers": direct.Values{"a": "b"}} }, calls{change: 1}},
		{"certificate", site.Tunnels[0].RotateCertificate, func() direct.Values { return direct.Values{"certificate": deployed.Encoded(site.Tunnels[0])} }, calls{change: 1}},
		{"thumbprint", nil, func() direct.Values {
			return direct.Values{"certificate": nil, "thumbprint": site.Tunnels[0].Thumbprint()}
		}, calls{}},
		{"lookup service", nil, func() direct.Values {
			return direct.Values{"lookup_service_url": "https://vcenter.example.com", "lookup_service_thumbprint": site.LookupServiceThumbprint()}
		}, calls{lookupService: 1}},
	} {
		if row.before != nil {
			row.before()
		}
		maps.Copy(config, row.more())
		t.Log(row.name)
		site.Clock.Advance(time.Minute)
		object = deployed.Change(t, p, name, object, config)
		requireCalls(t, site.Main, row.want)
	}
}

// TestOneTunnel: API 4.5 has one tunnel without an ID. A change registers it again, and a second tunnel is refused,
// because it would replace the first. The process of the change has to find out the API version.
func TestOneTunnel(t *testing.T) {
	t.Parallel()
	const registerOne = "POST /config/tunnel-service"
	site := deployed.Ready(t, simulator.Cloud, func(o *simulator.ApplianceOptions) { o.APIVersions = []string{"4.5"} })
	known := direct.Values{"service": "cloud"}
	p := site.Provider(t, known)
	object := deployed.Create(t, p, name, site.Tunnel(0, nil))
	_, problems := p.Apply(t, p.Plan(t, name, direct.Object{}, site.Tunnel(1, nil)))
	requireError(t, problems, "url: Unable to register", "terraform import "+name+".NAME ")
	requireCalls(t, site.Main, calls{registerOne: 1})
	site.Tunnels[0].RotateCertificate()
	p = site.Provider(t, known)
	object, problems = p.Apply(t, p.Plan(t, name, object, site.Tunnel(0, nil)))
	deployed.NoErrors(t, problems)
	requireCalls(t, site.Main, calls{registerOne: 1})
	deployed.Unchanged(t, p, name, object, site.Tunnel(0, nil))
	site.Main.Fault(simulator.Fault{Method: http.MethodPost, Path: "/config/tunnel-service", Kind: simulator.DropResponse, Times: 1})
	site.Tunnels[0].RotateCertificate()
	object = deployed.Change(t, p, name, object, site.Tunnel(0, nil))
	requireCalls(t, site.Main, calls{registerOne: 1})
	elsewhere := site.Tunnel(0, direct.Values{"url": site.Tunnels[0].URL()})
	if plan := p.Plan(t, name, object, elsewhere); plan.Values["id"] != direct.Unknown {
		t.Errorf("the ID, which is the URL, is planned as %v", plan.Values["id"])
	}
	object = deployed.Change(t, p, name, object, elsewhere)
	if id := deployed.ID(t, object); !strings.HasPrefix(id, site.Tunnels[0].URL()) || object.Identity["id"] != id {
		t.Errorf("ID %s, identity %v", id, object.Identity)
	}
}

func TestDrift(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	p, config := site.Provider(t, nil), site.Tunnel(0, nil)
	object := deployed.Create(t, p, name, config)
	id := deployed.ID(t, object)
	site.Main.ResetStats()
	for drift, happen := range map[string]func(){
		"URL": func() {
			site.Main.ChangeTunnel(id, "https://other.example.com:8047/", deployed.Encoded(site.Tunnels[0]))
		},
		"certificate": func() {
			site.Main.ChangeTunnel(id, "https://tunnel-1.example.com:8047/", deployed.Encoded(site.Tunnels[1]))
		},
	} {
		happen()
		site.Clock.Advance(time.Minute)
		refreshed, problems := p.Refresh(t, name, object)
		deployed.NoErrors(t, problems)
		if len(deployed.Differences(t, p, name, refreshed, config)) == 0 {
			t.Errorf("%s: the drift does not show", drift)
		}
		object = deployed.Change(t, p, name, refreshed, config)
		requireCalls(t, site.Main, calls{"PUT /config/tunnels/" + id: 1})
	}
}

func TestCreate_registered(t *testing.T) {
	t.Parallel()
	for title, row := range map[string]struct {
		more direct.Values
		says string
	}{
		"by a run that was killed": {nil, ""},
		"with another certificate": {direct.Values{"certificate": "other"}, "terraform import " + name + ".NAME "},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			site := deployed.Ready(t, simulator.Cloud)
			site.Main.RegisterTunnel(site.Tunnels[0])
			p := site.Provider(t, nil)
			if row.says == "" {
				deployed.Create(t, p, name, site.Tunnel(0, nil))
			} else {
				_, problems := p.Apply(t, p.Plan(t, name, direct.Object{}, site.Tunnel(0, direct.Values{"certificate": deployed.Encoded(site.Tunnels[1])})))
				requireError(t, problems, "url: Unable to", row.says+site.Tunnels[0].Setup().InstanceID)
			}
			requireCalls(t, site.Main, calls{})
		})
	}
}

func TestCreate_responseLost(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	site.Main.Fault(simulator.Fault{Method: http.MethodPost, Path: "/config/tunnels", Kind: simulator.DropResponse, Times: 1})
	deployed.Create(t, site.Provider(t, nil), name, site.Tunnel(0, nil))
	requireCalls(t, site.Main, calls{register: 1})
}

// TestWarnings: steps that neither fail nor are done.
func TestWarnings(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	site.Main.Lack("/config/tunnels/lookup-service")
	p := site.Provider(t, nil)
	plan := p.Plan(t, name, direct.Object{}, site.Tunnel(0, direct.Values{
		"lookup_service_url": "https://vcenter.example.com", "lookup_service_thumbprint": site.LookupServiceThumbprint(),
	}))
	_, problems := p.Apply(t, plan)
	deployed.NoErrors(t, problems)
	for text, warnings := range map[string]direct.Diagnostics{
		"The lookup service of the tunnel was not set": problems,
		"usually listens on port 8047, not 443":        p.Plan(t, name, direct.Object{}, site.Tunnel(1, direct.Values{"url": "https://tunnel-2.example.com"})).Diagnostics,
	} {
		if !strings.Contains(strings.Join(warnings.Warnings(), "\n"), text) {
			t.Errorf("%q is missing: %q", text, warnings.Warnings())
		}
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	for title, row := range map[string]struct {
		more direct.Values
		says []string
	}{
		"root password": {direct.Values{"root_password": "wrong"}, []string{"url: Unable to register", "refuses the root password"}},
		"thumbprint":    {direct.Values{"certificate": nil, "thumbprint": "SHA-256" + strings.Repeat(":AB", 32)}, []string{"thumbprint: Unable to register", "correct thumbprint or url"}},
		"no tunnel":     {direct.Values{"url": "https://nowhere.example.com:8047"}, []string{"url: Unable to register"}},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			site := deployed.Ready(t, simulator.Cloud)
			p := site.Provider(t, nil)
			_, problems := p.Apply(t, p.Plan(t, name, direct.Object{}, site.Tunnel(0, row.more)))
			requireError(t, problems, row.says...)
			if len(site.Main.Tunnels()) > 0 {
				t.Error("it is registered")
			}
		})
	}
	t.Run("on a Manager", func(t *testing.T) {
		t.Parallel()
		site := deployed.Ready(t, simulator.Manager)
		plan := site.Provider(t, nil).Plan(t, name, direct.Object{}, site.Tunnel(0, nil))
		requireError(t, plan.Diagnostics, "The appliance is a Manager service")
	})
}

// TestPreflight: the plan checks the certificate that the tunnel shows.
func TestPreflight(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	p := site.Provider(t, direct.Values{"preflight": true})
	for thumbprint, warns := range map[string]bool{site.Tunnels[0].Thumbprint(): false, site.Main.Thumbprint(): true} {
		plan := p.Plan(t, name, direct.Object{}, site.Tunnel(0, direct.Values{"url": site.Tunnels[0].URL(), "certificate": nil, "thumbprint": thumbprint}))
		deployed.NoErrors(t, plan.Diagnostics)
		if text := strings.Join(plan.Diagnostics.Warnings(), "\n"); strings.Contains(text, "thumbprint: The tunnel shows another certificate") != warns {
			t.Errorf("warnings: %q", text)
		}
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	site.Main.RegisterTunnel(site.Tunnels[0])
	id := site.Tunnels[0].Setup().InstanceID
	p := site.Provider(t, nil)
	for title, by := range map[string]struct {
		id       string
		identity direct.Values
	}{"UUID": {id: id}, "URL": {id: "https://tunnel-1.example.com:8047"}, "identity": {identity: direct.Values{"id": id}}} {
		object, problems := p.Import(t, name, by.id, by.identity)
		deployed.NoErrors(t, problems)
		object, problems = p.Refresh(t, name, object)
		deployed.NoErrors(t, problems)
		if object.Values["id"] != id {
			t.Errorf("%s: %v", title, object.Values)
		}
		deployed.Change(t, p, name, object, site.Tunnel(0, nil))
		requireCalls(t, site.Main, calls{})
	}
	names, problems := p.List(t, name, nil)
	deployed.NoErrors(t, problems)
	data, problems := p.ReadData(t, "vcda_tunnels", nil)
	deployed.NoErrors(t, problems)
	if rows, _ := data["tunnels"].([]any); len(names) != 1 || len(rows) != 1 || deployed.Row(t, rows[0])["thumbprint"] != site.Tunnels[0].Thumbprint() {
		t.Errorf("%v, %v", names, data)
	}
}

// TestCreate_otherSpelling: the address is sent in its ASCII form without a dot.
func TestCreate_otherSpelling(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	url := strings.Replace(strings.ToUpper(site.Tunnels[0].PublicURL()), ".COM", ".COM.", 1) + "/"
	deployed.Create(t, site.Provider(t, nil), name, site.Tunnel(0, direct.Values{"url": url}))
}
