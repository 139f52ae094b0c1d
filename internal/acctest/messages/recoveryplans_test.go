package messages_test

import (
	"net/http"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const (
	recoveryPlanType = "vcda_recovery_plan"
	recoveryTestType = "vcda_recovery_plan_test"
)

// recoveryScenario has an appliance with two replications, and a plan of two steps that
// recovers them.
type recoveryScenario struct {
	*scenario
	*direct.Provider
	a    *simulator.Appliance
	ids  []string // of the replications
	plan string   // its id
}

// planSituation runs a test for a recovery plan.
func planSituation(title string, run func(t *testing.T, s *recoveryScenario)) situation {
	return situation{title: title, run: func(t *testing.T, s *scenario) {
		a, _ := s.startAppliances(t, simulator.Manager)
		r := &recoveryScenario{scenario: s, Provider: s.connect(t, a), a: a}
		for _, vm := range []string{"db", "web"} {
			r.ids = append(r.ids, a.Protect(simulator.Protection{SourceSite: "site-b", VM: vm}))
		}
		r.plan = a.AddRecoveryPlan(simulator.RecoveryPlan{Name: "shop", Steps: []simulator.RecoveryStep{
			{Name: "databases", Replications: r.ids[:1]}, {Name: "web servers", Replications: r.ids[1:]},
		}})
		run(t, r)
	}}
}

// change plans and applies a change of an object, and returns the object.
func (r *recoveryScenario) change(t *testing.T, name string, prior direct.Object, config values) direct.Object {
	t.Helper()
	plan := r.Plan(t, name, prior, config)
	r.record(t, plan.Diagnostics)
	if len(plan.Diagnostics.Errors()) > 0 {
		return prior
	}
	object, d := r.Apply(t, plan)
	r.record(t, d)
	return object
}

// planConfig returns the configuration of a plan with one step.
func (r *recoveryScenario) planConfig(name, replication string) values {
	return values{"name": name, "steps": []any{values{"name": "databases", "replication_ids": []any{replication}}}}
}

// testPlan creates a test of the plan.
func (r *recoveryScenario) testPlan(t *testing.T) direct.Object {
	t.Helper()
	return r.change(t, recoveryTestType, noState, values{"plan_id": r.plan})
}

func (r *recoveryScenario) setPrompt(question string) {
	r.a.EditRecoveryPlan(r.plan, func(p *simulator.RecoveryPlan) { p.Steps[1].Prompt = question })
}

var recoveryPlans = []situation{
	planSituation("Plan: a step is changed, another removed", func(t *testing.T, s *recoveryScenario) {
		imported, _ := s.Import(t, recoveryPlanType, s.plan, nil)
		made, _ := s.Refresh(t, recoveryPlanType, imported)
		s.record(t, s.Plan(t, recoveryPlanType, made, s.planConfig("shop", s.ids[1])).Diagnostics)
	}),
	planSituation("Plan: the replication of a VM", func(t *testing.T, s *recoveryScenario) {
		s.record(t, s.ValidateResource(t, recoveryPlanType, s.planConfig("shop", "C4-1b4e28ba-2fa1-41d2-883f-0016d3cca427")))
	}),
	planSituation("Plan: two steps of one name", func(t *testing.T, s *recoveryScenario) {
		step := values{"name": "databases"}
		s.record(t, s.ValidateResource(t, recoveryPlanType, values{"name": "shop", "steps": []any{step, step}}))
	}),
	planSituation("Create: the replication is of the other service", func(t *testing.T, s *recoveryScenario) {
		s.change(t, recoveryPlanType, noState, s.planConfig("mail", "C4VAPP-1b4e28ba-2fa1-41d2-883f-0016d3cca427"))
	}),
	planSituation("Create: the name is taken", func(t *testing.T, s *recoveryScenario) {
		s.change(t, recoveryPlanType, noState, s.planConfig("shop", s.ids[0]))
	}),
	planSituation("Create: a step is refused", func(t *testing.T, s *recoveryScenario) {
		s.a.Fault(fault(http.MethodPost, "/recovery-plans/*/steps", http.StatusBadRequest, ""))
		s.change(t, recoveryPlanType, noState, s.planConfig("mail", s.ids[0]))
	}),
	planSituation("Create: the response is lost, and the list has no plan", func(t *testing.T, s *recoveryScenario) {
		s.a.Fault(simulator.Fault{Method: http.MethodPost, Path: "/recovery-plans", Kind: simulator.Reset})
		s.change(t, recoveryPlanType, noState, s.planConfig("mail", s.ids[0]))
	}),
	planSituation("Delete: a test is active", func(t *testing.T, s *recoveryScenario) {
		imported, _ := s.Import(t, recoveryPlanType, s.plan, nil)
		made, _ := s.Refresh(t, recoveryPlanType, imported)
		s.testPlan(t)
		s.change(t, recoveryPlanType, made, nil)
	}),
	planSituation("Test: another test is active", func(t *testing.T, s *recoveryScenario) {
		s.testPlan(t)
		s.testPlan(t)
	}),
	planSituation("Test: the plan is not known", func(t *testing.T, s *recoveryScenario) {
		s.change(t, recoveryTestType, noState, values{"plan_id": "shop"})
	}),
	planSituation("Test: the task fails", func(t *testing.T, s *recoveryScenario) {
		s.a.FailNextTask("recoveryPlanTest", "DatastoreFull", "There is no space.")
		s.testPlan(t)
	}),
	planSituation("Test: timeout at a prompt", func(t *testing.T, s *recoveryScenario) {
		s.setPrompt("Do the databases answer?")
		s.change(t, recoveryTestType, noState, values{"plan_id": s.plan, "timeouts": values{"create": "10m"}})
	}),
	planSituation("Test: the appliance offers no clean-up", func(t *testing.T, s *recoveryScenario) {
		tested := s.testPlan(t)
		s.a.OmitGuessedCalls(true)
		s.change(t, recoveryTestType, tested, nil)
	}),
	planSituation("Failover: all steps, then again", func(t *testing.T, s *recoveryScenario) {
		for range 2 {
			s.invokeAction(t, s.Provider, "vcda_recovery_plan_failover", values{"plan_id": s.plan})
		}
	}),
	planSituation("Failover: timeout at a prompt", func(t *testing.T, s *recoveryScenario) {
		s.setPrompt("Is the DNS changed?")
		s.invokeAction(t, s.Provider, "vcda_recovery_plan_failover", values{"plan_id": s.plan, "timeout": "10m"})
	}),
	planSituation("Failover: the task fails", func(t *testing.T, s *recoveryScenario) {
		s.a.FailNextTask("recoveryPlanFailover", "DatastoreFull", "There is no space.")
		s.invokeAction(t, s.Provider, "vcda_recovery_plan_failover", values{"plan_id": s.plan})
	}),
	planSituation("Migration of a plan that does not migrate", func(t *testing.T, s *recoveryScenario) {
		s.invokeAction(t, s.Provider, "vcda_recovery_plan_migrate", values{"plan_id": s.plan})
	}),
}
