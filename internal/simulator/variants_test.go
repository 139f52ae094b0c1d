package simulator_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestTask_naming(t *testing.T) {
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

func TestTask_withoutResultAndOfAnotherTime(t *testing.T) {
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
	if got := f.requireRefusal(http.StatusConflict, "Busy", remove); got.header.Get("Retry-After") != "7" {
		t.Errorf("header %v", got.header)
	}
	f.a.SetBusy(0, 0)
	f.must(http.StatusAccepted, remove, nil)
}

func TestDescriptions_tidied(t *testing.T) {
	f := start(t, simulator.Manager, func(o *simulator.ApplianceOptions) { o.TidyDescriptions = true })
	body := f.pairBody(f.b)
	body.Description = " two\r\nlines\r\n"
	f.must(f.acceptedStatus(), request{method: "POST", path: "/sites", body: body}, nil)
	f.clock.Advance(time.Minute)
	stored := func() string {
		f.must(http.StatusOK, request{method: "GET", path: "/sites"}, nil)
		return f.a.Sites()[0].Description
	}
	if got := stored(); got != "two\nlines" {
		t.Errorf("description %q", got)
	}
	body.Description = "\tthree "
	f.must(f.acceptedStatus(), request{method: "PUT", path: "/sites/" + f.a.Sites()[0].ID, body: body}, nil)
	f.clock.Advance(time.Minute)
	if got := stored(); got != "three" {
		t.Errorf("description %q", got)
	}
}

func TestWrites_serialized(t *testing.T) {
	eachFlavor(t, func(t *testing.T, service simulator.Service) {
		f := start(t, service, func(o *simulator.ApplianceOptions) { o.SerializeSiteWrites = true })
		key := f.a.Pair("site-b")
		remove := request{method: "DELETE", path: "/sites/" + key}
		f.must(http.StatusAccepted, remove, nil)
		f.requireRefusal(http.StatusConflict, "OperationInProgress", remove)
		f.requireRefusal(http.StatusConflict, "OperationInProgress", request{method: "POST", path: "/sites", body: f.pairBody(f.b)})
		f.clock.Advance(time.Minute)
		f.startPair()
	})
}

func TestSites_namelessUntrusted(t *testing.T) {
	f := start(t, simulator.Manager, func(o *simulator.ApplianceOptions) { o.NamelessUntrusted = true })
	f.a.Pair("site-b")
	name := func() any {
		var rows []map[string]any
		f.must(http.StatusOK, request{method: "GET", path: "/sites"}, &rows)
		return rows[1]["site"]
	}
	if got := name(); got != "site-b" {
		t.Errorf("name %v", got)
	}
	f.a.SetThumbprint("site-b", f.a.Thumbprint())
	if got := name(); got != nil {
		t.Errorf("name %v under a wrong thumbprint", got)
	}
}

func TestLists_variants(t *testing.T) {
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
