package recoveryplan

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/rest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/lro"
)

var (
	errNotListed   = errors.New("the appliance has no such recovery plan")
	errStepsDiffer = errors.New("the steps of the recovery plan are not those of the configuration")
)

// existsError is the error for an existing plan of the same name.
type existsError struct{ plan vcda.RecoveryPlan }

func (e *existsError) Error() string { return "there is a recovery plan of that name: " + e.plan.ID }

// reason is the reason why a plan refuses an operation.
type reason int

const (
	testActive reason = iota
	otherKind
)

// refusedError is the error for an operation that the plan does not allow. Nothing was sent.
type refusedError struct {
	plan   vcda.RecoveryPlan
	reason reason
}

func (e *refusedError) Error() string {
	return "the recovery plan " + e.plan.ID + " does not allow the operation"
}

// executionError is the error for an execution without success whose task has not failed.
type executionError struct{ plan vcda.RecoveryPlan }

func (e *executionError) Error() string {
	last := e.plan.Execution.LastError
	if last == nil {
		return "the recovery plan is " + e.plan.Execution.State
	}
	return last.Error()
}

// noun returns the name of the plan in messages.
func (m *model) noun() string { return "the recovery plan " + m.Name.ValueString() }

// detail explains the errors of this package, and all others as for any call of the appliance.
func detail(ctx context.Context, err error) diagnostics.Detail {
	d := diagnostics.FromError(ctx, err)
	var (
		exists   *existsError
		refused  *refusedError
		executed *executionError
		lost     *vcda.UnknownOutcomeError
		unknown  *lro.OutcomeUnknownError[vcda.Task]
	)
	switch {
	case errors.As(err, &exists):
		id := exists.plan.ID
		d.Why = fmt.Sprintf("There is a recovery plan of this name already, with the id %s.", id)
		d.Advice = fmt.Sprintf("Give the plan another name, or import it:\n\n  terraform import vcda_recovery_plan.NAME %s\n\n  import {\n    to = vcda_recovery_plan.NAME\n    id = %q\n  }", id, id)
	case errors.As(err, &refused):
		d = refused.detail()
	case errors.Is(err, errNotListed):
		d.Why = "The appliance shows no such recovery plan: it was deleted, or belongs to another user."
		d.Advice = "Correct the id."
	case errors.Is(err, errStepsDiffer):
		d.Why = "The steps that the appliance lists are not those of the configuration: the plan was changed meanwhile."
		d.Advice = "Plan again to see the difference."
	case errors.As(err, &executed):
		d.Why = diagnostics.Sentence("the execution of the recovery plan has ended without success: " + executed.Error())
		d.Advice = "Look at the plan in the user interface of the appliance, where a suspended plan can be resumed."
	case errors.As(err, &lost), errors.As(err, &unknown):
		d.Consequence = "It is not known whether the request was performed. It was not sent again. Run again: the appliance then shows the result."
	}
	return d
}

func (e *refusedError) detail() diagnostics.Detail {
	if e.reason == testActive {
		return diagnostics.Detail{
			Why:    "A test of the recovery plan is active, or was not cleaned up.",
			Advice: "Clean it up first: destroy its vcda_recovery_plan_test, or clean it up in the user interface of the appliance.",
		}
	}
	if e.plan.Migration {
		return diagnostics.Detail{
			Why: "The plan migrates: it can be neither tested nor failed over.", Advice: "Use the action vcda_recovery_plan_migrate.",
		}
	}
	return diagnostics.Detail{
		Why: "The plan doesn't migrate: it can only be tested and failed over.", Advice: "Use the action vcda_recovery_plan_failover.",
	}
}

// explain returns the detail of an error of an execution: where it stopped, and which task still runs.
func (e *execution) explain(ctx context.Context, out result, err error) diagnostics.Detail {
	d := detail(ctx, err)
	if s := rest.Status(err); e.op == vcda.PlanCleanUp && (s == http.StatusNotFound || s == http.StatusMethodNotAllowed) {
		d.Advice = "This appliance does not offer the clean-up under that path. Clean up in the user interface of the appliance, then apply again."
	}
	lines := strings.Fields(d.Consequence)
	switch {
	case out.Task.ID != "" && !out.Task.Ended():
		lines = append(lines, fmt.Sprintf("The appliance goes on with the task %s, which can't be canceled.", out.Task.ID))
	case isExecuted(*e.last):
		lines = append(lines, "The appliance continues the plan.")
	}
	if out.Sent || isExecuted(*e.last) {
		lines = append(lines, e.prompt(), e.summary())
	}
	d.Consequence = strings.Join(slices.DeleteFunc(lines, func(line string) bool { return line == "" }), " ")
	return d
}

// summary describes the states of the steps.
func (e *execution) summary() string {
	var steps []string
	for _, s := range e.steps {
		steps = append(steps, fmt.Sprintf("%s is %s", s.Name, stateOf(s)))
	}
	if len(steps) == 0 {
		return ""
	}
	return "Last known states of the steps: " + strings.Join(steps, ", ") + "."
}

// report returns the lines of the report on the execution, none if the appliance does not show it.
func (e *execution) report(ctx context.Context) []string {
	runs, err := e.client.RecoveryPlanRuns(ctx, e.plan, e.op)
	if err != nil || len(runs) == 0 {
		return nil
	}
	report, err := e.client.RecoveryPlanReport(ctx, e.plan, runs[0].ID)
	if err != nil {
		return nil
	}
	lines := []string{fmt.Sprintf("Report: %s of the recovery plan %s: %s, %s.", report.Operation, report.PlanName, report.Result, span(report.Start, report.End))}
	for _, s := range report.Executed {
		outcome := s.Result
		if s.Skipped {
			outcome = "skipped"
		}
		lines = append(lines, fmt.Sprintf("Report: step %s: %s, %s.", s.Name, outcome, span(s.Start, s.End)))
	}
	for _, s := range report.NotExecuted {
		lines = append(lines, fmt.Sprintf("Report: step %s: not executed.", s.Name))
	}
	if report.Error != nil {
		lines = append(lines, "Report: "+diagnostics.Sentence(report.Error.Error()))
	}
	return lines
}

// span describes when something began and how long it took.
func span(start, end int64) string {
	from, to := time.UnixMilli(start).UTC(), time.UnixMilli(end)
	return fmt.Sprintf("began %s, took %s", from.Format(time.RFC3339), to.Sub(from).Round(time.Second))
}
