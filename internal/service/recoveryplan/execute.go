package recoveryplan

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro/appliance"
)

// The pauses between two polls of a plan that is executed.
const (
	firstPause = time.Second
	lastPause  = 10 * time.Second
)

// isTested reports whether the last operation is a test that was not cleaned up.
func isTested(p vcda.RecoveryPlan) bool {
	e := p.Execution
	return e.LastOperation == vcda.PlanTest || e.LastOperation == vcda.PlanCleanUp && e.LastError != nil
}

// isExecuted reports whether the plan is being executed, or waits at a prompt.
func isExecuted(p vcda.RecoveryPlan) bool {
	return p.Execution.State == vcda.PlanRunning || p.Execution.PromptStepID != ""
}

// hasSucceeded reports whether the last execution was successful.
func hasSucceeded(p vcda.RecoveryPlan) bool {
	return !isExecuted(p) && p.Execution.LastError == nil && p.Execution.State != vcda.PlanSuspended
}

// execution is one operation of a plan.
type execution struct {
	client *vcda.Client
	plan   string // its id
	op     vcda.PlanOperation
	show   func(message string)

	last         *vcda.RecoveryPlan // as last read
	steps        []vcda.RecoveryStep
	reported     map[string]string // state by step
	promptedStep string            // whose prompt was reported
}

// result is the outcome of an operation.
type result = lro.Outcome[vcda.Task, *vcda.RecoveryPlan]

// begin checks an operation of a plan before anything is sent.
//
// Errors: *refusedError, errNotListed, and those of the reads.
func begin(ctx context.Context, client *vcda.Client, plan string, op vcda.PlanOperation, show func(string)) (*execution, error) {
	now, steps, err := read(ctx, client, plan)
	switch {
	case err != nil:
		return nil, err
	case now == nil:
		return nil, errNotListed
	}
	e := &execution{client: client, plan: plan, op: op, show: show, last: now, steps: steps, reported: map[string]string{}}
	switch {
	case op == vcda.PlanCleanUp:
	case now.Migration != (op == vcda.PlanMigrate):
		return nil, &refusedError{plan: *now, reason: otherKind}
	case isTested(*now):
		return nil, &refusedError{plan: *now, reason: testActive}
	}
	for _, s := range steps {
		e.reported[s.ID] = stateOf(s) // only changes are reported
	}
	e.reportPrompt()
	return e, nil
}

// run sends the operation once and waits for its end, unless the plan is in that state already. If the same operation
// runs already, it waits for that one.
//
// Errors: *executionError, and those of lro.Do.
func (e *execution) run(ctx context.Context) (result, error) {
	if err := e.untilIdle(ctx); err != nil {
		return result{State: e.last}, err
	}
	system := appliance.System(e.client, tflogDebug)
	system.Wait = e.wait
	out, err := lro.Do(ctx, system, lro.Write[vcda.Task, *vcda.RecoveryPlan]{
		Send: func(ctx context.Context) (vcda.Task, error) { return e.client.ExecuteRecoveryPlan(ctx, e.plan, e.op) },
		Read: func(ctx context.Context, _ vcda.Task) (*vcda.RecoveryPlan, error) { return e.poll(ctx) },
		Tasks: func(ctx context.Context) ([]vcda.Task, error) {
			return e.client.Tasks(ctx, vcda.TaskQuery{ResourceID: e.plan})
		},
		Match: func(t vcda.Task) lro.Match {
			if t.Workflow.ResourceID == e.plan {
				return lro.Yes
			}
			return lro.No
		},
		Done:  e.isDone,
		Shown: func(p *vcda.RecoveryPlan) bool { return p == nil || !isExecuted(*p) },
	})
	if err == nil && out.State != nil && !hasSucceeded(*out.State) {
		err = &executionError{plan: *out.State}
	}
	return out, err
}

func tflogDebug(ctx context.Context, message string, fields map[string]any) {
	tflog.Debug(ctx, message, fields)
}

// untilIdle waits for the end of an execution that already runs.
func (e *execution) untilIdle(ctx context.Context) error {
	for pause := firstPause; isExecuted(*e.last); pause = min(2*pause, lastPause) {
		if err := e.client.Clock().Sleep(ctx, pause); err != nil {
			return err
		}
		if _, err := e.poll(ctx); err != nil && !vcda.IsTransient(err) {
			return err
		}
	}
	return nil
}

// isDone reports whether the plan is in the state that the operation leads to. For a recovery that means that all
// steps are recovered.
func (e *execution) isDone(p *vcda.RecoveryPlan) bool {
	switch {
	case p == nil:
		return e.op == vcda.PlanCleanUp
	case e.op == vcda.PlanCleanUp:
		return !isTested(*p) && !isExecuted(*p)
	case p.Execution.LastOperation != e.op || !hasSucceeded(*p):
		return false
	case e.op == vcda.PlanTest:
		return true
	}
	return !slices.ContainsFunc(e.steps, func(s vcda.RecoveryStep) bool { return !s.Recovered })
}

// poll reads plan and steps, and reports changes.
func (e *execution) poll(ctx context.Context) (*vcda.RecoveryPlan, error) {
	plan, steps, err := read(ctx, e.client, e.plan)
	if err != nil || plan == nil {
		return plan, err
	}
	e.last, e.steps = plan, steps
	for i, s := range steps {
		if state := stateOf(s); e.reported[s.ID] != state {
			e.reported[s.ID] = state
			e.show(fmt.Sprintf("Step %d of %d, %s, is %s.", i+1, len(steps), s.Name, state))
		}
	}
	e.reportPrompt()
	return plan, nil
}

// reportPrompt reports a prompt once.
func (e *execution) reportPrompt() {
	if e.last.Execution.PromptStepID == e.promptedStep {
		return
	}
	e.promptedStep = e.last.Execution.PromptStepID
	if text := e.prompt(); text != "" {
		e.show(text)
	}
}

// stateOf returns the state of a step.
func stateOf(s vcda.RecoveryStep) string {
	if s.Recovered {
		return "recovered"
	}
	return s.State
}

// prompt describes the prompt that the plan waits at, "" if it waits at none.
func (e *execution) prompt() string {
	id := e.last.Execution.PromptStepID
	if id == "" {
		return ""
	}
	text := "The plan waits at a prompt"
	if at := slices.IndexFunc(e.steps, func(s vcda.RecoveryStep) bool { return s.ID == id }); at >= 0 {
		text = fmt.Sprintf("The plan waits at the prompt of step %d of %d, %s: %q", at+1, len(e.steps), e.steps[at].Name, e.steps[at].Prompt)
	}
	return text + ". Confirm it in the user interface of the appliance."
}

// wait waits for the end of a task and of the execution: at a prompt the task may end earlier.
func (e *execution) wait(ctx context.Context, t vcda.Task) (vcda.Task, error) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		seen, err := e.client.Task(ctx, t.ID)
		if err == nil {
			t = seen
		}
		plan, unseen := e.poll(ctx)
		switch {
		case t.State == vcda.TaskFailed:
			return t, &vcda.TaskError{Task: t, Err: t.Error}
		case vcda.IsTransient(unseen) || plan != nil && isExecuted(*plan):
		case err == nil && t.Ended():
			return t, nil
		case err != nil && !vcda.IsTransient(err):
			return t, &vcda.WaitError{Task: t, Err: err}
		}
		if ended := e.client.Clock().Sleep(ctx, pause); ended != nil {
			return t, &vcda.WaitError{Task: t, Last: err, Err: ended}
		}
	}
}
