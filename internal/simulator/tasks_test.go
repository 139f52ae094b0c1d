package simulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func (f *fixture) startPair() task {
	f.t.Helper()
	var started task
	f.must(f.acceptedStatus(), request{method: "POST", path: "/sites", body: f.pairBody(f.b)}, &started)
	return started
}

func (f *fixture) task(id string) task {
	f.t.Helper()
	var got task
	f.must(http.StatusOK, request{method: "GET", path: "/tasks/" + id}, &got)
	return got
}

func TestTask_lifeCycle(t *testing.T) {
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := start(t, service)
		began := f.clock.Now().UnixMilli()
		started := f.startPair()
		if named := started.Site != nil; named != (service == simulator.Cloud) {
			t.Errorf("the first answer names a site: %v", named)
		}
		for _, row := range []struct {
			after    time.Duration
			state    string
			progress int
			ended    bool
		}{
			{0, "QUEUED", 0, false},
			{time.Second, "RUNNING", 10, false},
			{4 * time.Second, "RUNNING", 50, false},
			{4900 * time.Millisecond, "RUNNING", 99, false},
			{100 * time.Millisecond, "SUCCEEDED", 100, true},
			{time.Hour / 3, "SUCCEEDED", 100, true},
		} {
			f.clock.Advance(row.after)
			got := f.task(started.ID)
			if got.State != row.state || got.Progress != row.progress || (got.EndTime != -1) != row.ended || (got.Result != nil) != row.ended {
				t.Errorf("want %+v, got %+v", row, got)
			}
			if got.StartTime != began || got.Error != nil || got.Warnings == nil || got.Site == nil || *got.Site != "site-a" {
				t.Errorf("got %+v", got)
			}
			if row.ended && got.EndTime != began+10_000 {
				t.Errorf("ended after %d ms", got.EndTime-began)
			}
		}
		f.requireNoViolation()
	})
}

func TestTask_names(t *testing.T) {
	type workflow struct{ Type, ResourceType, ResourceID, ResourceName string }
	f := start(t, simulator.Cloud)
	if diff := cmp.Diff(workflow{"pair", "site", "site-b", ""}, workflow(f.startPair().WorkflowInfo)); diff != "" {
		t.Error(diff)
	}
	f = start(t, simulator.Manager)
	started := f.startPair()
	done := f.settle(started.ID)
	if diff := cmp.Diff(workflow{"pair", "site", done.Result.ID, f.b.URL()}, workflow(started.WorkflowInfo)); diff != "" {
		t.Error(diff)
	}
	if *done.ResultType != "ManagerPeerInfo" {
		t.Errorf("result type %s", *done.ResultType)
	}
}

func TestTask_effectNeedsNoPolling(t *testing.T) {
	f := start(t, simulator.Manager)
	f.startPair()
	if len(f.peers()) != 0 {
		t.Error("the site is there before the task ended")
	}
	f.clock.Advance(10 * time.Second)
	if len(f.peers()) != 1 {
		t.Error("the site is missing after the task's time")
	}
}

func TestTask_switches(t *testing.T) {
	f := start(t, simulator.Manager)
	f.a.FailNextTask("pair", "", "")
	f.a.WarnNextTask("mind the gap")
	f.a.FailNextTask("unpair", "Later", "Not yet.")
	done := f.settle(f.startPair().ID)
	if done.State != "FAILED" || done.Error != nil || len(done.Warnings) != 1 || len(f.peers()) != 0 {
		t.Errorf("got %+v", done)
	}
	f.a.SetTaskState("PONDERING")
	f.a.ReverseProgress(true)
	started := f.startPair()
	f.clock.Advance(2 * time.Second)
	first := f.task(started.ID)
	f.clock.Advance(2 * time.Second)
	if second := f.task(started.ID); first.State != "PONDERING" || second.Progress >= first.Progress {
		t.Errorf("first %+v, second %+v", first, second)
	}
	f.a.FreezeTasks(true)
	f.clock.Advance(time.Minute)
	if got := f.task(started.ID); got.State != "PONDERING" || len(f.peers()) != 0 {
		t.Errorf("a frozen task went on: %+v", got)
	}
	f.a.FreezeTasks(false)
	f.requireSuccess(f.task(started.ID))
	f.a.SetTaskDuration(time.Hour)
	var unpair task
	f.must(http.StatusAccepted, request{method: "DELETE", path: "/sites/" + f.a.Sites()[0].ID}, &unpair)
	if got := f.settle(unpair.ID); got.State == "FAILED" {
		t.Error("the new duration doesn't count")
	}
}

func TestTask_forgottenStillActs(t *testing.T) {
	for name, forget := range map[string]func(*fixture){
		"vanish":  func(f *fixture) { f.a.ForgetTasks() },
		"restart": func(f *fixture) { f.a.Restart(); f.token = f.login(f.a) },
	} {
		t.Run(name, func(t *testing.T) {
			f := start(t, simulator.Manager)
			started := f.startPair()
			forget(f)
			f.requireRefusal(http.StatusNotFound, "TaskNotFound", request{method: "GET", path: "/tasks/" + started.ID})
			f.clock.Advance(10 * time.Second)
			if len(f.peers()) != 1 {
				t.Error("the pairing is missing")
			}
		})
	}
}

func TestTask_visibility(t *testing.T) {
	f := start(t, simulator.Cloud)
	started := f.startPair()
	read := request{method: "GET", path: "/tasks/" + started.ID}
	admin := f.withToken(f.loginAs(f.a, map[string]any{"type": "vcdCredentials", "vcdUser": "administrator@System", "vcdPassword": "Simulator-vcd-1"}))
	tenant := f.withToken(f.loginAs(f.a, map[string]any{"type": "vcdCredentials", "vcdUser": "tenant@acme", "vcdPassword": "Simulator-tenant-1"}))
	admin.must(http.StatusOK, read, nil)
	tenant.requireRefusal(http.StatusForbidden, "Forbidden", read)
	tenant.requireRefusal(http.StatusForbidden, "Forbidden", request{method: "GET", path: "/tasks?user=root"})
	if n := tenant.list("").Total; n != 0 {
		t.Errorf("a tenant sees %d tasks", n)
	}
	f.a.HideTasks(true)
	f.requireRefusal(http.StatusForbidden, "Forbidden", read)
	if n := f.list("").Total; n != 0 {
		t.Errorf("%d hidden tasks are listed", n)
	}
	f.a.HideTasks(false)
	f.must(http.StatusOK, read, nil)
	f.requireRefusal(http.StatusNotFound, "TaskNotFound", request{method: "GET", path: "/tasks/no-such"})
}

type page struct {
	Items                []task
	Total, Offset, Limit int
}

func (f *fixture) list(query string) page {
	f.t.Helper()
	var got page
	f.must(http.StatusOK, request{method: "GET", path: "/tasks" + query}, &got)
	return got
}

// withTasks starts tasks: t0 paired, t1 failed a second later, t2 runs.
func withTasks(t *testing.T) (f *fixture, ids []string, times []int64) {
	f = start(t, simulator.Cloud)
	begin := func(r request) {
		var got task
		if err := json.Unmarshal(f.do(r).body, &got); err != nil {
			t.Fatal(err)
		}
		ids, times = append(ids, got.ID), append(times, got.StartTime)
		f.clock.Advance(20 * time.Second)
	}
	operation := http.Header{"operationID": {"terraform-1"}}
	begin(request{method: "POST", path: "/sites", body: f.pairBody(f.b), header: operation})
	begin(request{method: "POST", path: "/sites", body: f.pairBody(f.b)})
	f.a.SetTaskDuration(10 * time.Minute)
	begin(request{method: "DELETE", path: "/sites/site-b"})
	return f, ids, times
}

func TestTasks_filters(t *testing.T) {
	f, ids, times := withTasks(t)
	for query, want := range map[string][]int{
		"":                              {2, 1, 0},
		"?ids=" + ids[0] + "," + ids[2]: {2, 0},
		"?state=FAILED":                 {1},
		"?user=root":                    {2, 1, 0},
		"?user=nobody":                  {},
		"?type=unpair":                  {2},
		"?resourceId=site-b&type=pair":  {1, 0},
		"?resourceName=site-b":          {2},
		"?resourceType=appliance":       {},
		"?operationID=terraform-1":      {0},
		"?sourceOrg=acme":               {},
		"?site=site-a":                  {2, 1, 0},

		fmt.Sprintf("?startTimeAfter=%d", times[1]):  {2, 1},
		fmt.Sprintf("?startTimeBefore=%d", times[1]): {1, 0},
		fmt.Sprintf("?endTimeAfter=%d", times[1]):    {1},
		fmt.Sprintf("?endTimeBefore=%d", times[1]):   {0},

		"?sort=startTime":                {0, 1, 2},
		"?sort=startTime-":               {2, 1, 0},
		"?sort=state,startTime-":         {1, 2, 0},
		"?sort=user,endTime,lastUpdated": {2, 0, 1},
		"?limit=1":                       {2},
		"?limit=1&offset=1":              {1},
		"?offset=7":                      {},
	} {
		got := []string{}
		answer := f.list(query)
		for _, item := range answer.Items {
			got = append(got, item.ID)
		}
		wanted := []string{}
		for _, i := range want {
			wanted = append(wanted, ids[i])
		}
		if diff := cmp.Diff(wanted, got); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
		if answer.Items == nil || !strings.Contains(query, "=") && (answer.Total != 3 || answer.Limit != 100) {
			t.Errorf("%s: page %+v", query, answer)
		}
	}
	if got := f.list("?limit=500"); got.Limit != 100 {
		t.Errorf("the limit is %d", got.Limit)
	}
	if got := f.list("?limit=1&offset=1"); got.Total != 3 || got.Offset != 1 || got.Limit != 1 {
		t.Errorf("page %+v", got)
	}
	f.requireNoViolation()
	for _, query := range []string{"?limit=x", "?offset=-1", "?startTimeAfter=yesterday", "?sort=color"} {
		f.requireRefusal(http.StatusBadRequest, "BadUserInput", request{method: "GET", path: "/tasks" + query})
	}
	if s := f.a.Stats(); s.Polls != s.Requests["GET /tasks"] || s.Polls == 0 {
		t.Errorf("polls %d", s.Polls)
	}
}

// TestTasks_endInTheirOrder: a task that starts later may end earlier, and frozen tasks that are due end when
// FreezeTasks is off.
func TestTasks_endInTheirOrder(t *testing.T) {
	f := start(t, simulator.Manager)
	pair := request{method: "POST", path: "/sites", body: f.pairBody(f.b)}
	var slow, quick task
	f.must(http.StatusAccepted, pair, &slow)
	f.a.SetTaskDuration(time.Second)
	f.must(http.StatusAccepted, pair, &quick)
	f.a.FreezeTasks(true)
	if got := f.settle(slow.ID); got.State != "RUNNING" {
		t.Errorf("a frozen task is %s", got.State)
	}
	f.a.FreezeTasks(false)
	if got := f.settle(quick.ID); got.State != "SUCCEEDED" {
		t.Errorf("the task that ends first is %s", got.State)
	}
	if got := f.settle(slow.ID); got.Error == nil || got.Error.Code != "SiteAlreadyPaired" {
		t.Errorf("the task that ends last is %+v", got)
	}
}
