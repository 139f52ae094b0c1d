package sitepairing_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestArguments: invalid arguments are refused without a request: the attribute of the diagnostic, and a part of its
// text.
func TestArguments(t *testing.T) {
	t.Parallel()
	fixture := acctest.StartAppliances(t)
	b := fixture.Appliance("site-b")
	p := direct.Serve(t, acctest.Factories(t)["vcda"])
	with := func(name string, value any) direct.Values {
		v := values(b)
		v[name] = value
		return v
	}
	for name, c := range map[string]struct {
		config     direct.Values
		path, says string
	}{
		"http":             {with("api_url", "http://site-b.example.com"), "api_url", "is not an https URL"},
		"no scheme":        {with("api_url", "site-b.example.com"), "api_url", "is not an https URL"},
		"no host":          {with("api_url", "https://:8048"), "api_url", "has no host"},
		"user":             {with("api_url", "https://u:hush@site-b.example.com"), "api_url", "must not hold a user or password"},
		"query":            {with("api_url", "https://site-b.example.com/?a=b"), "api_url", "must not have a query"},
		"empty URL":        {with("api_url", ""), "api_url", "is not an https URL"},
		"no URL":           {with("api_url", nil), "api_url", ""},
		"short thumbprint": {with("api_thumbprint", "SHA-256:AB"), "api_thumbprint", "32 pairs of hex digits"},
		"SHA-1":            {with("api_thumbprint", "SHA-1:"+strings.Repeat("AB:", 19)+"AB"), "api_thumbprint", "That is a SHA-1 thumbprint"},
		"no hex":           {with("api_thumbprint", strings.Repeat("GH:", 31)+"GH"), "api_thumbprint", "32 pairs of hex digits"},
		"empty thumbprint": {with("api_thumbprint", ""), "api_thumbprint", "32 pairs of hex digits"},
		"no thumbprint":    {with("api_thumbprint", nil), "api_thumbprint", ""},
		"empty site":       {with("site", ""), "site", "string length must be at least 1"},
		"timeout":          {with("timeouts", direct.Values{"create": "soon"}), "timeouts.create", "not a duration above zero"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			problems := p.ValidateResource(t, pairingType, c.config)
			requireError(t, problems, c.says)
			if got := direct.Path(problems[0]); got != c.path {
				t.Errorf("it points at %q, not %q", got, c.path)
			}
			if strings.Contains(problems.Errors()[0], "hush") {
				t.Error("the password is shown")
			}
		})
	}
	for name, config := range map[string]direct.Values{
		"nothing known": {"api_url": direct.Unknown, "api_thumbprint": direct.Unknown, "site": direct.Unknown, "description": direct.Unknown, "repair_triggers": direct.Unknown, "wait_for_link": direct.Unknown},
		"no site":       with("site", nil),
		"empty text":    with("description", ""),
		"with a path":   with("api_url", "https://site-b.example.com/vcda"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if problems := p.ValidateResource(t, pairingType, config); len(problems) > 0 {
				t.Error(problems.Errors())
			}
		})
	}
}

// TestArguments_commandLine: an invalid argument stops a plan before anything is contacted.
func TestArguments_commandLine(t *testing.T) {
	t.Parallel()
	fixture := acctest.StartAppliances(t)
	a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{
			{Config: config(a, argumentsFor(b).with(arguments{"api_url": quoted("http://site-b")})), ExpectError: acctest.MatchTexts("Invalid api_url", `"http://site-b" is not an https URL`)},
		},
	})
	if total := a.Stats().Total; total > 0 {
		t.Errorf("%d requests were sent", total)
	}
}

// TestPlan_missingSite: the Cloud service pairs by name. Without a configured service the appliance is asked.
func TestPlan_missingSite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		service  []any
		requests int
	}{
		"configured": {[]any{"service", "cloud"}, 0},
		"asked":      {nil, 2}, // login and question
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fixture := acctest.StartAppliances(t, acctest.TwoSites(simulator.Cloud)...)
			a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
			p := configured(t, a, c.service...)
			config := values(b)
			delete(config, "site")
			plan := p.Plan(t, pairingType, none, config)
			requireError(t, plan.Diagnostics, "Missing site", "Set site to the other site's own name")
			if path := direct.Path(plan.Diagnostics[0]); path != "site" {
				t.Errorf("it points at %q", path)
			}
			if total := a.Stats().Total; total != c.requests {
				t.Errorf("%d requests were sent, not %d", total, c.requests)
			}
			configure(t, p, a, c.service...)
			config["site"] = direct.Unknown // may still get a name
			if errors := p.Plan(t, pairingType, none, config).Diagnostics.Errors(); len(errors) > 0 {
				t.Error(errors)
			}
		})
	}
	t.Run("manager", func(t *testing.T) {
		t.Parallel()
		fixture := acctest.StartAppliances(t)
		config := values(fixture.Appliance("site-b"))
		delete(config, "site")
		for _, service := range [][]any{nil, {"service", "manager"}} {
			p := configured(t, fixture.Appliance("site-a"), service...)
			if errors := p.Plan(t, pairingType, none, config).Diagnostics.Errors(); len(errors) > 0 {
				t.Error(errors)
			}
		}
	})
	t.Run("not known before apply", func(t *testing.T) {
		t.Parallel()
		fixture := acctest.StartAppliances(t, acctest.TwoSites(simulator.Cloud)...)
		a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
		p := direct.Serve(t, acctest.Factories(t)["vcda"])
		p.Configure(t, direct.Values{"url": direct.Unknown, "login": direct.Values{"local_user": direct.Values{"username": "u", "password": "p"}}})
		config := values(b)
		delete(config, "site")
		plan := p.Plan(t, pairingType, none, config)
		if errors := plan.Diagnostics.Errors(); len(errors) > 0 {
			t.Fatal(errors)
		}
		configure(t, p, a)
		object, problems := p.Apply(t, plan)
		requireError(t, problems, "Missing site")
		if object.Values != nil || a.Stats().Requests["POST /sites"] > 0 {
			t.Error("it was paired all the same")
		}
	})
}

// TestPlan_missingSiteInTheCommandLine: the plan fails, not the apply.
func TestPlan_missingSiteInTheCommandLine(t *testing.T) {
	t.Parallel()
	fixture := acctest.StartAppliances(t, acctest.TwoSites(simulator.Cloud)...)
	a, b := fixture.Appliance("site-a"), fixture.Appliance("site-b")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{{
			Config: config(a, argumentsFor(b).with(arguments{"site": ""})), PlanOnly: true, ExpectError: acctest.MatchTexts("Missing site", "The appliance runs the Cloud service", "service pairs by name"),
		}},
	})
}

// TestReservations_commandLine: the second resource is refused, and a moved one is the
// same.
func TestReservations_commandLine(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		twice := config(a, argumentsFor(b)) + pairing("again", argumentsFor(b).with(arguments{"api_url": quoted(b.URL() + "/")}))
		run(t, a,
			resource.TestStep{Config: config(a, argumentsFor(b))},
			resource.TestStep{Config: twice, ExpectError: acctest.MatchTexts("Two resources for one pairing")},
			resource.TestStep{
				Config:           acctest.ProviderBlock(a) + pairing("renamed", argumentsFor(b)) + "moved {\n  from = vcda_site_pairing.b\n  to = vcda_site_pairing.renamed\n}\n",
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction("vcda_site_pairing.renamed", plancheck.ResourceActionNoop)}},
				Check:            checkSent(a, 1, 0, 0),
			})
	})
}

// TestReplace_forced: -replace of one resource is one resource.
func TestReplace_forced(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		w := acctest.NewWorkspace(t, config(a, argumentsFor(b)))
		w.MustRun(t, "apply", "-no-color", "-auto-approve")
		w.MustRun(t, "apply", "-no-color", "-auto-approve", "-replace="+address)
		if err := checkSent(a, 2, 0, 1)(nil); err != nil {
			t.Error(err)
		}
		w.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
	})
}

// TestPlan_keepsWhatCanNotChange: an update keeps the values that it can't change, so that dependent objects are not
// planned again.
func TestPlan_keepsWhatCanNotChange(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		made := applyConfig(t, a, none, values(b))
		plan := newProcess(t, a).Plan(t, pairingType, made, values(b, "description", "x"))
		if plan.RequiresReplace || plan.Values["healthy"] != direct.Unknown || plan.Values["id"] != made.Values["id"] {
			t.Errorf("replaced: %t, planned %v", plan.RequiresReplace, plan.Values)
		}
	})
}
