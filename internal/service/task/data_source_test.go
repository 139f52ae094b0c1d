package task_test

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
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

// threeTasks leaves a pair task that succeeded with a warning, a health task
// that failed and a pair task that goes on, in this order.
func threeTasks(t *testing.T, fixture *simulator.Fixture) {
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
	a.FailNextTask("health", "Ill", "It hurts.")
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

var moment = regexp.MustCompile(`^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`)

func TestTasks(t *testing.T) {
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			acctest.CurrentCLI(t)
			fixture := acctest.StartAppliances(t, acctest.TwoSites(service)...)
			threeTasks(t, fixture)
			a := fixture.Appliance("site-a")
			is, matches, no := resource.TestCheckResourceAttr, resource.TestMatchResourceAttr, resource.TestCheckNoResourceAttr
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(t),
				Steps: []resource.TestStep{{
					Config: acctest.ProviderBlock(a) + allTasks,
					Check: resource.ComposeAggregateTestCheckFunc(
						is("data.vcda_tasks.all", "tasks.#", "3"),
						is("data.vcda_tasks.all", "tasks.1.error.code", "Ill"),
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
						matches("data.vcda_task.succeeded", "started_at", moment),
						matches("data.vcda_task.succeeded", "updated_at", moment),
						matches("data.vcda_task.succeeded", "ended_at", moment),
						is("data.vcda_task.succeeded", "warnings.#", "1"),
						is("data.vcda_task.succeeded", "warnings.0", "SimulatedWarning: Mind the gap."),
						no("data.vcda_task.succeeded", "error.code"),

						is("data.vcda_task.failed", "state", "FAILED"),
						is("data.vcda_task.failed", "type", "health"),
						is("data.vcda_task.failed", "resource_name", "site-a"),
						is("data.vcda_task.failed", "error.code", "Ill"),
						is("data.vcda_task.failed", "error.msg", "It hurts."),
						is("data.vcda_task.failed", "warnings.#", "0"),

						is("data.vcda_task.open", "type", "pair"),
						matches("data.vcda_task.open", "started_at", moment),
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

func TestTasksOverPages(t *testing.T) {
	acctest.CurrentCLI(t)
	fixture := acctest.StartAppliances(t)
	a := fixture.Appliance("site-a")
	key, c := a.Pair("site-b"), client(t, a)
	b := fixture.Appliance("site-b")
	for range 101 {
		if _, err := c.Repair(t.Context(), key, vcda.PairRequest{APIURL: b.URL(), APIThumbprint: b.Thumbprint()}); err != nil {
			t.Fatal(err)
		}
	}
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{{
			Config: acctest.ProviderBlock(a) + `
data "vcda_tasks" "all" {}
data "vcda_tasks" "some" { limit = 101 }
output "distinct" { value = length(distinct(data.vcda_tasks.all.tasks[*].id)) }
`,
			Check: resource.ComposeAggregateTestCheckFunc(
				resource.TestCheckOutput("distinct", "101"),
				resource.TestCheckResourceAttr("data.vcda_tasks.some", "tasks.#", "101"),
			),
		}},
	})
	if requested(a, "/tasks?limit=1&offset=100") == 0 {
		t.Error("the second page asks for more than is wanted")
	}
}

func TestBadInput(t *testing.T) {
	acctest.CurrentCLI(t)
	fixture := acctest.StartAppliances(t)
	a := fixture.Appliance("site-a")
	var steps []resource.TestStep
	for _, bad := range []struct{ config, says string }{
		{`data "vcda_task" "t" {}`, `The argument "id" is required`},
		{`data "vcda_task" "t" { id = "" }`, `Attribute id string length must be at least 1`},
		{`data "vcda_task" "t" { id = "gone" }`, `The appliance answered status 404 TaskNotFound: Task gone was not found.`},
		{`data "vcda_tasks" "t" { state = "" }`, `Attribute state string length must be at least 1`},
		{`data "vcda_tasks" "t" { limit = 0 }`, `Attribute limit value must be between 1 and`},
		{`data "vcda_tasks" "t" { started_after = "yesterday" }`, `"yesterday" is not a time in RFC 3339 format`},
	} {
		steps = append(steps, resource.TestStep{Config: acctest.ProviderBlock(a) + bad.config, ExpectError: acctest.MatchTexts(bad.says)})
	}
	resource.Test(t, resource.TestCase{ProtoV6ProviderFactories: acctest.Factories(t), Steps: steps})
}

func TestHiddenTask(t *testing.T) {
	acctest.CurrentCLI(t)
	fixture := acctest.StartAppliances(t)
	threeTasks(t, fixture)
	a := fixture.Appliance("site-a")
	config := acctest.ProviderBlock(a) + `
data "vcda_tasks" "all" {}
%s
output "tasks" { value = length(data.vcda_tasks.all.tasks) }
`
	tasks, err := client(t, a).Tasks(t.Context(), vcda.TaskQuery{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	a.HideTasks(true)
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{
			{Config: fmt.Sprintf(config, ""), Check: resource.TestCheckOutput("tasks", "0")},
			{
				Config:      fmt.Sprintf(config, fmt.Sprintf("data \"vcda_task\" \"t\" { id = %q }", tasks[0].ID)),
				ExpectError: acctest.MatchTexts("Forbidden: Permission denied."),
			},
		},
	})
}
