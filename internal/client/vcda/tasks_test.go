package vcda

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// healthTasks starts n tasks, a second apart, and returns their ids, the newest
// first.
func (f *fixture) healthTasks(n int) []string {
	f.t.Helper()
	var ids []string
	for range n {
		task, err := f.start(f.t.Context(), rest.Request{Method: http.MethodPost, Path: "/diagnostics/health"})
		if err != nil {
			f.t.Fatal(err)
		}
		ids = append(ids, task.ID)
		f.clock.advance(time.Second)
	}
	slices.Reverse(ids)
	return ids
}

func idsOf(tasks []Task) []string {
	var ids []string
	for _, task := range tasks {
		ids = append(ids, task.ID)
	}
	return ids
}

func TestTasks_manyPages(t *testing.T) {
	f := start(t, Manager)
	all := f.healthTasks(230)
	for limit, want := range map[int]struct{ tasks, calls int }{0: {230, 3}, 1: {1, 1}, 99: {99, 1}, 100: {100, 1}, 101: {101, 2}, 230: {230, 3}, 1000: {230, 3}} {
		f.a.ResetStats()
		tasks, err := f.Tasks(t.Context(), TaskQuery{Limit: limit})
		if err != nil || f.a.Stats().Requests["GET /tasks"] != want.calls {
			t.Errorf("limit %d: error %v, %v, want %d calls", limit, err, f.a.Stats().Requests, want.calls)
		}
		if diff := cmp.Diff(all[:want.tasks], idsOf(tasks)); diff != "" {
			t.Errorf("limit %d: %s", limit, diff)
		}
	}
}

func TestTasks_filters(t *testing.T) {
	forEachService(t, func(t *testing.T, service Service) {
		f := start(t, service)
		health := f.healthTasks(3)
		before := f.clock.Now()
		pair := f.startPairing(time.Hour)
		for name, c := range map[string]struct {
			query TaskQuery
			want  []string
		}{
			"all":            {TaskQuery{}, append([]string{pair.ID}, health...)},
			"type":           {TaskQuery{Type: "pair"}, []string{pair.ID}},
			"resource type":  {TaskQuery{ResourceType: "site"}, []string{pair.ID}},
			"resource id":    {TaskQuery{ResourceID: pair.Workflow.ResourceID}, []string{pair.ID}},
			"state":          {TaskQuery{State: TaskSucceeded}, health},
			"started after":  {TaskQuery{StartedAfter: before}, []string{pair.ID}},
			"before 1970":    {TaskQuery{StartedAfter: time.Unix(-1, 0)}, append([]string{pair.ID}, health...)},
			"type and state": {TaskQuery{Type: "pair", State: TaskSucceeded}, nil},
			"limit":          {TaskQuery{Limit: 2}, []string{pair.ID, health[0]}},
			"odd characters": {TaskQuery{Type: "a&b=c é"}, nil},
		} {
			tasks, err := f.Tasks(t.Context(), c.query)
			if diff := cmp.Diff(c.want, idsOf(tasks)); err != nil || diff != "" {
				t.Errorf("%s: error %v, %s", name, err, diff)
			}
		}
	})
}

// page returns the tasks of a page by its query.
func page(all []string, query url.Values) string {
	limit, _ := strconv.Atoi(query.Get("limit"))
	offset, _ := strconv.Atoi(query.Get("offset"))
	from := min(offset, len(all))
	var items []string
	for _, id := range all[from:min(from+limit, len(all))] {
		items = append(items, fmt.Sprintf(`{"id":%q}`, id))
	}
	return "[" + strings.Join(items, ",") + "]"
}

func numbered(from, to int) []string {
	var ids []string
	for i := from; i > to; i-- {
		ids = append(ids, strconv.Itoa(i))
	}
	return ids
}

// The list ends and has each task once, whatever the pages are.
func TestTasks_pages(t *testing.T) {
	all := numbered(150, 0)
	cases := map[string]struct {
		respond func(call int, query url.Values) string
		want    []string
		fails   string
	}{
		"no total":          {func(_ int, q url.Values) string { return `{"items":` + page(all, q) + `}` }, all, ""},
		"null total":        {func(_ int, q url.Values) string { return `{"total":null,"items":` + page(all, q) + `}` }, all, ""},
		"total too large":   {func(_ int, q url.Values) string { return `{"total":999,"items":` + page(all, q) + `}` }, all, ""},
		"total of the page": {func(_ int, q url.Values) string { return `{"total":150,"items":` + page(all, q) + `}` }, all, ""},
		"offset is ignored": {func(int, url.Values) string {
			return `{"total":1000000,"items":` + page(all, url.Values{"limit": {"100"}}) + `}`
		}, all[:100], ""},
		"task started between the pages": {func(call int, q url.Values) string {
			return `{"total":` + strconv.Itoa(150+call) + `,"items":` + page(numbered(150+call, 0), q) + `}`
		}, numbered(151, 0), ""}, // the last task of the first page is the first one of the second page too
		"none":                 {func(int, url.Values) string { return `{"items":[],"total":0}` }, nil, ""},
		"null and none":        {func(int, url.Values) string { return `{"items":null,"total":0}` }, nil, ""},
		"null and some":        {func(int, url.Values) string { return `{"items":null,"total":3}` }, nil, "no list of tasks"},
		"no items":             {func(int, url.Values) string { return `{}` }, nil, "no list of tasks"},
		"an error and success": {func(int, url.Values) string { return `{"code":"X","msg":"y"}` }, nil, "no list of tasks"},
		"a bare list":          {func(int, url.Values) string { return `[]` }, nil, "another type"},
		"a task without id":    {func(int, url.Values) string { return `{"items":[{"state":"RUNNING"}],"total":1}` }, nil, "no id"},
		"null":                 {func(int, url.Values) string { return `null` }, nil, "null"},
		"odd progress": {func(int, url.Values) string {
			return `{"items":[{"id":"0","state":"RUNNING","progress":33.5},{"id":"1","state":"RUNNING"}],"total":2}`
		}, []string{"0", "1"}, ""},
		"odd state": {func(int, url.Values) string {
			return `{"items":[{"id":"0","state":5},{"id":"1","state":"RUNNING"}],"total":2}`
		}, nil, "another type"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var lock sync.Mutex
			calls := 0
			client := scripted(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/tasks" {
					return // the logout
				}
				lock.Lock()
				calls++
				call := calls
				lock.Unlock()
				reply(200, c.respond(call, r.URL.Query()))(w, r)
			})
			tasks, err := client.Tasks(t.Context(), TaskQuery{})
			if c.fails != "" {
				if !errors.As(err, new(*rest.ResponseError)) || !strings.Contains(err.Error(), c.fails) || tasks != nil {
					t.Errorf("tasks %v, error %v, want %q", tasks, err, c.fails)
				}
				return
			}
			if diff := cmp.Diff(c.want, idsOf(tasks)); err != nil || diff != "" {
				t.Errorf("error %v, %s", err, diff)
			}
			if calls > 4 {
				t.Errorf("%d calls", calls)
			}
		})
	}
}

func TestTask_fields(t *testing.T) {
	const body = `{"id":"f61d60d2","user":"root","workflowInfo":{"type":"pair","resourceType":"site","resourceId":"site2","resourceName":"two","isPrivate":true},
		"progress":100,"state":"SUCCEEDED","lastUpdated":3,"startTime":1,"endTime":2,"resultType":"X","result":{"a":1},
		"error":{"code":"C","msg":"m","args":[1,{}],"stacktrace":"s"},"warnings":["w",{"x":1}],"site":"site1","new":true}`
	want := Task{
		ID: "f61d60d2", User: "root", State: "SUCCEEDED", Progress: 100, StartTime: 1, EndTime: 2, LastUpdated: 3, Site: "site1",
		Workflow: Workflow{Type: "pair", ResourceType: "site", ResourceID: "site2", ResourceName: "two"},
		Result:   json.RawMessage(`{"a":1}`), Error: &APIError{Code: "C", Msg: "m"}, Warnings: []json.RawMessage{[]byte(`"w"`), []byte(`{"x":1}`)},
	}
	got, err := scripted(t, reply(200, body)).Task(t.Context(), "f61d60d2")
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v, %s", err, diff)
	}
	for _, broken := range []string{``, `null`, `{}`, `[]`, `{"id":""}`, `{"id":"1","progress":"half"}`, `{"id":"1","error":"no object"}`, `{"id":"1","startTime":"soon"}`, `{"id":"1"`} {
		if _, err := scripted(t, reply(200, broken)).Task(t.Context(), "1"); !errors.As(err, new(*rest.ResponseError)) {
			t.Errorf("%q: error %v, want a ResponseError", broken, err)
		}
	}
}

// An informative field of another type is ignored.
func TestTask_oddFields(t *testing.T) {
	for name, body := range map[string]string{
		"progress": `{"id": "t", "state": "FAILED", "progress": 33.5, "error": {"code": "Broken", "msg": "m"}}`,
		"error":    `{"id": "t", "state": "FAILED", "progress": 33, "error": {"code": 5, "msg": "m"}}`,
		"times":    `{"id": "t", "state": "FAILED", "startTime": "now", "endTime": null, "error": {"code": "Broken"}}`,
	} {
		client := scripted(t, reply(http.StatusOK, body))
		task, err := client.Task(t.Context(), "t")
		if err != nil || task.State != TaskFailed || task.Error == nil {
			t.Errorf("%s: task %+v, error %v", name, task, err)
		}
	}
	for name, body := range map[string]string{"state": `{"id": "t", "state": 5}`, "id": `{"id": 5, "state": "FAILED"}`} {
		client := scripted(t, reply(http.StatusOK, body))
		var broken *rest.ResponseError
		if _, err := client.Task(t.Context(), "t"); !errors.As(err, &broken) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
