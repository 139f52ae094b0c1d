package vcda

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
)

const recoveryPlansPath = "/recovery-plans"

// RecoveryPlan is RecoveryPlanInfo. ScheduledSync is in milliseconds since the
// epoch; 0 is not scheduled.
type RecoveryPlan struct {
	ID            string        `json:"id"`
	Name          string        `json:"displayName"`
	Description   string        `json:"description"`
	Migration     bool          `json:"isMigration"`
	ScheduledSync int64         `json:"scheduledSyncTime"`
	Owner         string        `json:"owner"`
	Execution     PlanExecution `json:"executionInfo"`
}

// PlanExecution is the last operation of a recovery plan and its state.
type PlanExecution struct {
	State         string        `json:"state"`
	LastOperation PlanOperation `json:"lastOperation"`
	LastError     *APIError     `json:"lastError"`
	PromptStepID  string        `json:"promptStepId"` // set only while the plan waits at a prompt
}

// The states of a recovery plan.
const (
	PlanNotStarted = "NOT_STARTED"
	PlanRunning    = "RUNNING"
	PlanSuspended  = "SUSPENDED"
	PlanComplete   = "COMPLETE"
)

// PlanOperation is an operation of a recovery plan.
type PlanOperation string

// The operations of a recovery plan. A plan with Migration set can only be
// migrated. Other plans can be tested and failed over.
const (
	PlanTest     PlanOperation = "TEST"
	PlanCleanUp  PlanOperation = "CLEANUP"
	PlanFailover PlanOperation = "FAILOVER"
	PlanMigrate  PlanOperation = "MIGRATE"
)

// RecoveryStep is RecoveryStepInfo. Delay is in milliseconds. Sequence orders the
// steps of a plan; its first value is not published.
type RecoveryStep struct {
	ID           string         `json:"id"`
	Name         string         `json:"name"`
	Delay        int64          `json:"delay"`
	Prompt       string         `json:"prompt"`
	Replications ReplicationIDs `json:"replications"`
	Sequence     int64          `json:"sequence"`
	State        string         `json:"state"`
	Recovered    bool           `json:"isRecovered"`
}

// ReplicationIDs are the replications of a step. Their form is not published:
// they are sent as ids, and read as ids or as objects with an id.
type ReplicationIDs []string

// UnmarshalJSON reads ids and objects with an id.
func (r *ReplicationIDs) UnmarshalJSON(data []byte) error {
	var items []json.RawMessage
	if err := json.Unmarshal(data, &items); err != nil {
		return err
	}
	*r = nil
	for _, item := range items {
		var object struct {
			ID string `json:"id"`
		}
		into := any(&object.ID)
		if bytes.HasPrefix(item, []byte("{")) {
			into = &object
		}
		if err := json.Unmarshal(item, into); err != nil {
			return err
		}
		*r = append(*r, object.ID)
	}
	return nil
}

// NewRecoveryPlan is a recovery plan to create (CreateRecoveryPlanSettings).
type NewRecoveryPlan struct {
	Name          string `json:"displayName"`
	Description   string `json:"description"`
	Migration     bool   `json:"isMigration"`
	ScheduledSync int64  `json:"scheduledSyncTime"`
}

// NewRecoveryStep is a step to add to a recovery plan.
type NewRecoveryStep struct {
	Name         string   `json:"name"`
	Delay        int64    `json:"delay"`
	Prompt       string   `json:"prompt"`
	Replications []string `json:"replications"`
}

// RecoveryPlanChange changes a recovery plan. Nil is no change.
type RecoveryPlanChange struct {
	Name        *string `json:"displayName,omitempty"`
	Description *string `json:"description,omitempty"`
}

// matches reports whether a plan has the values of the change.
func (c RecoveryPlanChange) matches(p RecoveryPlan) bool {
	return (c.Name == nil || *c.Name == p.Name) && (c.Description == nil || *c.Description == p.Description)
}

// planPath returns the path of a recovery plan, or of a part of it.
func planPath(id, part string) (string, error) {
	path, err := keyPath(recoveryPlansPath+"/", id)
	return path + part, err
}

// RecoveryPlan reads a recovery plan ("Get Recovery Plan"). It is nil if there is
// none.
func (c *Client) RecoveryPlan(ctx context.Context, id string) (*RecoveryPlan, error) {
	path, err := planPath(id, "")
	if err != nil {
		return nil, err
	}
	response, err := c.do(ctx, rest.Request{Method: http.MethodGet, Path: path})
	if isNoPlan(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var p RecoveryPlan
	if err := response.JSON(&p); err != nil {
		return nil, err
	}
	if p.ID == "" {
		return nil, response.OtherForm("the recovery plan in it has no id")
	}
	return &p, nil
}

// isNoPlan reports whether the appliance itself, not a proxy, reports that the plan
// does not exist.
func isNoPlan(err error) bool {
	var e *rest.StatusError
	return !IsNotSent(err) && errors.As(err, &e) && e.Status == http.StatusNotFound && e.FromAPI
}

// FindRecoveryPlan finds a recovery plan by its name, which is unique ("Get
// Recovery Plans"). It is nil if there is none.
func (c *Client) FindRecoveryPlan(ctx context.Context, name string) (*RecoveryPlan, error) {
	found, err := readPages[RecoveryPlan](ctx, c, recoveryPlansPath, url.Values{"displayName": {name}}, func(p RecoveryPlan) string { return p.ID })
	for i := range found { // the filter may match a part of the name
		if found[i].Name == name {
			return &found[i], nil
		}
	}
	return nil, err
}

// RecoverySteps lists the steps of a recovery plan in their order ("Get Recovery
// Plan Steps").
func (c *Client) RecoverySteps(ctx context.Context, plan string) ([]RecoveryStep, error) {
	path, err := planPath(plan, "/steps")
	if err != nil {
		return nil, err
	}
	steps, err := readPages[RecoveryStep](ctx, c, path, nil, func(s RecoveryStep) string { return s.ID })
	slices.SortStableFunc(steps, func(a, b RecoveryStep) int { return cmp.Compare(a.Sequence, b.Sequence) })
	return steps, err
}

// CreateRecoveryPlan creates a recovery plan without steps ("Create Recovery
// Plans"). It is sent once. The caller checks that no other plan has the name.
func (c *Client) CreateRecoveryPlan(ctx context.Context, n NewRecoveryPlan) (RecoveryPlan, error) {
	var created RecoveryPlan
	find := func(ctx context.Context) (bool, error) {
		found, err := c.FindRecoveryPlan(ctx, n.Name)
		if found != nil {
			created = *found
		}
		return found != nil, err
	}
	err := c.writeOnce(ctx, rest.Request{Method: http.MethodPost, Path: recoveryPlansPath, Body: n}, &created, find)
	if err == nil && created.ID == "" {
		_, err = find(ctx)
	}
	return created, err
}

// ChangeRecoveryPlan changes name and description ("Update Recovery Plan").
func (c *Client) ChangeRecoveryPlan(ctx context.Context, id string, change RecoveryPlanChange) error {
	path, err := planPath(id, "")
	if err != nil {
		return err
	}
	return c.writeOnce(ctx, rest.Request{Method: http.MethodPatch, Path: path, Body: change}, nil, func(ctx context.Context) (bool, error) {
		p, err := c.RecoveryPlan(ctx, id)
		return p != nil && change.matches(*p), err
	})
}

// DeleteRecoveryPlan deletes a recovery plan ("Delete Recovery Plan"). It is no
// error if the plan does not exist.
func (c *Client) DeleteRecoveryPlan(ctx context.Context, id string) error {
	path, err := planPath(id, "")
	if err != nil {
		return err
	}
	err = c.writeOnce(ctx, rest.Request{Method: http.MethodDelete, Path: path}, nil, func(ctx context.Context) (bool, error) {
		p, err := c.RecoveryPlan(ctx, id)
		return err == nil && p == nil, err
	})
	if isNoPlan(err) {
		return nil
	}
	return err
}

// AddRecoveryStep adds a step at the end of a recovery plan that has no step of
// that name ("Add Recovery Plan Step").
func (c *Client) AddRecoveryStep(ctx context.Context, plan string, n NewRecoveryStep) error {
	path, err := planPath(plan, "/steps")
	if err != nil {
		return err
	}
	return c.writeOnce(ctx, rest.Request{Method: http.MethodPost, Path: path, Body: n}, nil, func(ctx context.Context) (bool, error) {
		steps, err := c.RecoverySteps(ctx, plan)
		return slices.ContainsFunc(steps, func(s RecoveryStep) bool { return s.Name == n.Name }), err
	})
}

// MoveRecoveryStep moves a step to the position of a sequence number ("Reorder
// Recovery Plan Step").
func (c *Client) MoveRecoveryStep(ctx context.Context, plan, step string, sequence int64) error {
	path, err := planPath(plan, "/steps/"+url.PathEscape(step)+"/move")
	if err != nil {
		return err
	}
	r := rest.Request{Method: http.MethodPost, Path: path, Query: url.Values{"newSequence": {strconv.FormatInt(sequence, 10)}}}
	return c.writeOnce(ctx, r, nil, func(ctx context.Context) (bool, error) {
		steps, err := c.RecoverySteps(ctx, plan)
		return slices.ContainsFunc(steps, func(s RecoveryStep) bool { return s.ID == step && s.Sequence == sequence }), err
	})
}

// ExecuteRecoveryPlan starts an operation of a recovery plan ("Test Recovery Plan",
// "Failover Recovery Plan", "Migrate Recovery Plan", "Cleanup Test Recovery Plan").
// The path of the clean-up is not published. It is assumed to be that of the test.
func (c *Client) ExecuteRecoveryPlan(ctx context.Context, id string, op PlanOperation) (Task, error) {
	parts := map[PlanOperation]string{PlanTest: "/test", PlanCleanUp: "/test", PlanFailover: "/failover", PlanMigrate: "/migrate"}
	path, err := planPath(id, parts[op])
	if err != nil {
		return Task{}, err
	}
	if op == PlanCleanUp {
		return c.start(ctx, rest.Request{Method: http.MethodDelete, Path: path})
	}
	if err := c.SettleVersion(ctx); err != nil {
		return Task{}, err
	}
	r := rest.Request{Method: http.MethodPost, Path: path}
	if op == PlanMigrate || c.APIVersion() >= "4.7" {
		r.Body = map[string]bool{"validate": true}
	}
	return c.start(ctx, r)
}

// PlanRun is RecoveryPlanExecutionInfo, one execution of a recovery plan. Start is
// in milliseconds since the epoch.
type PlanRun struct {
	ID        string        `json:"id"`
	Operation PlanOperation `json:"operation"`
	Start     int64         `json:"execStart"`
}

// RecoveryPlanRuns lists the executions of an operation, the newest first
// ("Recovery Plan Executions").
func (c *Client) RecoveryPlanRuns(ctx context.Context, plan string, op PlanOperation) ([]PlanRun, error) {
	path, err := planPath(plan, "/executions")
	if err != nil {
		return nil, err
	}
	runs, err := readPages[PlanRun](ctx, c, path, url.Values{"operation": {string(op)}}, func(r PlanRun) string { return r.ID })
	runs = slices.DeleteFunc(runs, func(r PlanRun) bool { return r.Operation != op })
	slices.SortStableFunc(runs, func(a, b PlanRun) int { return cmp.Compare(b.Start, a.Start) })
	return runs, err
}

// PlanReport is the report on one execution of a recovery plan. Times are in
// milliseconds since the epoch.
type PlanReport struct {
	PlanName    string        `json:"planName"`
	Operation   PlanOperation `json:"operation"`
	Result      string        `json:"result"`
	Start       int64         `json:"execStart"`
	End         int64         `json:"execEnd"`
	Executed    []StepReport  `json:"executedSteps"`
	NotExecuted []StepReport  `json:"notExecutedSteps"`
	Error       *APIError     `json:"error"`
}

// StepReport is the report on a step.
type StepReport struct {
	Name    string `json:"name"`
	Result  string `json:"result"`
	Skipped bool   `json:"isSkipped"`
	Start   int64  `json:"execStart"`
	End     int64  `json:"execEnd"`
}

// RecoveryPlanReport reads the report on an execution ("Get Recovery Plan Report").
func (c *Client) RecoveryPlanReport(ctx context.Context, plan, run string) (PlanReport, error) {
	var report PlanReport
	path, err := planPath(plan, "/executions/"+url.PathEscape(run)+"/report")
	if err != nil {
		return report, err
	}
	err = c.fetch(ctx, rest.Request{Method: http.MethodGet, Path: path}, &report)
	return report, err
}
