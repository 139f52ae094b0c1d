package health_test

import (
	"fmt"
	"maps"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestMain(m *testing.M) { acctest.Main(m) }

const (
	config = `
data "vcda_health" "this" {}
`
	name = "data.vcda_health.this"
)

func is(attribute, value string) resource.TestCheckFunc {
	return resource.TestCheckResourceAttr(name, attribute, value)
}

func TestHealthy(t *testing.T) {
	for _, service := range acctest.Services {
		for version, method := range map[string]string{"4.5": "GET", "4.6": "GET", "4.7": "POST"} {
			t.Run(string(service)+" "+version, func(t *testing.T) {
				t.Parallel()
				acctest.CurrentCLI(t)
				a := acctest.StartAppliances(t, acctest.TwoSites(service)...).Appliance("site-a")
				moment := regexp.MustCompile(`^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)
				checks := []resource.TestCheckFunc{
					is("healthy", "true"),
					is("product_name", "VMware Cloud Director Availability"),
					is("build_date", "2025-06-01T00:00:00Z"),
					is("address", a.URL()),
					resource.TestMatchResourceAttr(name, "current_time", moment),
					resource.TestMatchResourceAttr(name, "service_boot_time", moment),
					resource.TestMatchResourceAttr(name, "appliance_boot_time", moment),
					is("disk_usage.free", "6442450944"),
					is("disk_usage.usable", "5368709120"),
					is("disk_usage.total", "10737418240"),
					is("tunnels.#", "1"),
					is("tunnels.0.url", "https://tunnel.example.com:8047"),
					resource.TestCheckNoResourceAttr(name, "tunnels.0.error.code"),
					is("replicators.#", "0"),
				}
				for _, attribute := range []string{"build_version", "instance_id", "runtime_id", "tunnels.0.id"} {
					checks = append(checks, resource.TestCheckResourceAttrSet(name, attribute))
				}
				for _, check := range []string{"database", "lookup_service", "ntp", "sso_admin", "replicator_lookup_service", "vcloud", "manager"} {
					checks = append(checks, resource.TestCheckNoResourceAttr(name, check+".code"))
				}
				resource.Test(t, resource.TestCase{
					ProtoV6ProviderFactories: acctest.Factories(t),
					Steps: []resource.TestStep{{
						Config: acctest.ProviderBlock(a, fmt.Sprintf("api_version = %q", version)) + config,
						Check:  resource.ComposeAggregateTestCheckFunc(checks...),
					}},
				})
				if a.Stats().Requests[method+" /diagnostics/health"] == 0 {
					t.Errorf("the task was not started by %s", method)
				}
			})
		}
	}
}

// Each check alone makes the appliance unhealthy, and shows where.
func TestUnhealthy(t *testing.T) {
	managerFields := map[string]string{
		"dbError": "database", "lsError": "lookup_service", "ntpError": "ntp", "ssoAdminError": "sso_admin",
		"localReplicatorsLsMismatch": "replicator_lookup_service", "tunnelConnectivity": "tunnels.0.error",
	}
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			acctest.CurrentCLI(t)
			a := acctest.StartAppliances(t, acctest.TwoSites(service)...).Appliance("site-a")
			fields := map[string]string{}
			maps.Copy(fields, managerFields)
			if service == simulator.Cloud {
				fields["vcdError"], fields["managerError"] = "vcloud", "manager"
			}
			var steps []resource.TestStep
			ill := "dbError" // what the step before has made ill
			for field, attribute := range fields {
				cured := ill
				ill = field
				steps = append(steps, resource.TestStep{
					PreConfig: func() {
						a.SetHealthError(cured, "", "")
						a.SetHealthError(field, "Ill", "It hurts: "+field)
					},
					Config: acctest.ProviderBlock(a) + config,
					Check: resource.ComposeAggregateTestCheckFunc(
						is("healthy", "false"), is(attribute+".code", "Ill"), is(attribute+".msg", "It hurts: "+field),
					),
				})
			}
			steps = append(steps, resource.TestStep{
				PreConfig: func() { a.SetHealthError(ill, "", "") },
				Config:    acctest.ProviderBlock(a) + config,
				Check:     is("healthy", "true"),
			})
			resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: acctest.Factories(t), Steps: steps})
		})
	}
}

func TestReplicators(t *testing.T) {
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			acctest.CurrentCLI(t)
			a := acctest.StartAppliances(t, acctest.TwoSites(service)...).Appliance("site-a")
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(t),
				Steps: []resource.TestStep{
					{
						PreConfig: func() { a.SetReplicators([]string{"r1.example.com"}, nil) },
						Config:    acctest.ProviderBlock(a) + config,
						Check:     resource.ComposeAggregateTestCheckFunc(is("healthy", "true"), is("replicators.#", "1"), is("replicators.0.online", "true")),
					},
					{
						PreConfig: func() { a.SetReplicators([]string{"r1.example.com"}, []string{"r2.example.com"}) },
						Config:    acctest.ProviderBlock(a) + config,
						Check: resource.ComposeAggregateTestCheckFunc(
							is("healthy", "false"),
							is("replicators.#", "2"),
							is("replicators.0.id", "r2.example.com"),
							is("replicators.0.url", "https://r2.example.com:8043"),
							is("replicators.0.site", "site-a"),
							is("replicators.0.online", "false"),
							is("replicators.1.id", "r1.example.com"),
						),
					},
				},
			})
		})
	}
}

func TestErrors(t *testing.T) {
	for _, row := range []struct {
		name   string
		config string
		spoil  func(*simulator.Appliance)
		says   []string
	}{
		{
			name: "the task fails", config: config,
			spoil: func(a *simulator.Appliance) { a.FailNextTask("health", "Ill", "It hurts.") },
			says:  []string{"Unable to learn the health of the appliance", "failed: Ill: It hurts."},
		},
		{
			name: "the task takes too long", config: `data "vcda_health" "this" { timeouts = { read = "1s" } }`,
			spoil: func(a *simulator.Appliance) { a.FreezeTasks(true) },
			says:  []string{"when the wait for it ended. The operation timed out."},
		},
		{
			name: "a timeout that is none", config: `data "vcda_health" "this" { timeouts = { read = "soon" } }`,
			spoil: func(*simulator.Appliance) {},
			says:  []string{`"soon"`},
		},
		{
			name: "the answer is lost", config: config,
			spoil: func(a *simulator.Appliance) {
				a.Fault(simulator.Fault{Method: "POST", Path: "/diagnostics/health", Kind: simulator.DropResponse})
			},
			says: []string{"POST /diagnostics/health got no complete response"},
		},
		{
			name: "there is no result", config: config,
			spoil: func(a *simulator.Appliance) {
				a.Fault(simulator.Fault{Path: "/tasks/*", Kind: simulator.Body, Body: `{"id":"1","state":"SUCCEEDED","result":null}`})
			},
			says: []string{"the task has no health result of the documented form"},
		},
		{
			name: "the result is of another form", config: config,
			spoil: func(a *simulator.Appliance) {
				a.Fault(simulator.Fault{Path: "/tasks/*", Kind: simulator.Body, Body: `{"id":"1","state":"SUCCEEDED","result":{"tunnelConnectivity":"good"}}`})
			},
			says: []string{"the task has no health result of the documented form"},
		},
		{
			name: "there is no such call", config: config,
			spoil: func(a *simulator.Appliance) {
				a.Fault(simulator.Fault{Path: "/diagnostics/health", Kind: simulator.Status, Status: 404})
			},
			says: []string{"status 404", "POST /diagnostics/health"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			acctest.CurrentCLI(t)
			a := acctest.StartAppliances(t).Appliance("site-a")
			row.spoil(a)
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(t),
				Steps:                    []resource.TestStep{{Config: acctest.ProviderBlock(a) + row.config, ExpectError: acctest.MatchTexts(row.says...)}},
			})
			if n := a.Stats().Requests["POST /diagnostics/health"]; n > 1 {
				t.Errorf("one read has started %d tasks", n)
			}
		})
	}
}

// A problem of the Manager service beside a Cloud service shows too.
func TestManagerBesideCloud(t *testing.T) {
	acctest.CurrentCLI(t)
	a := acctest.StartAppliances(t, acctest.TwoSites(simulator.Cloud)...).Appliance("site-a")
	a.Fault(simulator.Fault{Path: "/tasks/*", Kind: simulator.Body, Body: `{"id":"1","state":"SUCCEEDED","result":{
		"lsError":{"code":"Own","msg":"","args":[7]},
		"tunnelConnectivity":[{"tunnelService":{"id":"t1","url":"https://t1"},"error":null}],
		"managerHealth":{
			"dbError":{"code":"Managers","msg":""},
			"lsError":{"code":"Managers","msg":""},
			"tunnelConnectivity":[
				{"tunnelService":{"id":"t1","url":"https://t1"},"error":{"code":"Managers","msg":""}},
				{"tunnelService":{"id":"t2","url":"https://t2"},"error":null}]}}}`})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{{
			Config: acctest.ProviderBlock(a) + config,
			Check: resource.ComposeAggregateTestCheckFunc(
				is("healthy", "false"), is("database.code", "Managers"), is("lookup_service.code", "Own"),
				is("tunnels.#", "2"), is("tunnels.0.error.code", "Managers"), is("tunnels.1.id", "t2"),
			),
		}},
	})
}
