package task_test

import (
	"context"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestMain(m *testing.M) { acctest.Main(m) }

func client(t *testing.T, a *simulator.Appliance) *vcda.Client {
	t.Helper()
	base, err := url.Parse(a.URL())
	if err != nil {
		t.Fatal(err)
	}
	root := a.Accounts().LocalUsers[0]
	c, err := vcda.New(vcda.Options{
		Transport: rest.Options{BaseURL: base, Trust: tlsutil.Trust{CACertificate: a.CertificatePEM()}, RequestTimeout: time.Minute},
		Login:     vcda.LocalUser{Username: root.Username, Password: root.Password},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Logout(context.Background()) })
	return c
}

// runThreeTasks leaves three tasks: a pair task that succeeded with a warning, a health task that failed, and a pair
// task that still runs.
func runThreeTasks(t *testing.T, fixture *simulator.Fixture) {
	t.Helper()
	a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
	c := client(t, a)
	request := vcda.PairRequest{APIURL: b.URL(), APIThumbprint: b.Thumbprint()}
	if a.Service() == simulator.Cloud {
		request.Site = "site-b"
	}
	pair := func() vcda.Task {
		task, err := c.Pair(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		return task
	}
	a.WarnNextTask("Mind the gap.")
	if _, err := c.Wait(t.Context(), pair()); err != nil {
		t.Fatal(err)
	}
	a.FailNextTask("health", "Failed", "It failed.")
	if _, err := c.Health(t.Context()); err == nil {
		t.Fatal("the health task did not fail")
	}
	a.Unpair("site-b")
	a.FreezeTasks(true)
	pair()
	a.ResetStats()
}

const allTasks = `
data "vcda_tasks" "all" {}
data "vcda_tasks" "succeeded" {
  state         = "SUCCEEDED"
  type          = "pair"
  resource_type = "site"
  resource_id   = data.vcda_tasks.all.tasks[2].resource_id
  started_after = timeadd(plantimestamp(), "-1h")
}
data "vcda_tasks" "failed" { state = "FAILED" }
data "vcda_tasks" "newest" { limit = 1 }
data "vcda_tasks" "late" { started_after = "2999-01-31T08:00:00+01:00" }
data "vcda_tasks" "none" { resource_type = "replication" }
data "vcda_task" "succeeded" { id = data.vcda_tasks.succeeded.tasks[0].id }
data "vcda_task" "failed" { id = data.vcda_tasks.failed.tasks[0].id }
data "vcda_task" "open" { id = data.vcda_tasks.newest.tasks[0].id }
`

var rfc3339 = regexp.MustCompile(`^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)

// TestTasks_commandLine reads both data sources by the command line.
func TestTasks_commandLine(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			acctest.CurrentCLI(t)
			fixture := acctest.StartAppliances(t, acctest.TwoSites(service)...)
			runThreeTasks(t, fixture)
			a := fixture.Appliance("site-a")
			is, matches, no := resource.TestCheckResourceAttr, resource.TestMatchResourceAttr, resource.TestCheckNoResourceAttr
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(t),
				Steps: []resource.TestStep{{
					Config: acctest.ProviderBlock(a) + allTasks,
					Check: resource.ComposeAggregateTestCheckFunc(
						is("data.vcda_tasks.all", "tasks.#", "3"),
						is("data.vcda_tasks.all", "tasks.1.error.code", "Failed"),
						is("data.vcda_tasks.succeeded", "tasks.#", "1"),
						is("data.vcda_tasks.failed", "tasks.#", "1"),
						is("data.vcda_tasks.newest", "tasks.#", "1"),
						is("data.vcda_tasks.late", "tasks.#", "0"),
						is("data.vcda_tasks.none", "tasks.#", "0"),

						is("data.vcda_task.succeeded", "state", "SUCCEEDED"),
						is("data.vcda_task.succeeded", "type", "pair"),
						is("data.vcda_task.succeeded", "resource_type", "site"),
						is("data.vcda_task.succeeded", "user", "root"),
						is("data.vcda_task.succeeded", "site", "site-a"),
						is("data.vcda_task.succeeded", "progress", "100"),
						matches("data.vcda_task.succeeded", "started_at", rfc3339),
						matches("data.vcda_task.succeeded", "updated_at", rfc3339),
						matches("data.vcda_task.succeeded", "ended_at", rfc3339),
						is("data.vcda_task.succeeded", "warnings.#", "1"),
						is("data.vcda_task.succeeded", "warnings.0", "SimulatedWarning: Mind the gap."),
						no("data.vcda_task.succeeded", "error.code"),

						is("data.vcda_task.failed", "state", "FAILED"),
						is("data.vcda_task.failed", "type", "health"),
						is("data.vcda_task.failed", "resource_name", "site-a"),
						is("data.vcda_task.failed", "error.code", "Failed"),
						is("data.vcda_task.failed", "error.msg", "It failed."),
						is("data.vcda_task.failed", "warnings.#", "0"),

						is("data.vcda_task.open", "type", "pair"),
						matches("data.vcda_task.open", "started_at", rfc3339),
						no("data.vcda_task.open", "ended_at"),
					),
				}},
			})
			if asked := requested(a, "/tasks?limit=1&offset=0"); asked == 0 {
				t.Error("the limit was not sent")
			}
		})
	}
}

// requested counts the requests for a path with its query.
func requested(a *simulator.Appliance, path string) (n int) {
	for _, r := range a.Requests() {
		if r.Path == path {
			n++
		}
	}
	return n
}

func TestTasks_severalPages(t *testing.T) {
	t.Parallel()
	fixture := acctest.StartAppliances(t)
	a := fixture.Appliance("site-a")
	key, c := a.Pair("site-b"), client(t, a)
	b := fixture.Appliance("site-b")
	for range 101 {
		if _, err := c.Repair(t.Context(), key, vcda.PairRequest{APIURL: b.URL(), APIThumbprint: b.Thumbprint()}); err != nil {
			t.Fatal(err)
		}
	}
	p := acctest.Connect(t, a, nil)
	for _, config := range []direct.Values{{}, {"limit": 101}} {
		ids := map[any]bool{}
		for _, task := range readTasks(t, p, config) {
			ids[task["id"]] = true
		}
		if len(ids) != 101 {
			t.Errorf("%v: %d distinct tasks, want 101", config, len(ids))
		}
	}
	if requested(a, "/tasks?limit=1&offset=100") == 0 {
		t.Error("the second page asks for more tasks than the limit")
	}
}

// readTasks reads vcda_tasks and fails the test on any error.
func readTasks(t *testing.T, p *direct.Provider, config direct.Values) (tasks []direct.Values) {
	t.Helper()
	values, diags := p.ReadData(t, "vcda_tasks", config)
	if errors := diags.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	list, _ := values["tasks"].([]any)
	for _, element := range list {
		task, _ := element.(direct.Values)
		tasks = append(tasks, task)
	}
	return tasks
}

func TestValidate_badConfiguration(t *testing.T) {
	t.Parallel()
	p := acctest.Connect(t, acctest.StartAppliances(t).Appliance("site-a"), nil)
	for _, test := range []struct {
		name   string
		config direct.Values
		want   string
	}{
		{"vcda_task", direct.Values{}, `id: Missing Configuration for Required Attribute`},
		{"vcda_task", direct.Values{"id": ""}, `Attribute id string length must be at least 1`},
		{"vcda_tasks", direct.Values{"state": ""}, `Attribute state string length must be at least 1`},
		{"vcda_tasks", direct.Values{"limit": 0}, `Attribute limit value must be between 1 and`},
		{"vcda_tasks", direct.Values{"started_after": "yesterday"}, "Invalid started_after: The value can't be used: it must be a time in RFC 3339 format"},
	} {
		errors := p.ValidateData(t, test.name, test.config).Errors()
		if len(errors) != 1 {
			t.Errorf("%s %v: errors %q, want 1", test.name, test.config, errors)
			continue
		}
		acctest.RequireTexts(t, errors[0], test.want)
	}
}

func TestTask_unknown(t *testing.T) {
	t.Parallel()
	p := acctest.Connect(t, acctest.StartAppliances(t).Appliance("site-a"), nil)
	_, diags := p.ReadData(t, "vcda_task", direct.Values{"id": "gone"})
	if len(diags.Errors()) != 1 {
		t.Fatalf("errors %q, want 1", diags.Errors())
	}
	acctest.RequireTexts(t, diags.Errors()[0], "Unable to read the task", "status 404 TaskNotFound: Task gone was not found.")
}

// TestTask_ofOtherUser: a task of another user is missing in the list, and refused by
// its ID.
func TestTask_ofOtherUser(t *testing.T) {
	t.Parallel()
	fixture := acctest.StartAppliances(t)
	runThreeTasks(t, fixture)
	a := fixture.Appliance("site-a")
	p := acctest.Connect(t, a, nil)
	id := readTasks(t, p, direct.Values{"limit": 1})[0]["id"]
	a.HideTasks(true)
	if tasks := readTasks(t, p, direct.Values{}); len(tasks) > 0 {
		t.Errorf("listed: %v", tasks)
	}
	_, diags := p.ReadData(t, "vcda_task", direct.Values{"id": id})
	if len(diags.Errors()) != 1 {
		t.Fatalf("errors %q, want 1", diags.Errors())
	}
	acctest.RequireTexts(t, diags.Errors()[0], "Forbidden: Permission denied.")
}
