package sitepairing_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestAppliance_other: a refresh, the plan of a change, or a write that reaches another appliance than the one with
// the pairing is an error. State and appliance stay unchanged.
func TestAppliance_other(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := applyConfig(t, a, none, values(b))
		other := b // where the URL leads now
		says := []string{"The pairing was made on another appliance", "VCDA_URL", "terraform state rm", "removed block"}
		kept, problems := readAgain(t, other, made)
		requireError(t, problems, says...)
		if kept.Values["id"] != made.Values["id"] {
			t.Errorf("state %v", kept.Values)
		}
		requireError(t, newProcess(t, other).Plan(t, pairingType, made, values(b, "description", "two")).Diagnostics, says...)
		_, create := newProcess(t, other).Replace(t, pairingType, made, values(b))
		requireError(t, create.Diagnostics, says...)
		here := newProcess(t, a)
		update, destroy := here.Plan(t, pairingType, made, values(b, "description", "two")), here.Plan(t, pairingType, made, nil)
		for _, plan := range []direct.Plan{update, destroy} { // saved, and applied there
			_, problems := newProcess(t, other).Apply(t, plan)
			requireError(t, problems, says...)
		}
		requireSent(t, other, 0, 0, 0)
		learned, problems := readAgain(t, a, direct.Object{Values: made.Values, Identity: made.Identity}) // of before
		if len(problems) > 0 {
			t.Fatal(problems.Errors())
		}
		_, problems = readAgain(t, other, learned)
		requireError(t, problems, says...)
	})
}

// TestService_contradicted: a list of the other service removes nothing from the state.
func TestService_contradicted(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := applyConfig(t, a, none, values(b))
		wrong := map[simulator.Service]string{simulator.Manager: "cloud", simulator.Cloud: "manager"}[a.Service()]
		kept, problems := newProcess(t, a, "service", wrong).Refresh(t, pairingType, made)
		requireError(t, problems, "expects a "+wrong+" service", "VCDA_SERVICE")
		if kept.Values["id"] != made.Values["id"] {
			t.Errorf("state %v", kept.Values)
		}
		requireGone(t, a, applyConfig(t, a, made, nil))
		p := newProcess(t, a, "service", wrong)
		a.Fault(simulator.Fault{Method: "POST", Path: "/sites", Kind: simulator.Status, Status: 400}) // of a body that it does not know
		object, problems := p.Apply(t, p.Plan(t, pairingType, none, values(b)))
		requireError(t, problems, "expects a "+wrong+" service", "VCDA_SERVICE")
		requireNoState(t, object)
	})
}

// TestPlan_unknownSite: an unknown name replaces nothing.
func TestPlan_unknownSite(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := applyConfig(t, a, none, values(b))
		v := values(b)
		v["site"] = direct.Unknown
		if plan := newProcess(t, a).Plan(t, pairingType, made, v); plan.RequiresReplace || len(plan.Diagnostics) > 0 {
			t.Errorf("replaced: %t, %q", plan.RequiresReplace, plan.Diagnostics.Errors())
		}
		if plan := newProcess(t, a).Plan(t, pairingType, made, values(b, "site", "site-x")); !plan.RequiresReplace {
			t.Error("another name replaces nothing")
		}
		if plan := newProcess(t, a).Plan(t, pairingType, made, values(b, "site", "site-b")); plan.RequiresReplace {
			t.Error("the same name replaces")
		}
	})
}

// TestPlan_valuesToBeFilledIn: a row with a wrong thumbprint has no site name. Values that a re-pairing may fill in
// are unknown in its plan.
func TestPlan_valuesToBeFilledIn(t *testing.T) {
	t.Parallel()
	a, b := startSitesWith(t, simulator.Manager, func(o *simulator.ApplianceOptions) { o.NamelessUntrusted = true })
	v := values(b, "api_thumbprint", otherThumbprint)
	delete(v, "site")
	made, problems := attempt(t, a, none, v)
	if warnings := strings.Join(problems.Warnings(), "\n"); !strings.Contains(warnings, "The link with the site "+b.URL()+" does not work yet") {
		t.Errorf("the warnings name no address: %s", warnings)
	}
	if made.Values["site"] != nil {
		t.Errorf("site %v", made.Values["site"])
	}
	made.Values["peer_tunnel_thumbprint"] = nil // as with a link that is broken
	v["api_thumbprint"] = b.Thumbprint()
	p := newProcess(t, a)
	plan := p.Plan(t, pairingType, made, v)
	for _, name := range []string{"site", "peer_tunnel_thumbprint", "healthy", "api_version"} {
		if plan.Values[name] != direct.Unknown {
			t.Errorf("%s is planned as %v", name, plan.Values[name])
		}
	}
	if changed := apply(t, p, plan); changed.Values["site"] != "site-b" || changed.Values["peer_tunnel_thumbprint"] == nil {
		t.Errorf("state %v", changed.Values)
	}
}

// TestPlan_pairedAgainByHand: the plan of a pairing that is gone under its id warns of the pairing that replaced it;
// that of a tainted one has no warning.
func TestPlan_pairedAgainByHand(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		b.Pair("site-a")
		made := applyConfig(t, a, none, values(b))
		p := configured(t, a, "service", string(a.Service()))
		tainted, problems := p.Refresh(t, pairingType, made)
		if plan := p.Plan(t, pairingType, none, values(b)); len(problems) > 0 || tainted.Values == nil || len(plan.Diagnostics) > 0 {
			t.Errorf("of a tainted one: %q", plan.Diagnostics.Warnings())
		}
		if a.Service() == simulator.Cloud {
			return // the name is the key
		}
		changeList(t, a, map[string]any{"id": "another"})
		p = configured(t, a, "service", string(a.Service()))
		removed, _ := p.Refresh(t, pairingType, made)
		requireNoState(t, removed)
		requireOne(t, p.Plan(t, pairingType, none, values(b)).Diagnostics.Warnings(), "The site is paired already", "terraform import vcda_site_pairing.NAME another")
	})
}

// TestRead_unknownPendingTask: an appliance may respond with 400 to the id of a task.
func TestRead_unknownPendingTask(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := applyConfig(t, a, none, values(b))
		made.Values["pending_task_id"] = "x"
		a.Fault(simulator.Fault{Method: "GET", Path: "/tasks/*", Kind: simulator.Status, Status: 400})
		now, problems := readAgain(t, a, made)
		if len(problems) > 0 {
			t.Error(problems.Errors())
		}
		requireComplete(t, a, now)
	})
}

// TestPlan_equalTriggers: null, an empty map, and null as a value are equal.
func TestPlan_equalTriggers(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		object := applyConfig(t, a, none, values(b))
		for _, triggers := range []any{direct.Values{}, direct.Values{"build": nil}, nil} {
			v := values(b)
			v["repair_triggers"] = triggers
			object = applyConfig(t, a, object, v)
		}
		requireSent(t, a, 1, 0, 0)
	})
}

// TestDescription_tidied: line ends and surrounding white space are no difference, in either direction.
func TestDescription_tidied(t *testing.T) {
	t.Parallel()
	runConcurrently(t, map[string]simulator.Service{"manager": simulator.Manager, "cloud": simulator.Cloud}, func(t *testing.T, service simulator.Service) {
		a, b := startSitesWith(t, service, func(o *simulator.ApplianceOptions) { o.TidyDescriptions = true })
		b.Pair("site-a")
		v := values(b, "description", " two\r\nlines\n")
		made, problems := attempt(t, a, none, v)
		if len(problems) > 0 || made.Values["description"] != v["description"] || a.Sites()[0].Description != "two\nlines" {
			t.Errorf("%q, description %q, stored %q", problems.Warnings(), made.Values["description"], a.Sites()[0].Description)
		}
		requireUnchanged(t, a, made, v)
		requireUnchanged(t, a, made, values(b, "description", "two\nlines"))
		requireSent(t, a, 1, 0, 0)
	})
}

// TestDescription_storedOtherwise: another text that the appliance stores is one warning, and no drift while it
// stays.
func TestDescription_storedOtherwise(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		b.Pair("site-a")
		made := applyConfig(t, a, none, values(b))
		changeList(t, a, map[string]any{"description": "SHOUTED"})
		changed, problems := attempt(t, a, made, values(b, "description", "shouted"))
		requireOne(t, problems.Warnings(), "The appliance stores another description", `"SHOUTED" instead of "shouted"`)
		now, problems := readAgain(t, a, changed)
		if len(problems) > 0 || now.Values["description"] != "shouted" {
			t.Errorf("%q, description %q", problems.Warnings(), now.Values["description"])
		}
		a.ClearFaults()
		changeList(t, a, map[string]any{"description": "by hand"})
		if now, _ = readAgain(t, a, changed); now.Values["description"] != "by hand" {
			t.Errorf("drift is hidden: %q", now.Values["description"])
		}
	})
}

// TestAnotherAppliance_savedCreate: a plan that has contacted an appliance pairs on no other one. A plan that has
// contacted none can't know.
func TestAnotherAppliance_savedCreate(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		plan := configured(t, a).Plan(t, pairingType, none, values(b))
		object, problems := newProcess(t, b).Apply(t, plan)
		requireError(t, problems, "The plan was made on another appliance", "Nothing was sent", "VCDA_URL", "plan again")
		requireNoState(t, object)
		requireSent(t, b, 0, 0, 0)
		requireComplete(t, a, apply(t, newProcess(t, a), plan))

		before := b.Stats().Total
		blind := newProcess(t, b, "preflight", false, "service", string(b.Service())).Plan(t, pairingType, none, values(a))
		if asked := b.Stats().Total - before; asked > 0 {
			t.Errorf("the plan sends %d requests", asked)
		}
		apply(t, newProcess(t, b), blind)
	})
}

// TestAnotherAppliance_savedPlanInTheCLI: VCDA_URL names another appliance when the plan is applied.
func TestAnotherAppliance_savedPlanInTheCLI(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		w := acctest.NewWorkspace(t, pairing("b", argumentsFor(b)))
		env := w.Env
		at := func(one *simulator.Appliance) {
			user := one.Accounts().LocalUsers[0]
			w.Env = append(slices.Clone(env), "VCDA_URL="+one.URL(), "VCDA_THUMBPRINT="+one.Thumbprint(), "VCDA_LOGIN=local_user", "VCDA_USERNAME="+user.Username, "VCDA_PASSWORD="+user.Password)
		}
		at(a)
		w.MustRun(t, "plan", "-no-color", "-out=saved")
		at(b)
		out, code := w.Run(t, "apply", "-no-color", "saved")
		if code == 0 || len(b.Sites()) > 0 {
			t.Errorf("exit code %d, pairings of the other appliance: %v", code, b.Sites())
		}
		acctest.RequireTexts(t, out, ".appliance_instance_id: was")
		at(a)
		w.MustRun(t, "plan", "-no-color", "-out=saved")
		w.MustRun(t, "apply", "-no-color", "saved")
		w.MustRun(t, "destroy", "-no-color", "-auto-approve")
	})
}

// TestUnknownName_turnsOutOther: a name that becomes known in the apply and differs is an error before anything is
// sent.
func TestUnknownName_turnsOutOther(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		w := acctest.NewWorkspace(t, config(a, argumentsFor(b).with(arguments{"site": "terraform_data.name.output"}))+`
variable "name" {}
resource "terraform_data" "name" { input = var.name }
`)
		w.MustRun(t, "apply", "-no-color", "-auto-approve", "-var=name=site-b")
		out := w.MustRun(t, "plan", "-no-color", "-var=name=site-x")
		acctest.RequireTexts(t, out, "0 to add, 2 to change, 0 to destroy")
		out, code := w.Run(t, "apply", "-no-color", "-auto-approve", "-var=name=site-x")
		if code == 0 {
			t.Errorf("the apply succeeds\n%s", out)
		}
		acctest.RequireTexts(t, out, `it is "site-x", and the pairing is with "site-b"`, "Nothing was sent", "Plan again")
		acctest.RequireNoTexts(t, out, "bug in the provider")
		requireSent(t, a, 1, 0, 0)
		w.MustRun(t, "destroy", "-no-color", "-auto-approve", "-var=name=site-b")
	})
}
