package health_test

import (
	"fmt"
	"maps"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestMain(m *testing.M) { acctest.Main(m) }

const healthType = "vcda_health"

func startAppliance(t *testing.T, service simulator.Service) *simulator.Appliance {
	t.Helper()
	return acctest.StartAppliances(t, acctest.TwoSites(service)...).Appliance("site-a")
}

// readHealth reads the data source and fails the test on any error.
func readHealth(t *testing.T, p *direct.Provider) direct.Values {
	t.Helper()
	health, diags := p.ReadData(t, healthType, direct.Values{})
	if errors := diags.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	return health
}

// requireValues fails the test for each value that differs.
func requireValues(t *testing.T, got, want direct.Values) {
	t.Helper()
	for name, value := range want {
		if fmt.Sprint(got[name]) != fmt.Sprint(value) {
			t.Errorf("%s = %v, want %v", name, got[name], value)
		}
	}
}

// elements returns the objects of a list.
func elements(t *testing.T, health direct.Values, name string) (objects []direct.Values) {
	t.Helper()
	list, _ := health[name].([]any)
	for _, element := range list {
		object, _ := element.(direct.Values)
		objects = append(objects, object)
	}
	return objects
}

var healthChecks = []string{"database", "lookup_service", "ntp", "sso_admin", "replicator_lookup_service", "vcloud", "manager"}

func TestDataSource_healthyAppliance(t *testing.T) {
	t.Parallel()
	rfc3339 := regexp.MustCompile(`^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)
	for _, service := range acctest.Services {
		for version, method := range map[string]string{"4.5": "GET", "4.6": "GET", "4.7": "POST"} {
			t.Run(string(service)+" "+version, func(t *testing.T) {
				t.Parallel()
				a := startAppliance(t, service)
				health := readHealth(t, acctest.Connect(t, a, direct.Values{"api_version": version}))
				requireValues(t, health, direct.Values{
					"healthy": true, "product_name": "VMware Cloud Director Availability", "build_date": "2025-06-01T00:00:00Z", "address": a.URL(),
					"disk_usage": direct.Values{"free": 6442450944, "usable": 5368709120, "total": 10737418240},
				})
				for _, name := range []string{"current_time", "service_boot_time", "appliance_boot_time"} {
					if text, _ := health[name].(string); !rfc3339.MatchString(text) {
						t.Errorf("%s = %v", name, health[name])
					}
				}
				for _, name := range []string{"build_version", "instance_id", "runtime_id"} {
					if text, _ := health[name].(string); text == "" {
						t.Errorf("%s is missing", name)
					}
				}
				for _, name := range healthChecks {
					if health[name] != nil {
						t.Errorf("%s = %v, want null", name, health[name])
					}
				}
				tunnels := elements(t, health, "tunnels")
				if len(tunnels) != 1 || tunnels[0]["id"] == nil || tunnels[0]["url"] != "https://tunnel.example.com:8047" || tunnels[0]["error"] != nil {
					t.Errorf("tunnels = %v", tunnels)
				}
				if replicators := elements(t, health, "replicators"); len(replicators) > 0 {
					t.Errorf("replicators = %v", replicators)
				}
				if a.Stats().Requests[method+" /diagnostics/health"] != 1 {
					t.Errorf("the task was not started by %s: %v", method, a.Stats().Requests)
				}
			})
		}
	}
}

// TestDataSource_commandLine reads it by the command line, in a plan and an apply.
func TestDataSource_commandLine(t *testing.T) {
	acctest.CurrentCLI(t)
	t.Parallel()
	a := startAppliance(t, simulator.Cloud)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{{
			Config: acctest.ProviderBlock(a) + "data \"vcda_health\" \"this\" {\n  timeouts = { read = \"1m\" }\n}\n",
			Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestCheckResourceAttr("data.vcda_health.this", "healthy", "true"),
				resource.TestCheckResourceAttr("data.vcda_health.this", "disk_usage.free", "6442450944"),
				resource.TestCheckResourceAttr("data.vcda_health.this", "timeouts.read", "1m"),
			),
		}},
	})
}

// TestDataSource_failedCheck: each failed check alone makes the appliance unhealthy.
func TestDataSource_failedCheck(t *testing.T) {
	t.Parallel()
	managerChecks := map[string]string{
		"dbError": "database", "lsError": "lookup_service", "ntpError": "ntp", "ssoAdminError": "sso_admin",
		"localReplicatorsLsMismatch": "replicator_lookup_service", "tunnelConnectivity": "tunnels",
	}
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			a := startAppliance(t, service)
			checks := maps.Clone(managerChecks)
			if service == simulator.Cloud {
				checks["vcdError"], checks["managerError"] = "vcloud", "manager"
			}
			p := acctest.Connect(t, a, nil)
			for field, name := range checks {
				a.SetHealthError(field, "Failed", "It failed: "+field)
				health := readHealth(t, p)
				a.SetHealthError(field, "", "")
				got := health[name]
				if name == "tunnels" {
					got = elements(t, health, name)[0]["error"]
				}
				if want := (direct.Values{"code": "Failed", "msg": "It failed: " + field}); fmt.Sprint(got) != fmt.Sprint(want) || health["healthy"] != false {
					t.Errorf("%s = %v, want %v; healthy = %v", name, got, want, health["healthy"])
				}
			}
			if readHealth(t, p)["healthy"] != true {
				t.Error("the appliance is not healthy after the last error")
			}
		})
	}
}

func TestDataSource_replicators(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			a := startAppliance(t, service)
			p := acctest.Connect(t, a, nil)
			a.SetReplicators([]string{"r1.example.com"}, nil)
			health := readHealth(t, p)
			if replicators := elements(t, health, "replicators"); health["healthy"] != true || len(replicators) != 1 || replicators[0]["online"] != true {
				t.Errorf("healthy = %v, replicators = %v", health["healthy"], replicators)
			}
			a.SetReplicators([]string{"r1.example.com"}, []string{"r2.example.com"})
			health = readHealth(t, p)
			replicators := elements(t, health, "replicators")
			if health["healthy"] != false || len(replicators) != 2 {
				t.Fatalf("healthy = %v, replicators = %v", health["healthy"], replicators)
			}
			requireValues(t, replicators[0], direct.Values{"id": "r2.example.com", "url": "https://r2.example.com:8043", "site": "site-a", "online": false})
			requireValues(t, replicators[1], direct.Values{"id": "r1.example.com", "online": true})
		})
	}
}

func TestDataSource_taskFails(t *testing.T) {
	t.Parallel()
	result := func(text string) simulator.Fault {
		return simulator.Fault{Path: "/tasks/*", Kind: simulator.Body, Body: `{"id":"1","state":"SUCCEEDED","result":` + text + `}`}
	}
	for name, test := range map[string]struct {
		spoil func(*simulator.Appliance)
		want  []string
	}{
		"task failed": {
			func(a *simulator.Appliance) { a.FailNextTask("health", "Failed", "It failed.") },
			[]string{"Unable to read the appliance's health", "failed: Failed: It failed."},
		},
		"response lost": {
			func(a *simulator.Appliance) {
				a.Fault(simulator.Fault{Method: "POST", Path: "/diagnostics/health", Kind: simulator.DropResponse})
			},
			[]string{"POST /diagnostics/health"},
		},
		"no result": {
			func(a *simulator.Appliance) { a.Fault(result("null")) },
			[]string{"the task has no health result of the documented form"},
		},
		"result of another form": {
			func(a *simulator.Appliance) { a.Fault(result(`{"tunnelConnectivity":"good"}`)) },
			[]string{"the task has no health result of the documented form"},
		},
		"unknown call": {
			func(a *simulator.Appliance) {
				a.Fault(simulator.Fault{Path: "/diagnostics/health", Kind: simulator.Status, Status: 404})
			},
			[]string{"status 404", "POST /diagnostics/health"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := startAppliance(t, simulator.Manager)
			test.spoil(a)
			_, diags := acctest.Connect(t, a, nil).ReadData(t, healthType, direct.Values{})
			if len(diags.Errors()) != 1 {
				t.Fatalf("errors %q, want 1", diags.Errors())
			}
			acctest.RequireTexts(t, diags.Errors()[0], test.want...)
			if n := a.Stats().Requests["POST /diagnostics/health"]; n > 1 {
				t.Errorf("one read has started %d tasks", n)
			}
		})
	}
}

func TestDataSource_timeout(t *testing.T) {
	t.Parallel()
	a := startAppliance(t, simulator.Manager)
	a.FreezeTasks(true)
	p := acctest.ConnectAt(t, clocktest.New(), a, nil)
	_, diags := p.ReadData(t, healthType, direct.Values{"timeouts": direct.Values{"read": "1s"}})
	if len(diags.Errors()) != 1 {
		t.Fatalf("errors %q, want 1", diags.Errors())
	}
	acctest.RequireTexts(t, diags.Errors()[0], "Unable to read the appliance's health", "The operation timed out.")
	if errors := p.ValidateData(t, healthType, direct.Values{"timeouts": direct.Values{"read": "soon"}}).Errors(); len(errors) != 1 {
		t.Errorf("errors %q for a timeout that is no duration", errors)
	}
}

// TestDataSource_managerOfCloud: the errors of the Manager service that belongs to a
// Cloud service are shown too.
func TestDataSource_managerOfCloud(t *testing.T) {
	t.Parallel()
	a := startAppliance(t, simulator.Cloud)
	a.Fault(simulator.Fault{Path: "/tasks/*", Kind: simulator.Body, Body: `{"id":"1","state":"SUCCEEDED","result":{
		"lsError":{"code":"Own","msg":"","args":[7]},
		"tunnelConnectivity":[{"tunnelService":{"id":"t1","url":"https://t1"},"error":null}],
		"managerHealth":{
			"dbError":{"code":"Managers","msg":""},
			"lsError":{"code":"Managers","msg":""},
			"tunnelConnectivity":[
				{"tunnelService":{"id":"t1","url":"https://t1"},"error":{"code":"Managers","msg":""}},
				{"tunnelService":{"id":"t2","url":"https://t2"},"error":null}]}}}`})
	health := readHealth(t, acctest.Connect(t, a, nil))
	requireValues(t, health, direct.Values{
		"healthy": false, "database": direct.Values{"code": "Managers", "msg": ""}, "lookup_service": direct.Values{"code": "Own", "msg": ""},
	})
	tunnels := elements(t, health, "tunnels")
	if len(tunnels) != 2 {
		t.Fatalf("tunnels = %v", tunnels)
	}
	requireValues(t, tunnels[0], direct.Values{"error": direct.Values{"code": "Managers", "msg": ""}})
	requireValues(t, tunnels[1], direct.Values{"id": "t2"})
}
