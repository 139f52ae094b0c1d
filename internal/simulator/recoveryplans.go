package simulator

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The operations of a recovery plan, and the types of their tasks.
var planTasks = map[string]string{
	"TEST": "recoveryPlanTest", "CLEANUP": "recoveryPlanTestCleanup", "FAILOVER": "recoveryPlanFailover", "MIGRATE": "recoveryPlanMigrate",
}

// The states of a plan and of its steps, in addition to those of a recovery.
const (
	planRunning   = "RUNNING"
	planSuspended = "SUSPENDED"
)

// RecoveryPlan is a list of replications to recover in steps, one after the other.
// Tests may change what is exported.
type RecoveryPlan struct {
	ID            string // default: a new one
	Name          string
	Description   string
	Migration     bool
	ScheduledSync int64 // ms since the epoch
	Owner         string
	Steps         []RecoveryStep // in their order

	State         string // default: NOT_STARTED
	LastOperation string
	LastError     string // its code
	prompt        string // id of the step whose prompt is waited at
	task          *task
	runs          []*planRun
}

// RecoveryStep is one step of a RecoveryPlan.
type RecoveryStep struct {
	ID           string // default: a new one
	Name         string
	Delay        time.Duration
	Prompt       string
	Replications []string // ids
	State        string   // default: NOT_STARTED
	Recovered    bool
}

// planRun is one execution of a plan.
type planRun struct {
	id, operation, result string
	start, end            time.Time
	steps                 []stepRun
}

type stepRun struct {
	step       RecoveryStep
	skipped    bool
	start, end time.Time
}

// planSwitches select variants of behavior that is not published.
type planSwitches struct {
	objects   bool  // steps show their replications as objects
	first     int64 // sequence number of the first step
	noReports bool
}

// ShowReplicationObjects lets steps show their replications as objects instead of
// ids.
func (a *Appliance) ShowReplicationObjects(on bool) {
	a.fixture.do(func() { a.planSwitches.objects = on })
}

// CountStepsFrom sets the sequence number of the first step of a plan.
func (a *Appliance) CountStepsFrom(first int64) {
	a.fixture.do(func() { a.planSwitches.first = first })
}

// OmitPlanReports answers the executions of a plan and their reports with 404.
func (a *Appliance) OmitPlanReports(on bool) {
	a.fixture.do(func() { a.planSwitches.noReports = on })
}

// AddRecoveryPlan adds a plan without a request and returns its id.
func (a *Appliance) AddRecoveryPlan(p RecoveryPlan) string {
	a.fixture.do(func() {
		p.ID, p.Owner, p.State = cmp.Or(p.ID, randomID()), cmp.Or(p.Owner, "System@"+a.site), cmp.Or(p.State, NotStarted)
		for i := range p.Steps {
			p.Steps[i].prepare()
		}
		a.plans = append(a.plans, &p)
	})
	return p.ID
}

func (s *RecoveryStep) prepare() {
	s.ID, s.State = cmp.Or(s.ID, randomID()), cmp.Or(s.State, NotStarted)
}

// RecoveryPlans returns the plans of the site.
func (a *Appliance) RecoveryPlans() []RecoveryPlan {
	var out []RecoveryPlan
	a.fixture.do(func() {
		for _, p := range a.plans {
			shown := *p
			shown.Steps = slices.Clone(p.Steps)
			out = append(out, shown)
		}
	})
	return out
}

// EditRecoveryPlan changes a plan without a request.
func (a *Appliance) EditRecoveryPlan(id string, edit func(*RecoveryPlan)) {
	a.fixture.do(func() {
		for _, p := range a.plans {
			if p.ID == id {
				edit(p)
				return
			}
		}
		panic("simulator: there is no recovery plan " + id)
	})
}

// RemoveRecoveryPlan deletes a plan without a request.
func (a *Appliance) RemoveRecoveryPlan(id string) {
	a.fixture.do(func() { a.plans = slices.DeleteFunc(a.plans, func(p *RecoveryPlan) bool { return p.ID == id }) })
}

// ConfirmPrompt confirms the prompt that a plan waits at.
func (a *Appliance) ConfirmPrompt(id string) {
	a.EditRecoveryPlan(id, func(p *RecoveryPlan) {
		at := slices.IndexFunc(p.Steps, func(s RecoveryStep) bool { return s.ID == p.prompt })
		if at < 0 {
			panic("simulator: the plan waits at no prompt")
		}
		p.prompt, p.State = "", planRunning
		p.recoverStep(a, at)
	})
}

var recoveryPlanRoutes = []route{
	{method: "POST", path: "/recovery-plans", handle: (*call).createPlan, on: pairingServices},
	{method: "GET", path: "/recovery-plans", handle: (*call).listPlans, query: []string{"displayName", "description", "owner", "sort", "limit", "offset"}, on: pairingServices},
	{method: "GET", path: "/recovery-plans/{id}", handle: (*call).getPlan, on: pairingServices},
	{method: "PATCH", path: "/recovery-plans/{id}", handle: (*call).changePlan, on: pairingServices},
	{method: "DELETE", path: "/recovery-plans/{id}", handle: (*call).deletePlan, on: pairingServices},
	{method: "POST", path: "/recovery-plans/{id}/steps", handle: (*call).addStep, on: pairingServices},
	{method: "GET", path: "/recovery-plans/{id}/steps", handle: (*call).listSteps, query: []string{"limit", "offset"}, on: pairingServices},
	{method: "POST", path: "/recovery-plans/{id}/steps/{step}/move", handle: (*call).moveStep, query: []string{"newSequence"}, on: pairingServices},
	{method: "POST", path: "/recovery-plans/{id}/test", handle: executePlan("TEST"), on: pairingServices},
	{method: "DELETE", path: "/recovery-plans/{id}/test", handle: executePlan("CLEANUP"), on: pairingServices},
	{method: "POST", path: "/recovery-plans/{id}/failover", handle: executePlan("FAILOVER"), on: pairingServices},
	{method: "POST", path: "/recovery-plans/{id}/migrate", handle: executePlan("MIGRATE"), on: pairingServices},
	{method: "GET", path: "/recovery-plans/{id}/executions", handle: (*call).listRuns, query: []string{"operation", "result", "sort", "limit", "offset"}, on: pairingServices},
	{method: "GET", path: "/recovery-plans/{id}/executions/{run}/report", handle: (*call).getReport, on: pairingServices},
}

// plan finds the plan that a path names.
func (c *call) plan() (*RecoveryPlan, *problem) {
	for _, p := range c.appliance.plans {
		if p.ID == c.key && c.seesPlan(p) {
			return p, nil
		}
	}
	return nil, refuse(http.StatusNotFound, "RecoveryPlanNotFound", "Recovery plan %s was not found.", c.key)
}

// seesPlan reports whether the account may see a plan: only its owner and
// administrators do.
func (c *call) seesPlan(p *RecoveryPlan) bool {
	return c.account.isAdmin() || p.Owner == c.account.Org+"@"+c.appliance.site
}

// idle refuses a change while the plan is being executed.
func (p *RecoveryPlan) idle() *problem {
	if p.State == planRunning || p.prompt != "" {
		return refuse(http.StatusConflict, "OperationInProgress", "Recovery plan %s is being executed.", p.ID)
	}
	return nil
}

type planSettings struct {
	Name          *string `json:"displayName"`
	Description   *string `json:"description"`
	Migration     *bool   `json:"isMigration"`
	ScheduledSync *int64  `json:"scheduledSyncTime"`
}

// planResponse is RecoveryPlanInfo.
func planResponse(p *RecoveryPlan) map[string]any {
	execution := map[string]any{"state": p.State, "lastOperation": nil, "lastError": nil, "promptStepId": nil, "isSuspendRequested": false}
	if p.LastOperation != "" {
		execution["lastOperation"] = p.LastOperation
	}
	if p.LastError != "" {
		execution["lastError"] = newAPIError(p.LastError, "The plan does not work.")
	}
	if p.prompt != "" {
		execution["promptStepId"] = p.prompt
	}
	return map[string]any{
		"id": p.ID, "displayName": p.Name, "description": p.Description, "isMigration": p.Migration, "scheduledSyncTime": p.ScheduledSync,
		"owner": p.Owner, "executionInfo": execution,
	}
}

// nameTaken refuses a name that another plan has.
func (c *call) nameTaken(name, id string) *problem {
	if name == "" {
		return refuse(http.StatusBadRequest, "BadUserInput", "The name is empty.")
	}
	for _, p := range c.appliance.plans {
		if p.Name == name && p.ID != id {
			return refuse(http.StatusBadRequest, "BadUserInput", "There is a recovery plan %s already.", name)
		}
	}
	return nil
}

func (c *call) createPlan() (reply, *problem) {
	var body planSettings
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	if body.Name == nil || body.Migration == nil || body.ScheduledSync == nil {
		return reply{}, violation(http.StatusBadRequest, "BadUserInput", "A field is missing.")
	}
	if err := c.nameTaken(*body.Name, ""); err != nil {
		return reply{}, err
	}
	p := &RecoveryPlan{
		ID: randomID(), Name: *body.Name, Migration: *body.Migration, ScheduledSync: *body.ScheduledSync, State: NotStarted,
		Owner: cmp.Or(c.account.Org, "System") + "@" + c.appliance.site,
	}
	set(&p.Description, body.Description)
	c.appliance.plans = append(c.appliance.plans, p)
	return reply{status: http.StatusOK, body: planResponse(p)}, nil
}

// listPlans finds plans by a part of their name.
func (c *call) listPlans() (reply, *problem) {
	var found []*RecoveryPlan
	for _, p := range c.appliance.plans {
		if c.seesPlan(p) && strings.Contains(p.Name, c.query.Get("displayName")) {
			found = append(found, p)
		}
	}
	return page(c, found, planResponse)
}

func (c *call) getPlan() (reply, *problem) {
	p, err := c.plan()
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, body: planResponse(p)}, nil
}

func (c *call) changePlan() (reply, *problem) {
	p, err := c.plan()
	if err != nil {
		return reply{}, err
	}
	var body planSettings
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	if body.Migration != nil || body.ScheduledSync != nil || body == (planSettings{}) {
		return reply{}, violation(http.StatusBadRequest, "BadUserInput", "Only displayName and description can be changed.")
	}
	if body.Name != nil {
		if err := c.nameTaken(*body.Name, p.ID); err != nil {
			return reply{}, err
		}
	}
	set(&p.Name, body.Name)
	set(&p.Description, body.Description)
	return reply{status: http.StatusOK, body: planResponse(p)}, nil
}

func (c *call) deletePlan() (reply, *problem) {
	p, err := c.plan()
	if err == nil {
		err = p.idle()
	}
	if err != nil {
		return reply{}, err
	}
	c.appliance.plans = slices.DeleteFunc(c.appliance.plans, func(other *RecoveryPlan) bool { return other == p })
	return reply{status: http.StatusNoContent}, nil
}

// stepResponse is RecoveryStepInfo.
func (c *call) stepResponse(p *RecoveryPlan, at int) map[string]any {
	s := p.Steps[at]
	replications := []any{}
	for _, id := range s.Replications {
		if c.appliance.planSwitches.objects {
			replications = append(replications, map[string]any{"id": id})
		} else {
			replications = append(replications, id)
		}
	}
	return map[string]any{
		"id": s.ID, "name": s.Name, "delay": s.Delay.Milliseconds(), "prompt": s.Prompt, "replications": replications,
		"sequence": c.appliance.planSwitches.first + int64(at), "state": s.State, "isRecovered": s.Recovered, "recoveryPlanId": p.ID,
	}
}

func (c *call) addStep() (reply, *problem) {
	p, err := c.plan()
	if err == nil {
		err = p.idle()
	}
	if err != nil {
		return reply{}, err
	}
	var body struct {
		Name         string   `json:"name"`
		Delay        int64    `json:"delay"`
		Prompt       string   `json:"prompt"`
		Replications []string `json:"replications"`
	}
	if err := decode(c.body, &body); err != nil {
		return reply{}, err
	}
	if body.Name == "" || slices.ContainsFunc(p.Steps, func(s RecoveryStep) bool { return s.Name == body.Name }) {
		return reply{}, refuse(http.StatusBadRequest, "BadUserInput", "The name of the step is empty or used twice.")
	}
	for _, id := range body.Replications {
		if len(c.appliance.inStep(id)) == 0 {
			return reply{}, refuse(http.StatusBadRequest, "ReplicationNotFound", "Replication %s was not found.", id)
		}
	}
	s := RecoveryStep{Name: body.Name, Delay: time.Duration(body.Delay) * time.Millisecond, Prompt: body.Prompt, Replications: body.Replications}
	s.prepare()
	p.Steps = append(p.Steps, s)
	return reply{status: http.StatusOK, body: c.stepResponse(p, len(p.Steps)-1)}, nil
}

// inStep returns the replications of VMs of an id in a step: on the Cloud service those of a vApp.
func (a *Appliance) inStep(id string) []*Replication {
	var found []*Replication
	for _, r := range a.fixture.replications {
		isMember := r.group == nil && r.ID == id || r.group != nil && r.group.id == id
		if isMember && a.knows(r) {
			found = append(found, r)
		}
	}
	return found
}

func (c *call) listSteps() (reply, *problem) {
	p, err := c.plan()
	if err != nil {
		return reply{}, err
	}
	places := make([]int, len(p.Steps))
	for i := range places {
		places[i] = len(places) - 1 - i // in no useful order: the sequence counts
	}
	return page(c, places, func(at int) map[string]any { return c.stepResponse(p, at) })
}

// moveStep takes a step out and puts it in at its new place.
func (c *call) moveStep() (reply, *problem) {
	p, err := c.plan()
	if err == nil {
		err = p.idle()
	}
	if err != nil {
		return reply{}, err
	}
	from := slices.IndexFunc(p.Steps, func(s RecoveryStep) bool { return s.ID == c.keys[1] })
	sequence, broken := strconv.ParseInt(c.query.Get("newSequence"), 10, 64)
	to := int(sequence - c.appliance.planSwitches.first)
	if from < 0 || broken != nil || to < 0 || to >= len(p.Steps) {
		return reply{}, refuse(http.StatusBadRequest, "BadUserInput", "There is no such step or no such place.")
	}
	moved := p.Steps[from]
	p.Steps = slices.Insert(slices.Delete(p.Steps, from, from+1), to, moved)
	return reply{status: http.StatusOK, body: c.stepResponse(p, to)}, nil
}

// executePlan begins an operation of a plan.
func executePlan(operation string) func(*call) (reply, *problem) {
	return func(c *call) (reply, *problem) {
		if operation == "CLEANUP" && c.appliance.replicationSwitches.missingCalls {
			return reply{}, noSuchCall()
		}
		p, err := c.plan()
		if err == nil {
			err = p.idle()
		}
		if err == nil {
			err = c.checkExecution(operation)
		}
		if err != nil {
			return reply{}, err
		}
		if p.Migration != (operation == "MIGRATE") {
			return reply{}, refuse(http.StatusBadRequest, "BadUserInput", "The operation does not fit the plan.")
		}
		tested := p.LastOperation == "TEST" || p.LastOperation == "CLEANUP" && p.LastError != ""
		if tested != (operation == "CLEANUP") {
			return reply{}, refuse(http.StatusBadRequest, "InvalidState", "The state of the plan forbids the operation.")
		}
		return reply{status: http.StatusAccepted, body: p.begin(c, operation)}, nil
	}
}

// checkExecution checks the body, which the version and the operation prescribe.
func (c *call) checkExecution(operation string) *problem {
	hasBody := operation != "CLEANUP" && (c.version >= "4.7" || operation == "MIGRATE")
	if !hasBody {
		if len(c.body) > 0 {
			return violation(http.StatusBadRequest, "BadRequest", "The call has no body.")
		}
		return nil
	}
	var body struct {
		Validate *bool `json:"validate"`
	}
	if err := decode(c.body, &body); err != nil {
		return err
	}
	if body.Validate == nil {
		return violation(http.StatusBadRequest, "BadRequest", "validate is missing.")
	}
	return nil
}

// endsWithPlan is the duration of a task that ends with its plan.
const endsWithPlan = 100 * 365 * 24 * time.Hour

// begin starts the task of an operation, which ends with the last step.
func (p *RecoveryPlan) begin(c *call, operation string) taskInfo {
	a := c.appliance
	info := c.startTaskFor(workflowInfo{Type: planTasks[operation], ResourceType: "recoveryPlan", ResourceID: p.ID, ResourceName: p.Name}, endsWithPlan, func() (any, *apiError) {
		return planResponse(p), nil
	})
	p.task = a.tasks[len(a.tasks)-1]
	p.State, p.LastOperation, p.LastError = planRunning, operation, ""
	p.runs = append(p.runs, &planRun{id: randomID(), operation: operation, start: a.fixture.now()})
	for i := range p.Steps {
		if p.Steps[i].State = NotStarted; p.Steps[i].Recovered {
			p.Steps[i].State = Complete
		}
	}
	p.enterStep(a, 0)
	return info
}

// enterStep waits for the delay of a step and at its prompt. Steps that are
// recovered are skipped.
func (p *RecoveryPlan) enterStep(a *Appliance, at int) {
	if at == len(p.Steps) {
		p.end(a)
		return
	}
	s := &p.Steps[at]
	if s.Recovered && p.LastOperation != "CLEANUP" {
		p.run().steps = append(p.run().steps, stepRun{step: *s, skipped: true, start: a.fixture.now(), end: a.fixture.now()})
		p.enterStep(a, at+1)
		return
	}
	if p.LastOperation == "CLEANUP" {
		p.recoverStep(a, at)
		return
	}
	a.later(s.Delay, func() {
		if s := &p.Steps[at]; s.Prompt != "" {
			p.State, p.prompt = planSuspended, s.ID
			return
		}
		p.recoverStep(a, at)
	})
}

// recoverStep recovers the replications of a step, or cleans them up.
func (p *RecoveryPlan) recoverStep(a *Appliance, at int) {
	s := &p.Steps[at]
	s.State = planRunning
	start := a.fixture.now()
	a.later(a.replicationSwitches.recoveryTime, func() {
		s := &p.Steps[at]
		if p.task.fail != nil && at == len(p.Steps)-1 {
			p.fail(a)
			return
		}
		into := randomID()
		for _, id := range s.Replications {
			for _, r := range a.inStep(id) {
				p.apply(r, into)
			}
		}
		s.State, s.Recovered = Complete, p.LastOperation == "FAILOVER" || p.LastOperation == "MIGRATE"
		p.run().steps = append(p.run().steps, stepRun{step: *s, start: start, end: a.fixture.now()})
		p.enterStep(a, at+1)
	})
}

func (p *RecoveryPlan) apply(r *Replication, into string) {
	switch p.LastOperation {
	case "CLEANUP":
		r.Recovery, r.recovered = NotStarted, nil
	case "TEST":
		r.Recovery = Testing
		r.recover(into)
	default:
		r.Recovery = Complete
		r.recover(into)
	}
}

func (p *RecoveryPlan) run() *planRun { return p.runs[len(p.runs)-1] }

func (p *RecoveryPlan) end(a *Appliance) {
	p.State = Complete
	p.run().result, p.run().end = "SUCCEEDED", a.fixture.now()
	p.task.endNow()
}

// fail ends an execution at its last step.
func (p *RecoveryPlan) fail(a *Appliance) {
	last := &p.Steps[len(p.Steps)-1]
	last.State = "FAILED"
	p.State, p.LastError = planSuspended, "RecoveryPlanFailed"
	p.run().result, p.run().end = "FAILED", a.fixture.now()
	p.task.endNow()
}

// endNow ends a task before its time.
func (t *task) endNow() {
	e := t.appliance.fixture
	e.pending = slices.DeleteFunc(e.pending, func(other *task) bool { return other == t })
	t.end = e.now()
	t.finish()
}

func (c *call) listRuns() (reply, *problem) {
	p, err := c.plan()
	if err != nil || c.appliance.planSwitches.noReports {
		return reply{}, cmp.Or(err, noSuchCall())
	}
	var found []*planRun
	for _, r := range p.runs {
		if r.result != "" && (c.query.Get("operation") == "" || c.query.Get("operation") == r.operation) {
			found = append(found, r)
		}
	}
	return page(c, found, func(r *planRun) map[string]any {
		return map[string]any{
			"id": r.id, "recoveryPlanId": p.ID, "operation": r.operation, "result": r.result, "execStart": r.start.UnixMilli(), "execEnd": r.end.UnixMilli(), "reportVersion": 1,
		}
	})
}

// getReport is ManagerRecoveryPlanExecutionReport, as far as it is published.
func (c *call) getReport() (reply, *problem) {
	p, err := c.plan()
	if err != nil {
		return reply{}, err
	}
	at := slices.IndexFunc(p.runs, func(r *planRun) bool { return r.id == c.keys[1] })
	if at < 0 {
		return reply{}, refuse(http.StatusNotFound, "ExecutionNotFound", "Execution %s was not found.", c.keys[1])
	}
	run, executed, left := p.runs[at], []any{}, []any{}
	show := func(s RecoveryStep, more map[string]any) map[string]any {
		more["stepId"], more["name"], more["delay"], more["prompt"] = s.ID, s.Name, s.Delay.Milliseconds(), s.Prompt
		return more
	}
	for _, s := range run.steps {
		executed = append(executed, show(s.step, map[string]any{
			"isSkipped": s.skipped, "result": "SUCCEEDED", "execStart": s.start.UnixMilli(), "execEnd": s.end.UnixMilli(), "waitedOnPrompt": s.step.Prompt != "",
		}))
	}
	for _, s := range p.Steps {
		if !slices.ContainsFunc(run.steps, func(done stepRun) bool { return done.step.ID == s.ID }) {
			left = append(left, show(s, map[string]any{"isSkipped": false, "result": nil}))
		}
	}
	return reply{status: http.StatusOK, body: map[string]any{
		"executionId": run.id, "planId": p.ID, "planName": p.Name, "planDescription": p.Description, "planOwner": p.Owner, "planType": "RECOVERY",
		"site": c.appliance.site, "operation": run.operation, "result": run.result, "execStart": run.start.UnixMilli(), "execEnd": run.end.UnixMilli(),
		"executedSteps": executed, "notExecutedSteps": left, "error": nil,
	}}, nil
}
