package simulator

import (
	"maps"
	"net/http"
	"slices"
	"time"
)

// task is one long-running operation. Its state follows from the clock. It takes effect at its end, whether or not a
// client polls it.
type task struct {
	appliance   *Appliance
	id          string
	user        string
	operationID string
	workflow    workflowInfo
	start, end  time.Time
	effect      func() (any, *apiError) // nil error: succeeded
	fail        *taskFailure            // instead of the effect
	warnings    []any

	done   bool
	failed bool
	result any
	err    *apiError
}

type workflowInfo struct {
	Type         string `json:"type"`
	ResourceType string `json:"resourceType"`
	ResourceID   string `json:"resourceId"`
	ResourceName string `json:"resourceName"`

	record *siteRecord // row that it works on, nil for health
}

// taskInfo is ApiTask, H4ApiTask and C4ApiTask.
type taskInfo struct {
	ID           string       `json:"id"`
	User         string       `json:"user"`
	WorkflowInfo workflowInfo `json:"workflowInfo"`
	Progress     int          `json:"progress"`
	State        string       `json:"state"`
	LastUpdated  int64        `json:"lastUpdated"`
	StartTime    int64        `json:"startTime"`
	EndTime      int64        `json:"endTime"`
	ResultType   *string      `json:"resultType"`
	Result       any          `json:"result"`
	Error        *apiError    `json:"error"`
	Warnings     []any        `json:"warnings"`
	Site         string       `json:"site,omitempty"`
}

const notYet = -1

// startTask starts a task and returns the response to its request. Only the Cloud service names the site in it.
func (c *call) startTask(workflow workflowInfo, effect func() (any, *apiError)) taskInfo {
	return c.startTaskFor(workflow, c.appliance.taskSwitches.duration, effect)
}

// startTaskFor is startTask for a task with a duration of its own.
func (c *call) startTaskFor(workflow workflowInfo, takes time.Duration, effect func() (any, *apiError)) taskInfo {
	a := c.appliance
	now := a.fixture.now()
	t := &task{
		appliance: a, id: randomID(), user: c.account.User, operationID: c.header.Get("operationID"), workflow: workflow,
		start: now, end: now.Add(takes), effect: effect,
		fail: a.taskSwitches.takeFailure(workflow.Type), warnings: a.taskSwitches.takeWarnings(),
	}
	a.tasks = append(a.tasks, t)
	a.fixture.enqueue(t)
	return c.initialInfo(t)
}

// initialInfo returns a task as the response to its request shows it.
func (c *call) initialInfo(t *task) taskInfo {
	info := t.info()
	if c.appliance.service == Manager {
		info.Site = ""
	}
	return info
}

func (t *task) finish() {
	t.done = true
	if t.fail != nil {
		t.failed, t.err = true, t.fail.err
		return
	}
	t.result, t.err = t.effect()
	t.failed = t.err != nil
}

// state is QUEUED for the first tenth of the duration, then RUNNING.
func (t *task) state() string {
	now := t.appliance.fixture.now()
	switch {
	case t.done && t.failed:
		return "FAILED"
	case t.done:
		return "SUCCEEDED"
	case now.Before(t.start.Add(t.end.Sub(t.start) / 10)):
		return "QUEUED"
	case t.appliance.taskSwitches.runningState != "":
		return t.appliance.taskSwitches.runningState
	}
	return "RUNNING"
}

func (t *task) progress() int {
	if t.done {
		return 100
	}
	share := 0
	if total := t.end.Sub(t.start); total > 0 {
		share = min(99, int(100*t.appliance.fixture.now().Sub(t.start)/total))
	}
	if t.appliance.taskSwitches.backwards {
		return 99 - share
	}
	return share
}

func (t *task) info() taskInfo {
	info := taskInfo{
		ID: t.id, User: t.user, WorkflowInfo: t.shownWorkflow(), Progress: t.progress(), State: t.state(),
		StartTime: t.start.UnixMilli(), LastUpdated: t.appliance.fixture.now().UnixMilli(), EndTime: notYet,
		Warnings: t.warnings, Site: t.appliance.site,
	}
	if !t.done {
		return info
	}
	info.LastUpdated, info.EndTime = t.end.UnixMilli(), t.end.UnixMilli()
	info.Error = t.err
	if t.result != nil && !t.appliance.taskSwitches.noResults {
		info.Result, info.ResultType = t.result, new(resultType(t.result))
	}
	return info
}

func resultType(result any) string {
	switch result.(type) {
	case managerPeerInfo:
		return "ManagerPeerInfo"
	case peerSiteInfo:
		return "PeerSiteInfo"
	case managerHealthInfo:
		return "ManagerHealthInfo"
	case map[string]any:
		return "ReplicationInfo"
	default:
		return "CloudHealthInfo"
	}
}

// getTask is GET /tasks/{id}.
func (c *call) getTask() (reply, *problem) {
	for _, t := range c.appliance.tasks {
		if t.id != c.key {
			continue
		}
		if !t.visibleTo(c.account) {
			return reply{}, refuse(http.StatusForbidden, "Forbidden", "Permission denied.")
		}
		return reply{status: http.StatusOK, body: t.info()}, nil
	}
	return reply{}, refuse(http.StatusNotFound, "TaskNotFound", "Task %s was not found.", c.key)
}

// selectSite lets a call that names a site in its query run there: on the Cloud service with the account that the session
// is extended with, on the Manager by the pairing.
func (c *call) selectSite() *problem {
	site := c.query.Get("site")
	if c.session == nil || site == "" || site == c.appliance.site {
		return nil
	}
	remote := c.appliance.pairedPeer(site)
	if remote == nil {
		return refuse(http.StatusNotFound, "SiteNotFound", "Site %s was not found.", site)
	}
	if c.appliance.service == Cloud {
		x := c.session.extensionTo(site)
		if x == nil {
			return refuse(http.StatusUnauthorized, "RemoteAuthenticationFailure", "The session is not extended to site %s.", site)
		}
		c.account = x.account
	}
	c.appliance = remote
	return nil
}

// visibleTo reports whether a reader sees the task: the user who started it and administrators do.
func (t *task) visibleTo(reader Account) bool {
	return !t.appliance.taskSwitches.hidden && (t.user == reader.User || reader.isAdmin())
}

// taskSwitches select variants of tasks.
type taskSwitches struct {
	duration     time.Duration
	failures     []taskFailure
	warnings     []any
	runningState string
	backwards    bool
	hidden       bool
	naming       TaskNaming
	noResults    bool
	pageLimit    int // 0: maxTasks
}

type taskFailure struct {
	taskType string
	err      *apiError
}

func (s *taskSwitches) takeFailure(taskType string) *taskFailure {
	for i, f := range s.failures {
		if f.taskType == taskType {
			s.failures = slices.Delete(s.failures, i, i+1)
			return &f
		}
	}
	return nil
}

func (s *taskSwitches) takeWarnings() []any {
	taken := s.warnings
	s.warnings = nil
	if taken == nil {
		return []any{}
	}
	return taken
}

// SetTaskDuration sets the duration of tasks that start from now on.
func (a *Appliance) SetTaskDuration(d time.Duration) {
	a.fixture.do(func() { a.taskSwitches.duration = d })
}

// TaskTypes are the types of tasks.
var TaskTypes = slices.Concat([]string{
	"pair", "repair", "unpair", "health", "start", "reconfigure", "stop", "pause", "resume", "applyStorageProfile", "updateSettings", "sync",
}, recoveryTasks, slices.Sorted(maps.Values(planTasks)))

// FailNextTask lets the next task of one of the TaskTypes fail at its end, without effect. With an empty code its error is null.
func (a *Appliance) FailNextTask(taskType, code, msg string) {
	a.fixture.do(func() {
		failure := taskFailure{taskType: taskType}
		if code != "" {
			failure.err = newAPIError(code, "%s", msg)
		}
		a.taskSwitches.failures = append(a.taskSwitches.failures, failure)
	})
}

// WarnNextTask gives the next task a warning.
func (a *Appliance) WarnNextTask(msg string) {
	a.fixture.do(func() {
		a.taskSwitches.warnings = append(a.taskSwitches.warnings, newAPIError("SimulatedWarning", "%s", msg))
	})
}

// SetTaskState sets the state that running tasks show; empty is RUNNING.
func (a *Appliance) SetTaskState(state string) {
	a.fixture.do(func() { a.taskSwitches.runningState = state })
}

// ReverseProgress lets the progress of tasks fall instead of rise.
func (a *Appliance) ReverseProgress(on bool) {
	a.fixture.do(func() { a.taskSwitches.backwards = on })
}

// FreezeTasks keeps tasks from ending. When it is turned off, tasks that are due end.
func (a *Appliance) FreezeTasks(on bool) {
	a.fixture.do(func() { a.frozen = on })
}

// ForgetTasks drops every task. Running ones still take effect.
func (a *Appliance) ForgetTasks() {
	a.fixture.do(func() { a.tasks = nil })
}

// HideTasks hides all tasks: a read of one gets 403, and lists are empty.
func (a *Appliance) HideTasks(on bool) {
	a.fixture.do(func() { a.taskSwitches.hidden = on })
}
