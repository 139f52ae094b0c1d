package recoveryplan_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const (
	failoverAction = "vcda_recovery_plan_failover"
	migrateAction  = "vcda_recovery_plan_migrate"
)

// invoke invokes an action that has to succeed, and returns its messages.
func (f *fixture) invoke(name string, config direct.Values) string {
	f.t.Helper()
	messages, problems := f.Invoke(f.t, name, config)
	if len(problems) > 0 {
		f.t.Fatal(problems.Errors(), messages)
	}
	return strings.Join(messages, "\n")
}

func TestActions_recoverStepByStep(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		for name, migration := range map[string]bool{failoverAction: false, migrateAction: true} {
			made, plan := f.create("migration", migration)
			output := f.invoke(name, direct.Values{"plan_id": plan})
			texts := []string{
				"Step 1 of 2, databases, is RUNNING.", "Step 1 of 2, databases, is recovered.", "Step 2 of 2, web servers, is RUNNING.", "Step 2 of 2, web servers, is recovered.",
				"of the recovery plan shop: SUCCEEDED, began ", "Report: step databases: SUCCEEDED, began ", "Report: step web servers: SUCCEEDED, began ", "took 1m",
			}
			acctest.RequireTexts(t, output, texts...)
			for i := 1; i < 4; i++ {
				if strings.Index(output, texts[i-1]) > strings.Index(output, texts[i]) || strings.Count(output, texts[i]) != 1 {
					t.Errorf("messages out of order or twice: %s", output)
				}
			}
			if f.states() != "COMPLETE COMPLETE NOT_STARTED" {
				t.Errorf("states %s", f.states())
			}
			acctest.RequireTexts(t, f.invoke(name, direct.Values{"plan_id": plan}), "All steps of the recovery plan shop are recovered. Nothing was sent.")
			f.apply(planType, f.refresh(planType, made), nil)
		}
		f.requireSent("POST /recovery-plans/{id}/failover", 1, "POST /recovery-plans/{id}/migrate", 1)
	})
}

func TestActions_olderAPI(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		f := start(t, service, direct.Values{"api_version": "4.6"})
		_, failover := f.create()
		_, migrate := f.create("name", "move", "migration", true)
		f.invoke(failoverAction, direct.Values{"plan_id": failover})
		f.invoke(migrateAction, direct.Values{"plan_id": migrate})
	}
}

func TestActions_prompt(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		_, plan := f.create("steps", []any{step("databases", f.ids[0]), direct.Values{"name": "web servers", "delay": "5m", "prompt": "Is the DNS changed?", "replication_ids": []any{f.ids[1]}}})
		f.confirmAfter(2 * time.Hour)
		output := f.invoke(failoverAction, direct.Values{"plan_id": plan})
		prompt := `The plan waits at the prompt of step 2 of 2, web servers: "Is the DNS changed?". Confirm it in the user interface of the appliance.`
		if strings.Count(output, prompt) != 1 {
			t.Errorf("the prompt is not shown once: %s", output)
		}
	})
}

// TestActions_secondRun: the action waits for the execution of an interrupted or failed run, and then continues.
func TestActions_secondRun(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		_, plan := f.create()
		messages, problems := f.Invoke(t, failoverAction, direct.Values{"plan_id": plan, "timeout": "70s"})
		requireError(t, problems, "Unable to fail over the recovery plan shop", "The operation timed out.", "The appliance goes on with the task", "databases is recovered, web servers is RUNNING", "Allow more time in the attribute timeout.")
		acctest.RequireTexts(t, strings.Join(messages, "\n"), "Step 1 of 2, databases, is recovered.")
		output := f.invoke(failoverAction, direct.Values{"plan_id": plan})
		acctest.RequireTexts(t, output, "Step 2 of 2, web servers, is recovered.", "Nothing was sent.")
		acctest.RequireNoTexts(t, output, "databases")
		f.requireSent("POST /recovery-plans/{id}/failover", 1)
	})
}

func TestActions_fail(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		_, plan := f.create()
		f.a.FailNextTask("recoveryPlanFailover", "DatastoreFull", "There is no space.")
		messages, problems := f.Invoke(t, failoverAction, direct.Values{"plan_id": plan})
		requireError(t, problems, "DatastoreFull: There is no space.", "databases is recovered, web servers is FAILED", "Operation ID: ")
		acctest.RequireTexts(t, strings.Join(messages, "\n"), "Report: FAILOVER of the recovery plan shop: FAILED", "Report: step web servers: not executed.")
		output := f.invoke(failoverAction, direct.Values{"plan_id": plan})
		acctest.RequireTexts(t, output, "Report: step databases: skipped", "Report: step web servers: SUCCEEDED")
		if f.states() != "COMPLETE COMPLETE NOT_STARTED" {
			t.Errorf("states %s", f.states())
		}
	})
}

// TestActions_suspended: the task succeeds, but the plan has not ended.
func TestActions_suspended(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		_, plan := f.create()
		f.a.BeforeResponse(func(*http.Request) {
			f.a.EditRecoveryPlan(plan, func(p *simulator.RecoveryPlan) {
				if p.State == "COMPLETE" {
					p.State, p.LastError = "SUSPENDED", "HostLost"
				}
			})
		})
		_, problems := f.Invoke(t, failoverAction, direct.Values{"plan_id": plan})
		requireError(t, problems, "Unable to fail over the recovery plan shop", "has ended without success: HostLost", "where a suspended plan can be resumed")
	})
}

func TestActions_interrupted(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		_, plan := f.create()
		f.interruptAfter(true, "/failover")
		_, problems := f.Invoke(t, failoverAction, direct.Values{"plan_id": plan})
		if len(problems) > 0 { // no event is sent once the call has ended
			requireError(t, problems, "The operation was interrupted.", "The appliance goes on with the task")
		}
		f.requireSent("POST /recovery-plans/{id}/failover", 1)
	})
}

func TestActions_lostAnswer(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		_, plan := f.create()
		f.a.Fault(simulator.Fault{Method: http.MethodPost, Path: "/recovery-plans/*/failover", Kind: simulator.DropResponse})
		acctest.RequireTexts(t, f.invoke(failoverAction, direct.Values{"plan_id": plan}), "Step 2 of 2, web servers, is recovered.")
		f.requireSent("POST /recovery-plans/{id}/failover", 1)
	})
}

func TestActions_withoutReport(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		_, plan := f.create()
		f.a.OmitPlanReports(true)
		output := f.invoke(failoverAction, direct.Values{"plan_id": plan})
		acctest.RequireTexts(t, output, "Step 2 of 2, web servers, is recovered.")
		acctest.RequireNoTexts(t, output, "Report")
	})
}

func TestActions_refusedBeforeAnythingIsSent(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		add := func(p simulator.RecoveryPlan) string { return f.a.AddRecoveryPlan(p) }
		migration, protection := add(simulator.RecoveryPlan{Name: "move", Migration: true}), add(simulator.RecoveryPlan{Name: "shop"})
		tested := add(simulator.RecoveryPlan{Name: "tested", State: "COMPLETE", LastOperation: "TEST"})
		for name, c := range map[string]struct{ action, plan, says string }{
			"failover of a migration": {failoverAction, migration, "Use the action vcda_recovery_plan_migrate."},
			"migration of another":    {migrateAction, protection, "Use the action vcda_recovery_plan_failover."},
			"test is active":          {failoverAction, tested, "A test of the recovery plan is active"},
			"no plan":                 {failoverAction, "nowhere", "The appliance shows no such recovery plan"},
		} {
			t.Run(name, func(t *testing.T) {
				_, problems := f.Invoke(t, c.action, direct.Values{"plan_id": c.plan})
				requireError(t, problems, "Unable to ", "the recovery plan "+c.plan, c.says)
			})
		}
		for _, config := range []direct.Values{{"plan_id": ""}, {"plan_id": tested, "timeout": "soon"}} {
			if errors := f.ValidateAction(t, failoverAction, config).Errors(); len(errors) != 1 {
				t.Errorf("%v: %q", config, errors)
			}
		}
		f.requireNothingSent()
	})
}
