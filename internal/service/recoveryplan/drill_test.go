package recoveryplan_test

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestDrill_lifeCycle(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		_, plan := f.create()
		config := direct.Values{"plan_id": plan}
		tested := f.apply(testType, none, config)
		if f.states() != "TEST TEST NOT_STARTED" || tested.Values["id"] != plan || tested.Identity["id"] != plan {
			t.Errorf("states %s, made %v", f.states(), tested.Values)
		}
		f.requireNoChange(testType, f.refresh(testType, tested), config)
		if gone := f.apply(testType, tested, nil); gone.Values != nil || f.states() != "NOT_STARTED NOT_STARTED NOT_STARTED" {
			t.Errorf("left %v, states %s", gone.Values, f.states())
		}
		f.apply(testType, none, config) // a plan can be tested again
		f.requireSent("POST /recovery-plans/{id}/test", 2, "DELETE /recovery-plans/{id}/test", 1)
	})
}

func TestDrill_olderAPI(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		f := start(t, service, direct.Values{"api_version": "4.6"})
		_, plan := f.create()
		f.apply(testType, f.apply(testType, none, direct.Values{"plan_id": plan}), nil)
	}
}

func TestDrill_staysWhileNotCleanedUp(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		_, plan := f.create()
		tested := f.apply(testType, none, direct.Values{"plan_id": plan})
		for name, c := range map[string]struct {
			operation, state, failure string
			stays                     bool
		}{
			"test":              {"TEST", "COMPLETE", "", true},
			"failed test":       {"TEST", "SUSPENDED", "X", true},
			"running test":      {"TEST", "RUNNING", "", true},
			"running clean-up":  {"CLEANUP", "RUNNING", "", true},
			"failed clean-up":   {"CLEANUP", "SUSPENDED", "X", true},
			"cleaned up":        {"CLEANUP", "COMPLETE", "", false},
			"never executed":    {"", "NOT_STARTED", "", false},
			"failed over since": {"FAILOVER", "COMPLETE", "", false},
		} {
			f.a.EditRecoveryPlan(plan, func(p *simulator.RecoveryPlan) {
				p.LastOperation, p.State, p.LastError = c.operation, c.state, c.failure
			})
			if got := f.refresh(testType, tested); (got.Values != nil) != c.stays {
				t.Errorf("%s: state %v", name, got.Values)
			}
		}
		f.a.RemoveRecoveryPlan(plan)
		if gone := f.refresh(testType, tested); gone.Values != nil {
			t.Error("the state keeps the test of a plan that is gone")
		}
		f.apply(testType, tested, nil) // nothing to clean up
	})
}

func TestDrill_import(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		_, plan := f.create()
		tested := f.apply(testType, none, direct.Values{"plan_id": plan})
		for _, wanted := range []string{plan, ""} {
			identity := map[string]direct.Values{"": {"id": plan}}[wanted]
			imported, problems := f.Import(t, testType, wanted, identity)
			if len(problems) > 0 {
				t.Fatal(problems.Errors())
			}
			if fresh := f.refresh(testType, imported); !reflect.DeepEqual(fresh.Values, tested.Values) {
				t.Errorf("imported %v, want %v", fresh.Values, tested.Values)
			}
		}
	})
}

func TestDrill_refusedBeforeAnythingIsSent(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		migration := f.a.AddRecoveryPlan(simulator.RecoveryPlan{Name: "move", Migration: true})
		tested := f.a.AddRecoveryPlan(simulator.RecoveryPlan{Name: "tested", State: "COMPLETE", LastOperation: "TEST"})
		for plan, says := range map[string]string{
			migration: "Use the action vcda_recovery_plan_migrate.",
			tested:    "destroy its vcda_recovery_plan_test",
			"nowhere": "The appliance shows no such recovery plan",
		} {
			object, problems := f.attempt(testType, none, direct.Values{"plan_id": plan})
			requireError(t, problems, "Unable to test the recovery plan "+plan, says)
			if object.Values != nil {
				t.Error("there is a state")
			}
		}
		if _, problems := f.attempt(testType, none, direct.Values{"plan_id": ""}); len(problems.Errors()) == 0 {
			t.Error("an empty id is accepted")
		}
		f.requireNothingSent()
	})
}

// TestDrill_fails: the test is saved with the error, and the next destroy cleans up.
func TestDrill_fails(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		_, plan := f.create()
		f.a.FailNextTask("recoveryPlanTest", "DatastoreFull", "There is no space.")
		object, problems := f.attempt(testType, none, direct.Values{"plan_id": plan})
		requireError(t, problems, "DatastoreFull: There is no space.", "databases is COMPLETE, web servers is FAILED", "Operation ID: ")
		if object.Values["id"] != plan || f.refresh(testType, object).Values == nil {
			t.Errorf("state %v", object.Values)
		}
		f.apply(testType, object, nil)
		if f.states() != "NOT_STARTED NOT_STARTED NOT_STARTED" {
			t.Errorf("states %s", f.states())
		}
	})
}

// TestDrill_cutShort: the test is saved with the error and still runs; a destroy waits for it and cleans up.
func TestDrill_cutShort(t *testing.T) {
	for _, interrupted := range []bool{false, true} {
		t.Run(fmt.Sprintf("interrupted %t", interrupted), func(t *testing.T) {
			eachService(t, func(t *testing.T, f *fixture) {
				_, plan := f.create()
				config := direct.Values{"plan_id": plan}
				if !interrupted {
					config["timeouts"] = direct.Values{"create": "30s"}
				}
				f.interruptAfter(interrupted, "/test")
				object, problems := f.attempt(testType, none, config)
				requireError(t, problems, "The appliance goes on with the task", "which can't be canceled", "Last known states of the steps: databases is")
				if object.Values["id"] != plan || object.Identity["id"] != plan || len(f.a.RecoveryPlans()) != 1 {
					t.Errorf("state %v, %d plans", object.Values, len(f.a.RecoveryPlans()))
				}
				if f.refresh(testType, object).Values == nil {
					t.Error("the test is not in the state")
				}
				f.a.ResetStats()
				f.apply(testType, object, nil)
				if f.states() != "NOT_STARTED NOT_STARTED NOT_STARTED" {
					t.Errorf("states %s", f.states())
				}
				f.requireSent("DELETE /recovery-plans/{id}/test", 1)
			})
		})
	}
}

// interruptAfter stops the provider, as Ctrl-C does, after a POST to a path with this end.
func (f *fixture) interruptAfter(on bool, end string) {
	if !on {
		return
	}
	stopped := make(chan struct{})
	f.a.BeforeResponse(func(r *http.Request) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, end) {
			f.a.Fault(simulator.Fault{Method: http.MethodGet, Path: "/tasks/", Times: 1, Kind: simulator.Hang, OnHang: func() {
				go func() { defer close(stopped); f.Stop(f.t) }() // it waits for the operation
			}})
		}
	})
	f.t.Cleanup(func() { <-stopped })
}

func TestDrill_lostAnswers(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		_, plan := f.create()
		f.a.Fault(simulator.Fault{Method: http.MethodPost, Path: "/recovery-plans/*/test", Kind: simulator.DropResponse})
		f.a.Fault(simulator.Fault{Method: http.MethodDelete, Path: "/recovery-plans/*/test", Kind: simulator.DropResponse})
		f.a.Fault(simulator.Fault{Method: http.MethodGet, Path: "/tasks/*", Status: http.StatusBadGateway, Skip: 1, Times: 2})
		f.apply(testType, f.apply(testType, none, direct.Values{"plan_id": plan}), nil)
		f.requireSent("POST /recovery-plans/{id}/test", 1, "DELETE /recovery-plans/{id}/test", 1)
	})
}

func TestDrill_declinedIsSentAgain(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		_, plan := f.create()
		f.a.Fault(simulator.Fault{Method: http.MethodPost, Path: "/recovery-plans/*/test", Status: http.StatusConflict, Times: 2})
		f.apply(testType, none, direct.Values{"plan_id": plan})
		f.requireSent("POST /recovery-plans/{id}/test", 3)
	})
}

// TestDrill_tasksAreForgotten: the plan itself shows the progress of the test.
func TestDrill_tasksAreForgotten(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		_, plan := f.create()
		f.a.BeforeResponse(func(r *http.Request) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/test") {
				f.a.ForgetTasks()
			}
		})
		f.apply(testType, none, direct.Values{"plan_id": plan})
		if f.states() != "TEST TEST NOT_STARTED" {
			t.Errorf("states %s", f.states())
		}
	})
}

// TestDrill_cleanUpIsNotOffered: the path of the clean-up is not documented.
func TestDrill_cleanUpIsNotOffered(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		_, plan := f.create()
		tested := f.apply(testType, none, direct.Values{"plan_id": plan})
		f.a.OmitGuessedCalls(true)
		kept, problems := f.attempt(testType, tested, nil)
		requireError(t, problems, "Unable to clean up the test of the recovery plan", "does not offer the clean-up under that path", "Clean up in the user interface")
		if kept.Values == nil {
			t.Error("the state is gone")
		}
	})
}

func TestDrill_cleanUpFails(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		_, plan := f.create()
		tested := f.apply(testType, none, direct.Values{"plan_id": plan})
		f.a.FailNextTask("recoveryPlanTestCleanup", "Locked", "A file is in use.")
		kept, problems := f.attempt(testType, tested, nil)
		requireError(t, problems, "Locked: A file is in use.")
		if kept = f.refresh(testType, kept); kept.Values == nil {
			t.Fatal("the state is gone")
		}
		if gone := f.apply(testType, kept, nil); gone.Values != nil {
			t.Errorf("left %v", gone.Values)
		}
	})
}

// TestPlan_deleteWhileTested: a plan with an active test is not deleted.
func TestPlan_deleteWhileTested(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		made, plan := f.create()
		tested := f.apply(testType, none, direct.Values{"plan_id": plan})
		kept, problems := f.attempt(planType, made, nil)
		requireError(t, problems, "Unable to delete the recovery plan shop", "destroy its vcda_recovery_plan_test")
		if kept.Values == nil || len(f.a.RecoveryPlans()) != 1 {
			t.Error("the plan is gone")
		}
		f.apply(testType, tested, nil)
		f.apply(planType, made, nil)
	})
}

// TestDrill_prompt: a test waits until a prompt is confirmed, and its timeout error names the prompt.
func TestDrill_prompt(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		_, plan := f.create("steps", []any{step("databases", f.ids[0]), direct.Values{"name": "web servers", "prompt": "Are they up?", "replication_ids": []any{f.ids[1]}}})
		config := direct.Values{"plan_id": plan, "timeouts": direct.Values{"create": "10m"}}
		object, problems := f.attempt(testType, none, config)
		requireError(t, problems, `The plan waits at the prompt of step 2 of 2, web servers: "Are they up?". Confirm it in the user interface`)
		f.confirmAfter(time.Minute)
		f.apply(testType, object, nil)
		f.confirmAfter(time.Hour)
		f.apply(testType, none, direct.Values{"plan_id": plan})
	})
}

// confirmAfter confirms the prompt of the only plan, some time after the plan has reached it.
func (f *fixture) confirmAfter(d time.Duration) {
	var since time.Time
	f.a.BeforeResponse(func(*http.Request) {
		p := f.plan()
		switch {
		case p.State != "SUSPENDED" || p.LastError != "":
			since = time.Time{}
		case since.IsZero():
			since = f.clock.Now()
		case f.clock.Now().Sub(since) >= d:
			f.a.ConfirmPrompt(p.ID)
		}
	})
}
