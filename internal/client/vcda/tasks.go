package vcda

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

// States of a task. SUCCEEDED and FAILED end it; in every other state it runs.
const (
	TaskRunning   = "RUNNING"
	TaskSucceeded = "SUCCEEDED"
	TaskFailed    = "FAILED"
)

// Task is a long-running operation ("Get One"). Times are in milliseconds since the
// epoch, -1 if not set yet.
type Task struct {
	ID          string          `json:"id"`
	User        string          `json:"user"`
	State       string          `json:"state"`
	Progress    int             `json:"progress"`
	StartTime   int64           `json:"startTime"`
	LastUpdated int64           `json:"lastUpdated"`
	EndTime     int64           `json:"endTime"`
	Workflow    Workflow        `json:"workflowInfo"`
	Result      json.RawMessage `json:"result"`
	Error       *APIError       `json:"error"`
	Warnings    Warnings        `json:"warnings"`
	Site        string          `json:"site"`
}

// Warnings are the warnings of a task, not decoded.
type Warnings []json.RawMessage

// UnmarshalJSON reads a single value as a list of one, so that an unknown form of
// warnings does not fail the task.
func (w *Warnings) UnmarshalJSON(data []byte) error {
	var list []json.RawMessage
	if json.Unmarshal(data, &list) != nil {
		list = []json.RawMessage{json.RawMessage(bytes.Clone(data))}
	}
	*w = list
	return nil
}

// Workflow is the type of a task and its object.
type Workflow struct {
	Type         string `json:"type"`
	ResourceType string `json:"resourceType"`
	ResourceID   string `json:"resourceId"`
	ResourceName string `json:"resourceName"`
}

// TaskID returns the id of the task.
func (t Task) TaskID() string { return t.ID }

// Ended reports whether the task has ended.
func (t Task) Ended() bool { return t.State == TaskSucceeded || t.State == TaskFailed }

// TaskError is the error of a task in the state FAILED. Err is nil if the appliance
// gave no reason.
type TaskError struct {
	Task Task
	Err  *APIError
}

func (e *TaskError) Error() string {
	if e.Err == nil || e.Err.Error() == "" {
		return "the task " + e.Task.ID + " failed and gives no reason"
	}
	return "the task " + e.Task.ID + " failed: " + e.Err.Error()
}

func (e *TaskError) Unwrap() error {
	if e.Err == nil {
		return nil // a nil *APIError would not be a nil error
	}
	return e.Err
}

// failure returns the error of a failed task, else nil.
func (t Task) failure() error {
	if t.State != TaskFailed {
		return nil
	}
	return &TaskError{Task: t, Err: t.Error}
}

// WarningTexts returns the texts of the warnings. Their form is not published: a
// warning that is neither a string nor an error object is returned as JSON.
func (t Task) WarningTexts() []string {
	var texts []string
	for _, raw := range t.Warnings {
		var text string
		var object APIError
		switch {
		case json.Unmarshal(raw, &text) == nil:
		case json.Unmarshal(raw, &object) == nil && object != APIError{}:
			text = object.Error()
		default:
			text = string(raw)
		}
		if text != "" { // of null
			texts = append(texts, text)
		}
	}
	return texts
}

// Task reads one task (GET /tasks/{taskId}).
func (c *Client) Task(ctx context.Context, id string) (Task, error) {
	path, err := keyPath("/tasks/", id)
	if err != nil {
		return Task{}, err
	}
	response, err := c.do(ctx, rest.Request{Method: http.MethodGet, Path: path, Query: c.atSite(nil)})
	if err != nil {
		return Task{}, err
	}
	return decodeTask(response)
}

// TaskQuery filters tasks ("Query Tasks"). A zero field does not filter.
type TaskQuery struct {
	IDs                                   []string
	State, Type, ResourceType, ResourceID string
	StartedAfter                          time.Time
	Limit                                 int // 0: all
}

// tasksPage is the maximum number of tasks in a response.
const tasksPage = 100

func (q TaskQuery) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{
		"ids": strings.Join(q.IDs, ","), "state": q.State, "type": q.Type, "resourceType": q.ResourceType, "resourceId": q.ResourceID,
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if q.StartedAfter.UnixMilli() > 0 { // the API counts from 1970, and every task has started later
		v.Set("startTimeAfter", strconv.FormatInt(q.StartedAfter.UnixMilli(), 10))
	}
	return v
}

// page returns the size of the next page after a number of tasks.
func (q TaskQuery) page(got int) int {
	if q.Limit == 0 {
		return tasksPage
	}
	return min(tasksPage, q.Limit-got)
}

// Tasks lists the tasks that the session's user may see, the newest first (GET
// /tasks).
func (c *Client) Tasks(ctx context.Context, q TaskQuery) ([]Task, error) {
	return c.listTasks(ctx, q, func([]Task) bool { return false })
}

// listTasks is Tasks that stops after a page for which isLast reports true.
func (c *Client) listTasks(ctx context.Context, q TaskQuery, isLast func(page []Task) bool) ([]Task, error) {
	var tasks []Task
	listed := map[string]bool{}
	for offset := 0; ; {
		page, err := c.taskPage(ctx, q, offset, len(tasks))
		if err != nil {
			return nil, err
		}
		offset += len(page.Items)
		before := len(tasks)
		for _, t := range page.Items {
			if !listed[t.ID] { // a new task moves others to the next page
				listed[t.ID] = true
				tasks = append(tasks, t)
			}
		}
		switch {
		case q.Limit > 0 && len(tasks) >= q.Limit:
			return tasks[:q.Limit], nil
		case len(tasks) == before, page.Total > 0 && offset >= page.Total, isLast(page.Items):
			return tasks, nil
		}
	}
}

type taskPage struct {
	Items []Task `json:"items"`
	Total int    `json:"total"`
}

func (c *Client) taskPage(ctx context.Context, q TaskQuery, offset, got int) (taskPage, error) {
	values := q.values()
	values.Set("limit", strconv.Itoa(q.page(got)))
	values.Set("offset", strconv.Itoa(offset))
	response, err := c.do(ctx, rest.Request{Method: http.MethodGet, Path: "/tasks", Query: c.atSite(values)})
	if err != nil {
		return taskPage{}, err
	}
	page := taskPage{Total: math.MaxInt} // without a total the list ends with a page without new tasks
	if err := response.JSON(&page); err != nil && (page.Items == nil || !isOddField(err, page.Items...)) {
		return taskPage{}, err
	}
	// A list without some of the tasks is an error: the missing one could be ours.
	var reason string
	switch {
	case page.Items == nil && page.Total > 0:
		reason = "it has no list of tasks"
	case slices.ContainsFunc(page.Items, func(t Task) bool { return t.ID == "" }):
		reason = "a task in it has no id"
	default:
		return page, nil
	}
	return taskPage{}, response.OtherForm(reason)
}

// Started reports whether this client started the task.
func (c *Client) Started(id string) bool {
	_, ok := c.started.Load(id)
	return ok
}

// start sends a request that starts a task. A response without a task id is a
// *rest.ResponseError. The task may run then.
func (c *Client) start(ctx context.Context, r rest.Request) (Task, error) {
	r.Finish, r.Query = true, c.atSite(r.Query)
	c.writes.Invalidate()
	defer c.writes.Invalidate()
	response, err := c.do(ctx, r)
	var t Task
	if err == nil {
		t, err = decodeTask(response)
	}
	if err != nil {
		c.taskEnds.Invalidate() // it may have been performed
		c.newTasks.Invalidate()
		return t, err
	}
	c.started.Store(t.ID, nil)
	return t, nil
}

// isOddField reports whether an informative field has another type than documented.
// It is ignored, since id and state of the tasks are known.
func isOddField(err error, tasks ...Task) bool {
	var wrongType *json.UnmarshalTypeError
	return errors.As(err, &wrongType) && !slices.ContainsFunc(tasks, func(t Task) bool { return t.State == "" })
}

// decodeTask decodes a task. Its id is required.
func decodeTask(response *rest.Response) (Task, error) {
	var t Task
	if err := response.JSON(&t); err != nil && !isOddField(err, t) {
		return Task{}, err
	}
	if t.ID == "" {
		return Task{}, response.OtherForm("it names no task")
	}
	return t, nil
}
