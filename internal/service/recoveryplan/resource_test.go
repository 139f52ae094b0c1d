package recoveryplan_test

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestPlan_lifeCycle(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		config := f.config("description", "web shop", "scheduled_sync_at", "2030-12-01T02:00:00+01:00", "steps", []any{
			direct.Values{"name": "databases", "delay": "90s", "prompt": "Is the storage up?", "replication_ids": []any{f.ids[0], f.ids[1]}},
			direct.Values{"name": "check", "prompt": "Check the shop."},
		})
		made := f.apply(planType, none, config)
		p := f.plan()
		at := time.UnixMilli(p.ScheduledSync).UTC().Format(time.RFC3339)
		if made.Values["id"] != p.ID || made.Identity["id"] != p.ID || made.Values["state"] != "NOT_STARTED" || made.Values["owner"] != p.Owner || at != "2030-12-01T01:00:00Z" {
			t.Errorf("made %v, at the appliance %+v", made.Values, p)
		}
		if s := p.Steps[0]; s.Name != "databases" || s.Delay != 90*time.Second || s.Prompt != "Is the storage up?" || len(s.Replications) != 2 {
			t.Errorf("first step %+v", s)
		}
		f.requireNoChange(planType, f.refresh(planType, made), config)
		config["name"], config["description"] = "shop 2", ""
		changed := f.apply(planType, f.refresh(planType, made), config)
		if p := f.plan(); p.Name != "shop 2" || p.Description != "" || changed.Values["id"] != p.ID {
			t.Errorf("changed to %+v", p)
		}
		f.requireNoChange(planType, f.refresh(planType, changed), config)
		if gone := f.apply(planType, changed, nil); gone.Values != nil || len(f.a.RecoveryPlans()) != 0 {
			t.Errorf("left %v", gone.Values)
		}
		f.requireSent("POST /recovery-plans", 1, "PATCH /recovery-plans/{id}", 1, "POST /recovery-plans/{id}/steps", 2, "DELETE /recovery-plans/{id}", 1)
	})
}

func TestPlan_otherSpellings(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		delayed := func(delay string) []any {
			return []any{direct.Values{"name": "databases", "delay": delay, "replication_ids": []any{f.ids[0]}}}
		}
		made, _ := f.create("scheduled_sync_at", "2030-12-01T02:00:00Z", "steps", delayed("60s"))
		plan := f.Plan(t, planType, f.refresh(planType, made), f.config("scheduled_sync_at", "2030-12-01T03:00:00+01:00", "steps", delayed("1m")))
		if plan.RequiresReplace || len(plan.Diagnostics) > 0 {
			t.Errorf("another spelling replaces: %v", plan.Diagnostics.Warnings())
		}
		f.Apply(t, plan)
		f.requireSent("PATCH /recovery-plans/{id}", 0, "POST /recovery-plans", 1, "POST /recovery-plans/{id}/steps", 1)
	})
}

func TestPlan_withoutSteps(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		config := direct.Values{"name": "empty"}
		made := f.apply(planType, none, config)
		f.requireNoChange(planType, f.refresh(planType, made), config)
	})
}

func TestPlan_stepsAreAddedAndMovedInPlace(t *testing.T) {
	for _, first := range []int64{0, 1} {
		t.Run(fmt.Sprint(first), func(t *testing.T) {
			eachService(t, func(t *testing.T, f *fixture) {
				f.a.CountStepsFrom(first)
				made, id := f.create()
				f.a.ResetStats()
				a, b, c := step("databases", f.ids[0]), step("web servers", f.ids[1]), step("mail", f.ids[2])
				for _, wanted := range [][]any{{a, b, c}, {c, a, b}, {c, b, a}, {step("gate"), a, b, c}} {
					config := f.config("steps", wanted)
					plan := f.Plan(t, planType, f.refresh(planType, made), config)
					if plan.RequiresReplace || len(plan.Diagnostics) > 0 {
						t.Fatalf("the plan replaces: %v", plan.Diagnostics)
					}
					changed, problems := f.Apply(t, plan)
					if len(problems) > 0 {
						t.Fatal(problems.Errors())
					}
					made = changed
					var names []string
					for _, s := range wanted {
						names = append(names, s.(direct.Values)["name"].(string)) //nolint:errcheck // made above
					}
					if got := f.stepNames(); got != strings.Join(names, ", ") {
						t.Errorf("the order is %s, want %v", got, names)
					}
					f.requireNoChange(planType, f.refresh(planType, made), config)
				}
				if f.plan().ID != id {
					t.Error("the plan was replaced")
				}
				f.requireSent("POST /recovery-plans/{id}/steps", 2, "PATCH /recovery-plans/{id}", 0)
			})
		})
	}
}

func TestPlan_changedOrRemovedStepReplaces(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		made, _ := f.create()
		for name, c := range map[string]struct {
			steps []any
			says  string
		}{
			"removed": {[]any{step("databases", f.ids[0])}, "web servers (removed)"},
			"renamed": {[]any{step("databases", f.ids[0]), step("web", f.ids[1])}, "web servers (removed)"},
			"members": {[]any{step("databases", f.ids[0], f.ids[2]), step("web servers", f.ids[1])}, "databases (changed)"},
			"delay":   {[]any{step("databases", f.ids[0]), direct.Values{"name": "web servers", "delay": "1s", "replication_ids": []any{f.ids[1]}}}, "web servers (changed)"},
			"prompt":  {[]any{step("databases", f.ids[0]), direct.Values{"name": "web servers", "prompt": "?", "replication_ids": []any{f.ids[1]}}}, "web servers (changed)"},
			"all":     {nil, "databases (removed), web servers (removed)"},
		} {
			plan := f.Plan(t, planType, made, f.config("steps", c.steps))
			if !plan.RequiresReplace {
				t.Errorf("%s: the plan is not replaced", name)
			}
			requireOne(t, plan.Diagnostics.Warnings(), "steps: The recovery plan is replaced", "no published call", c.says)
		}
		if !f.Plan(t, planType, made, f.config("migration", true)).RequiresReplace || !f.Plan(t, planType, made, f.config("scheduled_sync_at", "2030-12-01T02:00:00Z")).RequiresReplace {
			t.Error("migration or scheduled_sync_at does not replace")
		}
	})
}

func TestPlan_drift(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		for name, c := range map[string]struct {
			edit     func(p *simulator.RecoveryPlan)
			replaces bool
		}{
			"name":    {func(p *simulator.RecoveryPlan) { p.Name = "other" }, false},
			"order":   {func(p *simulator.RecoveryPlan) { p.Steps[0], p.Steps[1] = p.Steps[1], p.Steps[0] }, false},
			"lost":    {func(p *simulator.RecoveryPlan) { p.Steps = p.Steps[:1] }, false},
			"delay":   {func(p *simulator.RecoveryPlan) { p.Steps[0].Delay = time.Hour }, true},
			"prompt":  {func(p *simulator.RecoveryPlan) { p.Steps[1].Prompt = "Really?" }, true},
			"members": {func(p *simulator.RecoveryPlan) { p.Steps[1].Replications = nil }, true},
		} {
			made, id := f.create()
			f.a.EditRecoveryPlan(id, c.edit)
			fresh := f.refresh(planType, made)
			if reflect.DeepEqual(fresh.Values, made.Values) {
				t.Errorf("%s: the drift is not seen", name)
			}
			plan := f.Plan(t, planType, fresh, f.config())
			if plan.RequiresReplace != c.replaces || len(plan.Changes(fresh)) == 0 {
				t.Errorf("%s: replaces %t, changes %v", name, plan.RequiresReplace, plan.Changes(fresh))
			}
			if !c.replaces {
				fixed, problems := f.Apply(t, plan)
				if len(problems) > 0 {
					t.Errorf("%s: %v", name, problems.Errors())
				}
				f.requireNoChange(planType, f.refresh(planType, fixed), f.config())
			}
			f.a.RemoveRecoveryPlan(id)
			if gone := f.refresh(planType, made); gone.Values != nil {
				t.Errorf("%s: the state keeps a plan that is gone", name)
			}
		}
	})
}

// TestPlan_scheduledSyncIsOver: an appliance may clear a time in the past, which does not replace the plan.
func TestPlan_scheduledSyncIsOver(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		soon := f.clock.Now().Add(time.Hour).UTC().Format(time.RFC3339)
		made, id := f.create("scheduled_sync_at", soon)
		f.a.EditRecoveryPlan(id, func(p *simulator.RecoveryPlan) { p.ScheduledSync = 0 })
		if fresh := f.refresh(planType, made); fresh.Values["scheduled_sync_at"] != nil {
			t.Error("a time that was cleared before it came is not seen")
		}
		f.clock.Advance(2 * time.Hour)
		f.requireNoChange(planType, f.refresh(planType, made), f.config("scheduled_sync_at", soon))
	})
}

func TestPlan_import(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		made, id := f.create("description", "web shop")
		for _, identity := range []direct.Values{nil, {"id": id}} {
			wanted := id
			if identity != nil {
				wanted = ""
			}
			imported, problems := f.Import(t, planType, wanted, identity)
			if len(problems) > 0 {
				t.Fatal(problems.Errors())
			}
			fresh := f.refresh(planType, imported)
			if !reflect.DeepEqual(fresh.Values, made.Values) {
				t.Errorf("imported %v, want %v", fresh.Values, made.Values)
			}
			f.requireNoChange(planType, fresh, f.config("description", "web shop"))
		}
	})
}

func TestPlan_existsAlready(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		_, id := f.create()
		f.a.AddRecoveryPlan(simulator.RecoveryPlan{Name: "shop floor"})
		f.a.ResetStats()
		object, problems := f.attempt(planType, none, f.config())
		requireError(t, problems, "Unable to create the recovery plan shop", "of this name already", "terraform import vcda_recovery_plan.NAME "+id)
		if object.Values != nil {
			t.Error("there is a state")
		}
		f.requireNothingSent()
		f.apply(planType, none, f.config("name", "floor")) // only a part of another's name
	})
}

func TestPlan_badInput(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		other := map[bool]string{true: "H4-1b4e28ba-2fa1-41d2-883f-0016d3cca427", false: "C4VAPP-1b4e28ba-2fa1-41d2-883f-0016d3cca427"}[f.a.Service() == simulator.Cloud]
		object, problems := f.attempt(planType, none, f.config("steps", []any{step("databases", f.ids[0], other)}))
		requireError(t, problems, "steps.replication_ids: Invalid replication_ids", other, map[simulator.Service]string{
			simulator.Cloud: "On the Cloud service steps hold vApp replications", simulator.Manager: "On the Manager service steps hold vSphere replications",
		}[f.a.Service()])
		if object.Values != nil {
			t.Error("there is a state")
		}
		for name, c := range map[string]struct {
			config direct.Values
			says   string
		}{
			"VM replication": {f.config("steps", []any{step("x", "C4-1b4e28ba-2fa1-41d2-883f-0016d3cca427")}), "C4VAPP-"},
			"no id":          {f.config("steps", []any{step("x", "web")}), `"web" can't be in a step`},
			"same names":     {f.config("steps", []any{step("x"), step("x")}), "Another step of the plan has the name"},
			"no name":        {f.config("steps", []any{step("")}), "at least 1"},
			"no plan name":   {f.config("name", ""), "at least 1"},
			"delay":          {f.config("steps", []any{direct.Values{"name": "x", "delay": "5"}}), "must be a duration such as"},
			"negative delay": {f.config("steps", []any{direct.Values{"name": "x", "delay": "-5m"}}), "not negative"},
			"time":           {f.config("scheduled_sync_at", "tomorrow"), "RFC 3339"},
		} {
			if errors := f.ValidateResource(t, planType, c.config).Errors(); len(errors) != 1 || !strings.Contains(errors[0], c.says) {
				t.Errorf("%s: %q", name, errors)
			}
		}
		f.requireNothingSent()
	})
}

// TestPlan_refusesLateIDs: an id that becomes known in the apply is refused before anything is sent.
func TestPlan_refusesLateIDs(t *testing.T) {
	t.Parallel()
	f := start(t, simulator.Cloud, direct.Values{"preflight": false})
	object, problems := f.attempt(planType, none, f.config("steps", []any{step("databases", "H4-1b4e28ba-2fa1-41d2-883f-0016d3cca427")}))
	requireError(t, problems, "steps hold vApp replications")
	if object.Values != nil {
		t.Error("there is a state")
	}
	f.requireNothingSent()
}

func TestPlan_lostAnswers(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		f.a.Fault(simulator.Fault{Method: "POST", Path: "/recovery-plans", Kind: simulator.DropResponse, Times: 1})
		f.a.Fault(simulator.Fault{Method: "POST", Path: "/recovery-plans/*/steps", Kind: simulator.DropResponse})
		f.a.Fault(simulator.Fault{Method: "POST", Path: "/recovery-plans/*/steps/*/move", Kind: simulator.Truncate})
		f.a.Fault(simulator.Fault{Method: "PATCH", Path: "/recovery-plans/*", Kind: simulator.DropResponse})
		f.a.Fault(simulator.Fault{Method: "DELETE", Path: "/recovery-plans/*", Kind: simulator.DropResponse})
		made, _ := f.create()
		config := f.config("name", "shop 2", "steps", []any{step("web servers", f.ids[1]), step("databases", f.ids[0])})
		made = f.apply(planType, f.refresh(planType, made), config)
		f.requireNoChange(planType, f.refresh(planType, made), config)
		f.apply(planType, made, nil)
		if len(f.a.RecoveryPlans()) != 0 {
			t.Error("the plan is left")
		}
		f.requireSent("POST /recovery-plans", 1, "POST /recovery-plans/{id}/steps", 2, "POST /recovery-plans/{id}/steps/{step}/move", 1, "PATCH /recovery-plans/{id}", 1, "DELETE /recovery-plans/{id}", 1)
	})
}

func TestPlan_declinedIsSentAgain(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		f.a.Fault(simulator.Fault{Method: "POST", Path: "/recovery-plans", Status: http.StatusTooManyRequests, RetryAfter: "7", Times: 2})
		f.a.Fault(simulator.Fault{Method: "POST", Path: "/recovery-plans/*/steps", Status: http.StatusTooManyRequests, Times: 1})
		f.create()
		if got := f.stepNames(); got != "databases, web servers" {
			t.Errorf("steps %s", got)
		}
	})
}

// TestPlan_createFailsHalfway: the plan is saved with the error, so that Terraform replaces it.
func TestPlan_createFailsHalfway(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		f.a.Fault(simulator.Fault{Method: "POST", Path: "/recovery-plans/*/steps", Status: http.StatusBadRequest, Skip: 1, Times: 1})
		half, problems := f.attempt(planType, none, f.config())
		requireError(t, problems, "Unable to create the recovery plan shop", "status 400", "without all of its steps", "The next apply replaces it.")
		if half.Values["id"] != f.plan().ID || len(half.Values["steps"].([]any)) != 1 { //nolint:errcheck // a list
			t.Errorf("state %v", half.Values)
		}
		f.apply(planType, half, nil)
		f.create()
	})
}

func TestPlan_brokenAnswersKeepTheState(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		made, _ := f.create()
		for name, fault := range map[string]simulator.Fault{
			"no object": {Path: "/recovery-plans/*", Kind: simulator.Body, Body: "{}"},
			"no steps":  {Path: "/recovery-plans/*/steps", Kind: simulator.Body, Body: "{}"},
			"step":      {Path: "/recovery-plans/*/steps", Kind: simulator.Body, Body: `{"items":[{"name":"x"}],"total":1}`},
			"members":   {Path: "/recovery-plans/*/steps", Kind: simulator.Body, Body: `{"items":[{"id":"1","replications":"x"}],"total":1}`},
			"forbidden": {Path: "/recovery-plans/*", Status: http.StatusForbidden},
			"server":    {Path: "/recovery-plans/*", Status: http.StatusInternalServerError},
			"proxy":     {Path: "/recovery-plans/*", Status: http.StatusNotFound, Body: "<html>not here</html>", ContentType: "text/html"},
		} {
			f.a.Fault(fault)
			kept, problems := f.Refresh(t, planType, made)
			if len(problems.Errors()) != 1 || !reflect.DeepEqual(kept.Values, made.Values) {
				t.Errorf("%s: %v, state %v", name, problems.Errors(), kept.Values)
			}
			f.a.ClearFaults()
		}
	})
}

// TestPlan_replicationsAsObjects: the form of a step's replications is not documented.
func TestPlan_replicationsAsObjects(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		f.a.ShowReplicationObjects(true)
		made, _ := f.create()
		f.requireNoChange(planType, f.refresh(planType, made), f.config())
	})
}

func TestPlan_otherAppliance(t *testing.T) {
	eachService(t, func(t *testing.T, f *fixture) {
		made, plan := f.create()
		test := f.apply(testType, none, direct.Values{"plan_id": plan})
		other := start(t, f.a.Service(), nil)
		other.RequireOtherAppliance(t, planType, made)
		other.RequireOtherAppliance(t, testType, test)
	})
}
