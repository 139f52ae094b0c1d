package replicator_test

import (
	"maps"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/deployed"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const (
	name          = "vcda_replicator"
	lookupService = "POST /config/replicators/lookup-service"
	register      = "POST /replicators"
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

// ready starts a site whose main appliance has a site name, and returns it with the Manager of its replicators.
func ready(t *testing.T, service simulator.Service) (*deployed.Site, *simulator.Appliance) {
	t.Helper()
	site := deployed.Ready(t, service)
	site.Main.SetSite("alpha", "")
	if service == simulator.Cloud {
		return site, site.Main.Manager()
	}
	return site, site.Main
}

func TestCreate(t *testing.T) {
	t.Parallel()
	for _, service := range []simulator.Service{simulator.Manager, simulator.Cloud} {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			site, manager := ready(t, service)
			manager.HalfPairReplicators(2)
			manager.ShowReplicatorAddresses()
			p := site.Provider(t, nil)
			config := site.Replicator(0, direct.Values{"description": "first"})
			if service == simulator.Cloud {
				config["site_name"] = "alpha"
			}
			object := deployed.Create(t, p, name, config)
			v := object.Values
			if v["id"] != site.Replicators[0].Setup().InstanceID || v["owner"] != "*" || v["site_name"] != "alpha" || v["healthy"] != true ||
				v["registered_url"] != "https://10.0.0.20:8043" || v["api_url"] != "https://replicator-1.example.com:8043" || object.Identity["id"] != v["id"] {
				t.Errorf("%v, identity %v", v, object.Identity)
			}
			requireCalls(t, manager, calls{lookupService: 1, register: 1})
			if site.Replicators[0].Setup().LookupServiceURL != simulator.LookupServiceURL {
				t.Error("the replicator has no lookup service")
			}
			_, problems := p.Apply(t, p.Plan(t, name, object, nil))
			deployed.NoErrors(t, problems)
			requireCalls(t, manager, calls{"DELETE /replicators/" + deployed.ID(t, object): 1})
			if site.Main.Stats().LiveSessions > 1 {
				t.Error("sessions are left")
			}
		})
	}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	site, manager := ready(t, simulator.Manager)
	p := site.Provider(t, nil)
	config := site.Replicator(0, nil)
	object := deployed.Create(t, p, name, config)
	manager.ResetStats()
	repair := "POST /replicators/" + deployed.ID(t, object) + "/reset-cookie"
	other := site.All.AddServer("https://vcenter-2.example.com")
	_, password := deployed.SSO()
	for _, change := range []struct {
		name   string
		before func()
		more   direct.Values
		want   calls
	}{
		{"equal address", nil, direct.Values{"api_url": "https://REPLICATOR-1.example.com:8043/"}, calls{}},
		{"root password", func() { site.Replicators[0].SetRootPassword("Changed-pass-1") }, direct.Values{"root_password": "Changed-pass-1"}, calls{}},
		{"root password write-only", nil, direct.Values{"root_password": nil, "root_password_wo": "Changed-pass-1"}, calls{}},
		{"description", nil, direct.Values{"description": "new"}, calls{repair: 1}},
		{"equal description", nil, direct.Values{"description": "new\r\n"}, calls{}},
		{"SSO password write-only", nil, direct.Values{"sso_password": nil, "sso_password_wo": password, "sso_password_wo_version": 1}, calls{}},
		{"SSO password version", nil, direct.Values{"sso_password_wo_version": 2}, calls{repair: 1}},
		{"no triggers", nil, direct.Values{"repair_triggers": direct.Values{}}, calls{}},
		{"a trigger that is null", nil, direct.Values{"repair_triggers": direct.Values{"manager": nil}}, calls{}},
		{"triggers", nil, direct.Values{"repair_triggers": direct.Values{"manager": "2"}}, calls{repair: 1}},
		{"lookup service", nil, direct.Values{"lookup_service_url": "https://vcenter-2.example.com", "lookup_service_thumbprint": other}, calls{lookupService: 1}},
		{"certificate", site.Replicators[0].RotateCertificate, nil, calls{repair: 1}},
		{"timeouts", nil, direct.Values{"timeouts": direct.Values{"update": "20m"}}, calls{}},
	} {
		if change.before != nil {
			change.before()
			config["api_thumbprint"] = site.Replicators[0].Thumbprint()
		}
		maps.Copy(config, change.more)
		t.Log(change.name)
		object = deployed.Change(t, p, name, object, config)
		requireCalls(t, manager, change.want)
	}
}

func TestDrift(t *testing.T) {
	t.Parallel()
	site, manager := ready(t, simulator.Manager)
	p, config := site.Provider(t, nil), site.Replicator(0, nil)
	object := deployed.Create(t, p, name, config)
	id := deployed.ID(t, object)
	manager.ResetStats()
	otherThumbprint := manager.Thumbprint()
	for _, drift := range []func(*simulator.ReplicatorRecord){
		func(r *simulator.ReplicatorRecord) { r.Description = "by hand" },
		func(r *simulator.ReplicatorRecord) { r.Thumbprint = otherThumbprint },
	} {
		manager.ChangeReplicator(id, drift)
		site.Clock.Advance(time.Minute) // reads that run together share a list
		refreshed, problems := p.Refresh(t, name, object)
		deployed.NoErrors(t, problems)
		if len(deployed.Differences(t, p, name, refreshed, config)) == 0 {
			t.Error("the drift does not show")
		}
		object = deployed.Change(t, p, name, refreshed, config)
		requireCalls(t, manager, calls{"POST /replicators/" + id + "/reset-cookie": 1})
	}
	manager.ChangeReplicator(id, func(r *simulator.ReplicatorRecord) { r.Owner = "acme@alpha" })
	site.Clock.Advance(time.Minute)
	refreshed, problems := p.Refresh(t, name, object)
	deployed.NoErrors(t, problems)
	plan := p.Plan(t, name, refreshed, config)
	if text := strings.Join(plan.Diagnostics.Warnings(), "\n"); !plan.RequiresReplace || !strings.Contains(text, "unregisters the replicator") {
		t.Errorf("replacement %t, warnings %q", plan.RequiresReplace, text)
	}
	manager.Unregister(id)
	p = site.Provider(t, nil)
	if gone, problems := p.Refresh(t, name, object); gone.Values != nil || len(problems.Errors()) > 0 {
		t.Errorf("a replicator that is gone stays: %v", problems.Errors())
	}
}

// TestCreate_registered: the replicator is registered already.
func TestCreate_registered(t *testing.T) {
	t.Parallel()
	t.Run("in another way", func(t *testing.T) {
		t.Parallel()
		site, manager := ready(t, simulator.Manager)
		manager.Register(site.Replicators[0], "acme@alpha", "alpha", "")
		p := site.Provider(t, nil)
		_, problems := p.Apply(t, p.Plan(t, name, direct.Object{}, site.Replicator(0, nil)))
		requireError(t, problems, "api_url: Unable to", "terraform import "+name+".NAME "+site.Replicators[0].Setup().InstanceID)
		requireCalls(t, manager, calls{})
	})
	t.Run("half paired in another way", func(t *testing.T) {
		t.Parallel()
		site, manager := ready(t, simulator.Manager)
		manager.Register(site.Replicators[0], "acme@alpha", "alpha", "")
		manager.HalfPairReplicators(1)
		p := site.Provider(t, nil)
		_, problems := p.Apply(t, p.Plan(t, name, direct.Object{}, site.Replicator(0, nil)))
		requireError(t, problems, "api_url: Unable to", "has no ID yet")
		requireCalls(t, manager, calls{})
	})
	t.Run("by a run that was killed", func(t *testing.T) {
		t.Parallel()
		site, manager := ready(t, simulator.Manager)
		manager.Register(site.Replicators[0], "*", "alpha", "")
		deployed.Create(t, site.Provider(t, nil), name, site.Replicator(0, nil))
		requireCalls(t, manager, calls{})
	})
}

func TestCreate_responseLost(t *testing.T) {
	t.Parallel()
	site, manager := ready(t, simulator.Manager)
	manager.Fault(simulator.Fault{Method: http.MethodPost, Path: "/replicators", Kind: simulator.DropResponse, Times: 1})
	deployed.Create(t, site.Provider(t, nil), name, site.Replicator(0, nil))
	requireCalls(t, manager, calls{lookupService: 1, register: 1})
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	wrong := "SHA-256" + strings.Repeat(":AB", 32)
	for title, row := range map[string]struct {
		more direct.Values
		says []string
	}{
		"root password":  {direct.Values{"root_password": "wrong"}, []string{"api_url: Unable to register", "refuses the root password", "Check api_url, api_thumbprint and root_password"}},
		"thumbprint":     {direct.Values{"api_thumbprint": wrong}, []string{"api_url: Unable to register", "CertificateMismatch", "api_thumbprint"}},
		"lookup service": {direct.Values{"lookup_service_thumbprint": wrong}, []string{"lookup_service_thumbprint"}},
		"SSO":            {direct.Values{"sso_password": "wrong"}, []string{"api_url: Unable to register", "The SSO credentials are refused", "sso_user and sso_password"}},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			site, manager := ready(t, simulator.Manager)
			p := site.Provider(t, nil)
			object, problems := p.Apply(t, p.Plan(t, name, direct.Object{}, site.Replicator(0, row.more)))
			requireError(t, problems, row.says...)
			if object.Values != nil || len(manager.Replicators()) > 0 {
				t.Error("something is registered, or in the state")
			}
		})
	}
	site, _ := ready(t, simulator.Manager)
	p := site.Provider(t, nil)
	plan := p.Plan(t, name, direct.Object{}, site.Replicator(0, direct.Values{"api_url": "https://replicator-1.example.com"}))
	if text := strings.Join(plan.Diagnostics.Warnings(), "\n"); !strings.Contains(text, "usually listens on port 8043, not 443") {
		t.Errorf("warnings: %q", text)
	}
}

// TestOtherReplicator: a repair that reaches another replicator is an error.
func TestOtherReplicator(t *testing.T) {
	t.Parallel()
	site, _ := ready(t, simulator.Manager)
	p := site.Provider(t, nil)
	object := deployed.Create(t, p, name, site.Replicator(0, nil))
	site.Replicators[1].SetLookupService(simulator.LookupServiceURL, site.LookupServiceThumbprint())
	_, problems := p.Apply(t, p.Plan(t, name, object, site.Replicator(1, nil)))
	requireError(t, problems, "api_url: Unable to change", "Another replicator answers at the address", site.Replicators[1].Setup().InstanceID)
}

// TestUnknownSite: an unknown site that differs in the apply is an error, and nothing is sent.
func TestUnknownSite(t *testing.T) {
	t.Parallel()
	site, manager := ready(t, simulator.Manager)
	p := site.Provider(t, nil)
	object := deployed.Create(t, p, name, site.Replicator(0, nil))
	manager.ResetStats()
	for attribute, will := range map[string]string{"site_name": "beta", "owner": "acme@alpha"} {
		if plan := p.Plan(t, name, object, site.Replicator(0, direct.Values{attribute: direct.Unknown})); plan.RequiresReplace || len(plan.Diagnostics.Errors()) > 0 {
			t.Errorf("an unknown %s replaces the replicator: %v", attribute, plan.Diagnostics.Errors())
		}
		_, problems := p.Apply(t, p.Plan(t, name, object, site.Replicator(0, direct.Values{attribute: will}))) // as a change, not a replacement
		requireError(t, problems, attribute+": Unable to change", "requires a replacement. Nothing was sent.", "Plan again")
	}
	requireCalls(t, manager, calls{})
}

// TestManagerSettings: how the Manager of an appliance with a Cloud service is found and trusted.
func TestManagerSettings(t *testing.T) {
	t.Parallel()
	for title, row := range map[string]struct {
		manager func(*simulator.Appliance) direct.Values
		says    []string
	}{
		"pinned": {func(m *simulator.Appliance) direct.Values {
			return direct.Values{"url": m.URL(), "thumbprint": m.Thumbprint()}
		}, nil},
		"own authority": {func(m *simulator.Appliance) direct.Values {
			return direct.Values{"url": m.URL(), "ca_certificate": m.Fixture().CertificateAuthority()}
		}, nil},
		"not trusted":  {func(m *simulator.Appliance) direct.Values { return direct.Values{"url": m.URL()} }, []string{"manager", "thumbprint = \""}},
		"default port": {func(*simulator.Appliance) direct.Values { return nil }, []string{"127.0.0.1:8441"}},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			site, manager := ready(t, simulator.Cloud)
			block := direct.Values{"ca_certificate": nil, "thumbprint": site.Main.Thumbprint(), "manager": nil, "max_retries": 0}
			if settings := row.manager(manager); settings != nil {
				block["manager"] = settings
			}
			p := site.Provider(t, block)
			config := site.Replicator(0, direct.Values{"site_name": "alpha"})
			if row.says == nil {
				deployed.Create(t, p, name, config)
				return
			}
			_, problems := p.Apply(t, p.Plan(t, name, direct.Object{}, config))
			requireError(t, problems, row.says...)
			if title == "not trusted" {
				requireError(t, problems, manager.Thumbprint())
			}
		})
	}
}

// TestLocal: the built-in replicator of the appliance is listed with the others, and is imported like them.
func TestLocal(t *testing.T) {
	t.Parallel()
	site, manager := ready(t, simulator.Manager)
	manager.RegisterLocal()
	p := site.Provider(t, nil)
	deployed.Create(t, p, name, site.Replicator(0, nil))
	data, problems := p.ReadData(t, "vcda_replicators", direct.Values{})
	deployed.NoErrors(t, problems)
	rows, _ := data["replicators"].([]any)
	if len(rows) != 2 || deployed.Row(t, rows[0])["description"] != "local" {
		t.Errorf("%v", data)
	}
	id, _ := deployed.Row(t, rows[0])["id"].(string)
	object, problems := p.Import(t, name, id, nil)
	deployed.NoErrors(t, problems)
	if object, problems = p.Refresh(t, name, object); object.Values["api_url"] != "https://127.0.0.1:8043" || len(problems.Errors()) > 0 {
		t.Errorf("%v, %v", object.Values, problems.Errors())
	}
}

// TestNoSite: a Manager without a site name can't register a replicator.
func TestNoSite(t *testing.T) {
	t.Parallel()
	site := deployed.Ready(t, simulator.Cloud)
	p := site.Provider(t, nil)
	_, problems := p.Apply(t, p.Plan(t, name, direct.Object{}, site.Replicator(0, nil)))
	requireError(t, problems, "site_name: Unable to register", "The Manager has no site name yet. Nothing was sent.")
	requireCalls(t, site.Main.Manager(), calls{})
}

func TestDelete(t *testing.T) {
	t.Parallel()
	site, manager := ready(t, simulator.Manager)
	p := site.Provider(t, nil)
	object := deployed.Create(t, p, name, site.Replicator(0, nil))
	manager.RefuseReplicatorRemoval("The replicator holds replications.")
	plan := p.Plan(t, name, object, nil)
	if text := strings.Join(plan.Diagnostics.Warnings(), "\n"); !strings.Contains(text, "keeps its lookup service") {
		t.Errorf("warnings: %q", text)
	}
	_, problems := p.Apply(t, plan)
	requireError(t, problems, "The replicator holds replications.", "evacuate it first")
	manager.RefuseReplicatorRemoval("")
	manager.Unregister(deployed.ID(t, object)) // gone is success
	_, problems = p.Apply(t, plan)
	deployed.NoErrors(t, problems)
}

// TestPreflight: the plan checks the certificates that the replicator and the lookup service show. A server that
// can't be reached is no warning.
func TestPreflight(t *testing.T) {
	t.Parallel()
	site, manager := ready(t, simulator.Manager)
	other := site.Main.Thumbprint()
	here := direct.Values{"api_url": site.Replicators[0].URL(), "lookup_service_url": site.Replicators[1].URL(), "lookup_service_thumbprint": site.Replicators[1].Thumbprint()}
	for _, row := range []struct {
		name  string
		more  direct.Values
		on    bool
		warns string
	}{
		{"as configured", nil, true, ""},
		{"replicator", direct.Values{"api_thumbprint": other}, true, "api_thumbprint: The replicator shows another certificate"},
		{"lookup service", direct.Values{"lookup_service_thumbprint": other}, true, "lookup_service_thumbprint: The lookup service shows another certificate"},
		{"not reachable", direct.Values{"api_url": "https://127.0.0.1:1"}, true, ""},
		{"unknown", direct.Values{"api_thumbprint": direct.Unknown}, true, ""},
		{"turned off", direct.Values{"api_thumbprint": other}, false, ""},
	} {
		config := site.Replicator(0, here)
		maps.Copy(config, row.more)
		plan := site.Provider(t, direct.Values{"preflight": row.on}).Plan(t, name, direct.Object{}, config)
		deployed.NoErrors(t, plan.Diagnostics)
		warnings := slices.DeleteFunc(plan.Diagnostics.Warnings(), func(warning string) bool { return strings.Contains(warning, "Unusual port") })
		if row.warns == "" && len(warnings) == 0 {
			continue
		}
		if len(warnings) != 1 || !strings.Contains(warnings[0], row.warns) || !strings.Contains(warnings[0], "issuer:     CN=VCDA simulator CA") {
			t.Errorf("%s: %q", row.name, warnings)
		}
	}
	if n := manager.Stats().Total; n > 0 {
		t.Errorf("%d requests", n)
	}
}

// TestCreate_tenAtOnce registers ten at once: the writes to one appliance queue, which the simulator checks, and the
// reads share one list.
func TestCreate_tenAtOnce(t *testing.T) {
	t.Parallel()
	site := deployed.ReadyWith(t, simulator.Manager, 10)
	site.Main.SetSite("alpha", "")
	site.Main.BeforeResponse(func(*http.Request) { runtime.Gosched() }) // lets another write arrive meanwhile
	p := site.Provider(t, nil)
	objects := make([]direct.Object, len(site.Replicators))
	problems := make([]direct.Diagnostics, len(objects))
	var all sync.WaitGroup
	for i := range objects {
		plan := p.Plan(t, name, direct.Object{}, site.Replicator(i, nil))
		all.Go(func() { objects[i], problems[i] = p.Apply(t, plan) })
	}
	all.Wait()
	ids := map[any]bool{}
	for i, object := range objects {
		deployed.NoErrors(t, problems[i])
		ids[object.Values["id"]] = true
	}
	if len(ids) != len(objects) {
		t.Errorf("%d replicators are registered, not %d", len(ids), len(objects))
	}
	if violations := site.Main.Violations(); len(violations) > 0 {
		t.Errorf("writes overlap: %v", violations)
	}
	requireCalls(t, site.Main, calls{lookupService: len(objects), register: len(objects)})
	p = site.Provider(t, nil)
	for range 10 {
		for _, object := range objects {
			all.Go(func() { _, _ = p.Refresh(t, name, object) })
		}
	}
	all.Wait()
	if n := site.Main.Stats().Requests["GET /replicators"]; n > 2 {
		t.Errorf("%d lists for a refresh", n)
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	site, manager := ready(t, simulator.Manager)
	manager.Register(site.Replicators[0], "*", "alpha", "")
	id := site.Replicators[0].Setup().InstanceID
	site.Replicators[0].SetLookupService(simulator.LookupServiceURL, site.LookupServiceThumbprint())
	p := site.Provider(t, nil)
	for title, by := range map[string]struct {
		id       string
		identity direct.Values
	}{"UUID": {id: id}, "URL": {id: "https://replicator-1.example.com:8043"}, "identity": {identity: direct.Values{"id": id}}} {
		object, problems := p.Import(t, name, by.id, by.identity)
		deployed.NoErrors(t, problems)
		object, problems = p.Refresh(t, name, object)
		deployed.NoErrors(t, problems)
		deployed.Change(t, p, name, object, site.Replicator(0, nil))
		if diff := cmp.Diff(calls{"POST /replicators/" + id + "/reset-cookie": 1}, deployed.Count(manager)); diff != "" {
			t.Errorf("%s: %s", title, diff)
		}
	}
	_, problems := p.Import(t, name, "unknown", nil)
	requireError(t, problems, "No such replicator", id)
}

func TestLists(t *testing.T) {
	t.Parallel()
	site, manager := ready(t, simulator.Cloud)
	for _, one := range site.Replicators {
		manager.Register(one, "*", "alpha", "")
	}
	p := site.Provider(t, nil)
	names, problems := p.List(t, name, nil)
	deployed.NoErrors(t, problems)
	if diff := cmp.Diff([]string{"https://replicator-1.example.com:8043", "https://replicator-2.example.com:8043"}, names); diff != "" {
		t.Error(diff)
	}
	data, problems := p.ReadData(t, "vcda_replicators", nil)
	deployed.NoErrors(t, problems)
	rows, _ := data["replicators"].([]any)
	if len(rows) != 2 || deployed.Row(t, rows[0])["owner"] != "*" {
		t.Errorf("%v", data)
	}
	if text := deployed.Row(t, rows[0])["pairing_cookie"]; text != nil {
		t.Error("the pairing cookie shows")
	}
}

// TestCreate_otherSpelling: the address is sent in its ASCII form without a dot.
func TestCreate_otherSpelling(t *testing.T) {
	t.Parallel()
	site, _ := ready(t, simulator.Manager)
	url := strings.Replace(strings.ToUpper(site.Replicators[0].PublicURL()), ".COM", ".COM.", 1) + "/"
	deployed.Create(t, site.Provider(t, nil), name, site.Replicator(0, direct.Values{"api_url": url}))
}
