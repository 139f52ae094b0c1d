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

// recoveryScene is an appliance with two replications, and a plan of two steps that
// recovers them.
type recoveryScene struct {
	*scene
	*direct.Provider
	a    *simulator.Appliance
	ids  []string // of the replications
	plan string   // its id
}

// plans is what a recovery plan has to say.
func plans(title string, run func(t *testing.T, s *recoveryScene)) situation {
	return situation{title: title, run: func(t *testing.T, s *scene) {
		a, _ := s.fixture(t, simulator.Manager)
		r := &recoveryScene{scene: s, Provider: s.on(t, a), a: a}
		for _, vm := range []string{"db", "web"} {
			r.ids = append(r.ids, a.Protect(simulator.Protection{SourceSite: "site-b", VM: vm}))
		}
		r.plan = a.AddRecoveryPlan(simulator.RecoveryPlan{Name: "shop", Steps: []simulator.RecoveryStep{
			{Name: "databases", Replications: r.ids[:1]}, {Name: "web servers", Replications: r.ids[1:]},
		}})
		run(t, r)
	}}
}

// comesTo says what comes of a change of an object, and returns the object.
func (r *recoveryScene) comesTo(t *testing.T, name string, prior direct.Object, config values) direct.Object {
	t.Helper()
	plan := r.Plan(t, name, prior, config)
	r.says(t, plan.Diagnostics)
	if len(plan.Diagnostics.Errors()) > 0 {
		return prior
	}
	object, d := r.Apply(t, plan)
	r.says(t, d)
	return object
}

// shop is the configuration of a plan.
func (r *recoveryScene) shop(name, replication string) values {
	return values{"name": name, "steps": []any{values{"name": "databases", "replication_ids": []any{replication}}}}
}

// tested is a test of the plan that has succeeded.
func (r *recoveryScene) tested(t *testing.T) direct.Object {
	t.Helper()
	return r.comesTo(t, recoveryTestType, none, values{"plan_id": r.plan})
}

func (r *recoveryScene) ask(question string) {
	r.a.EditRecoveryPlan(r.plan, func(p *simulator.RecoveryPlan) { p.Steps[1].Prompt = question })
}

var recoveryPlans = []situation{
	plans("Plan: a step is changed, another removed", func(t *testing.T, s *recoveryScene) {
		imported, _ := s.Import(t, recoveryPlanType, s.plan, nil)
		made, _ := s.Refresh(t, recoveryPlanType, imported)
		s.says(t, s.Plan(t, recoveryPlanType, made, s.shop("shop", s.ids[1])).Diagnostics)
	}),
	plans("Plan: the replication of a VM", func(t *testing.T, s *recoveryScene) {
		s.says(t, s.ValidateResource(t, recoveryPlanType, s.shop("shop", "C4-1b4e28ba-2fa1-41d2-883f-0016d3cca427")))
	}),
	plans("Plan: two steps of one name", func(t *testing.T, s *recoveryScene) {
		step := values{"name": "databases"}
		s.says(t, s.ValidateResource(t, recoveryPlanType, values{"name": "shop", "steps": []any{step, step}}))
	}),
	plans("Create: the replication is of the other service", func(t *testing.T, s *recoveryScene) {
		s.comesTo(t, recoveryPlanType, none, s.shop("mail", "C4VAPP-1b4e28ba-2fa1-41d2-883f-0016d3cca427"))
	}),
	plans("Create: the name is taken", func(t *testing.T, s *recoveryScene) { s.comesTo(t, recoveryPlanType, none, s.shop("shop", s.ids[0])) }),
	plans("Create: a step is refused", func(t *testing.T, s *recoveryScene) {
		s.a.Fault(fault(http.MethodPost, "/recovery-plans/*/steps", http.StatusBadRequest, ""))
		s.comesTo(t, recoveryPlanType, none, s.shop("mail", s.ids[0]))
	}),
	plans("Create: the answer is lost, and no plan is there", func(t *testing.T, s *recoveryScene) {
		s.a.Fault(simulator.Fault{Method: http.MethodPost, Path: "/recovery-plans", Kind: simulator.Reset})
		s.comesTo(t, recoveryPlanType, none, s.shop("mail", s.ids[0]))
	}),
	plans("Delete: a test is active", func(t *testing.T, s *recoveryScene) {
		imported, _ := s.Import(t, recoveryPlanType, s.plan, nil)
		made, _ := s.Refresh(t, recoveryPlanType, imported)
		s.tested(t)
		s.comesTo(t, recoveryPlanType, made, nil)
	}),
	plans("Test: one is active", func(t *testing.T, s *recoveryScene) {
		s.tested(t)
		s.tested(t)
	}),
	plans("Test: there is no such plan", func(t *testing.T, s *recoveryScene) {
		s.comesTo(t, recoveryTestType, none, values{"plan_id": "shop"})
	}),
	plans("Test: the task fails", func(t *testing.T, s *recoveryScene) {
		s.a.FailNextTask("recoveryPlanTest", "DatastoreFull", "There is no space.")
		s.tested(t)
	}),
	plans("Test: timeout at a prompt", func(t *testing.T, s *recoveryScene) {
		s.ask("Do the databases answer?")
		s.comesTo(t, recoveryTestType, none, values{"plan_id": s.plan, "timeouts": values{"create": "10m"}})
	}),
	plans("Test: the appliance offers no clean-up", func(t *testing.T, s *recoveryScene) {
		tested := s.tested(t)
		s.a.OmitGuessedCalls(true)
		s.comesTo(t, recoveryTestType, tested, nil)
	}),
	plans("Failover: all steps, and once more", func(t *testing.T, s *recoveryScene) {
		for range 2 {
			s.invokes(t, s.Provider, "vcda_recovery_plan_failover", values{"plan_id": s.plan})
		}
	}),
	plans("Failover: timeout at a prompt", func(t *testing.T, s *recoveryScene) {
		s.ask("Is the DNS changed?")
		s.invokes(t, s.Provider, "vcda_recovery_plan_failover", values{"plan_id": s.plan, "timeout": "10m"})
	}),
	plans("Failover: the task fails", func(t *testing.T, s *recoveryScene) {
		s.a.FailNextTask("recoveryPlanFailover", "DatastoreFull", "There is no space.")
		s.invokes(t, s.Provider, "vcda_recovery_plan_failover", values{"plan_id": s.plan})
	}),
	plans("Migration of a plan that does not migrate", func(t *testing.T, s *recoveryScene) {
		s.invokes(t, s.Provider, "vcda_recovery_plan_migrate", values{"plan_id": s.plan})
	}),
}
