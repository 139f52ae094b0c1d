package simulator_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestTaskNaming(t *testing.T) {
	for naming, want := range map[simulator.TaskNaming]string{
		simulator.NamedBySite: `"site-b" ""`,
		simulator.Unnamed:     `"" ""`,
	} {
		f := start(t, simulator.Manager)
		f.a.SetTaskNaming(naming)
		info := f.startPair()
		if got := fmt.Sprintf("%q %q", info.WorkflowInfo.ResourceID, info.WorkflowInfo.ResourceName); got != want {
			t.Errorf("naming %d: %s, not %s", naming, got, want)
		}
	}
	f := start(t, simulator.Cloud)
	f.a.SetTaskNaming(simulator.NoWorkflowInfo)
	if info := f.startPair(); info.WorkflowInfo.ResourceID != "" || info.WorkflowInfo.Type != "" {
		t.Errorf("the task says %+v", info.WorkflowInfo)
	}
	f = start(t, simulator.Cloud)
	f.a.SetTaskNaming(simulator.Unnamed)
	if info := f.startPair(); info.WorkflowInfo.ResourceID != "site-b" {
		t.Errorf("the Cloud service names %q", info.WorkflowInfo.ResourceID)
	}
}

func TestTasksWithoutResultAndOfAnotherTime(t *testing.T) {
	f := start(t, simulator.Manager)
	f.a.OmitTaskResults(true)
	f.a.WarnNextTaskWith(map[string]int{"limit": 3})
	task := f.startPair()
	f.clock.Advance(time.Minute)
	ended := f.task(task.ID)
	if ended.Result != nil || len(ended.Warnings) != 1 {
		t.Errorf("got %+v", ended)
	}
	f.a.AgeTasks(time.Hour)
	if aged := f.task(task.ID); aged.EndTime != ended.EndTime-time.Hour.Milliseconds() {
		t.Errorf("ended at %d, before that at %d", aged.EndTime, ended.EndTime)
	}
}

func TestBusy(t *testing.T) {
	f := start(t, simulator.Cloud)
	f.a.Pair("site-b")
	f.a.SetBusy(http.StatusConflict, 7)
	remove := request{method: "DELETE", path: "/sites/site-b"}
	f.must(http.StatusAccepted, remove, nil)
	if got := f.refused(http.StatusConflict, "Busy", remove); got.header.Get("Retry-After") != "7" {
		t.Errorf("header %v", got.header)
	}
	f.a.SetBusy(0, 0)
	f.must(http.StatusAccepted, remove, nil)
}

func TestListVariants(t *testing.T) {
	f := start(t, simulator.Manager)
	list := func() int {
		var rows []map[string]any
		f.must(http.StatusOK, request{method: "GET", path: "/sites"}, &rows)
		return len(rows)
	}
	f.a.ListEarly(true)
	f.startPair()
	if n := list(); n != 2 {
		t.Errorf("%d rows while the pairing runs", n)
	}
	f.clock.Advance(time.Minute)
	if n := list(); n != 2 {
		t.Errorf("%d rows after it", n)
	}
	f.a.ListTwice(true)
	if n := list(); n != 4 {
		t.Errorf("%d rows, each twice", n)
	}
	f.a.LimitTaskPages(1)
	var page struct{ Limit int }
	f.must(http.StatusOK, request{method: "GET", path: "/tasks"}, &page)
	if page.Limit != 1 {
		t.Errorf("pages of %d tasks", page.Limit)
	}
}
