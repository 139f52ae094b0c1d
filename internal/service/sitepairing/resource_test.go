package sitepairing_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const address = "vcda_site_pairing.b"

// eachService runs a test on the Manager and on the Cloud service, with two appliances each.
func eachService(t *testing.T, run func(t *testing.T, a, b *simulator.Appliance)) {
	t.Helper()
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			fixture := acctest.StartAppliances(t, acctest.TwoSites(service)...)
			run(t, fixture.Appliance("site-a"), fixture.Appliance("site-b"))
		})
	}
}

// arguments are the arguments of a pairing as HCL expressions; an empty one is left out.
type arguments map[string]string

// with returns a copy with changes.
func (m arguments) with(changes arguments) arguments {
	all := maps.Clone(m)
	maps.Copy(all, changes)
	return all
}

// argumentsFor returns the arguments that pair with b.
func argumentsFor(b *simulator.Appliance) arguments {
	return arguments{"api_url": quoted(b.URL()), "api_thumbprint": quoted(b.Thumbprint()), "site": quoted(b.Site())}
}

func quoted(text string) string { return fmt.Sprintf("%q", text) }

// config returns a configuration with the provider for a, and the pairing.
func config(a *simulator.Appliance, m arguments) string {
	return acctest.ProviderBlock(a) + pairing("b", m)
}

func pairing(name string, m arguments) string {
	block := fmt.Sprintf("resource \"vcda_site_pairing\" %q {\n", name)
	for argument, value := range m {
		if value != "" {
			block += "  " + argument + " = " + value + "\n"
		}
	}
	return block + "}\n"
}

// otherURL returns the second address of b.
func otherURL(b *simulator.Appliance) string { return "https://" + b.Site() + ".example.com:8048" }

func expectKnownValue(name string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), value)
}

func expectAction(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{
		PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)},
		PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
	}
}

// checkSent checks how many requests have changed sites so far.
func checkSent(a *simulator.Appliance, posts, puts, deletes int) resource.TestCheckFunc {
	return func(*terraform.State) error {
		requests := a.Stats().Requests
		got := []int{requests["POST /sites"], requests["PUT /sites/{key}"], requests["DELETE /sites/{key}"]}
		if want := []int{posts, puts, deletes}; fmt.Sprint(got) != fmt.Sprint(want) {
			return fmt.Errorf("POST, PUT and DELETE were sent %v times, not %v", got, want)
		}
		return nil
	}
}

// checkStored checks the values that the appliance stores of its one peer.
func checkStored(a *simulator.Appliance, url, thumbprint, description string) resource.TestCheckFunc {
	return func(*terraform.State) error {
		sites := a.Sites()
		if len(sites) != 1 {
			return fmt.Errorf("%d sites, not one", len(sites))
		}
		if s := sites[0]; s.APIPublicURL != url || s.APIThumbprint != thumbprint || s.Description != description {
			return fmt.Errorf("the appliance has %+v", s)
		}
		return nil
	}
}

// requireStored is checkStored for a test without a command line.
func requireStored(t *testing.T, a *simulator.Appliance, url, thumbprint, description string) {
	t.Helper()
	if err := checkStored(a, url, thumbprint, description)(nil); err != nil {
		t.Error(err)
	}
}

func run(t *testing.T, a *simulator.Appliance, steps ...resource.TestStep) {
	t.Helper()
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		CheckDestroy: func(*terraform.State) error {
			if sites := a.Sites(); len(sites) > 0 {
				return fmt.Errorf("still paired: %+v", sites)
			}
			return nil
		},
		Steps: steps,
	})
}

// TestCreate checks every attribute after a create that pairs the second side,
// so that the link works.
func TestCreate(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		b.Pair("site-a")
		cloud := a.Service() == simulator.Cloud
		either := func(onManager, onCloud knownvalue.Check) knownvalue.Check {
			if cloud {
				return onCloud
			}
			return onManager
		}
		run(t, a, resource.TestStep{
			Config:           config(a, argumentsFor(b).with(arguments{"description": quoted("Recovery site")})),
			ConfigPlanChecks: expectAction(plancheck.ResourceActionCreate),
			Check: resource.ComposeTestCheckFunc(checkSent(a, 1, 0, 0), checkStored(a, b.URL(), b.Thumbprint(), "Recovery site"),
				func(s *terraform.State) error {
					want := a.Sites()[0].ID
					if cloud {
						want = "site-b"
					}
					if got := s.RootModule().Resources[address].Primary.ID; got != want {
						return fmt.Errorf("the id is %q, not %q", got, want)
					}
					return nil
				}),
			ConfigStateChecks: []statecheck.StateCheck{
				expectKnownValue("api_url", knownvalue.StringExact(b.URL())),
				expectKnownValue("api_thumbprint", knownvalue.StringExact(b.Thumbprint())),
				expectKnownValue("description", knownvalue.StringExact("Recovery site")),
				expectKnownValue("site", knownvalue.StringExact("site-b")),
				expectKnownValue("api_public_url", knownvalue.StringExact(b.URL())),
				expectKnownValue("api_internal_url", knownvalue.StringFunc(func(url string) error {
					if !strings.HasPrefix(url, "https://") {
						return fmt.Errorf("%q is no address", url)
					}
					return nil
				})),
				expectKnownValue("api_version", knownvalue.StringExact("4.7")),
				expectKnownValue("build_version", either(knownvalue.Null(), knownvalue.NotNull())),
				expectKnownValue("is_provider_deployment", either(knownvalue.Bool(false), knownvalue.Null())),
				expectKnownValue("peer_tunnel_thumbprint", either(knownvalue.NotNull(), knownvalue.Null())),
				expectKnownValue("healthy", knownvalue.Bool(true)),
				expectKnownValue("incoming_comm_error", knownvalue.Null()),
				expectKnownValue("outgoing_comm_error", knownvalue.Null()),
				expectKnownValue("pending_task_id", knownvalue.Null()),
				expectKnownValue("repair_triggers", knownvalue.Null()),
				expectKnownValue("wait_for_link", knownvalue.Bool(false)),
				expectKnownValue("timeouts", knownvalue.Null()),
			},
		})
	})
}

// TestCreate_withoutName: on the Manager service the name of the site is neither configured nor sent.
func TestCreate_withoutName(t *testing.T) {
	t.Parallel()
	a, b := startSites(t, simulator.Manager, time.Second)
	config := values(b)
	delete(config, "site")
	p := newProcess(t, a)
	plan := p.Plan(t, pairingType, none, config)
	if plan.Values["site"] != direct.Unknown {
		t.Errorf("planned %v", plan.Values)
	}
	object := apply(t, p, plan)
	requireComplete(t, a, object)
	requireUnchanged(t, a, object, config)
	requireUnchanged(t, a, object, values(b)) // configuring the reported name is no change
}

// TestUpdate changes each argument that re-pairs: one PUT each, and the id
// stays.
func TestUpdate(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		v := values(b)
		object := applyConfig(t, a, none, v)
		id, description, url := object.Values["id"], "", b.URL()
		for i, change := range []direct.Values{
			{"description": "two"},
			{"api_url": otherURL(b)},
			{"api_thumbprint": "SHA-256:" + strings.Repeat("AB:", 31) + "AB"},
			{"api_thumbprint": b.Thumbprint(), "description": nil},
			{"repair_triggers": direct.Values{"build": "1"}},
			{"repair_triggers": direct.Values{"build": "2"}},
			{"repair_triggers": nil},
		} {
			maps.Copy(v, change)
			object = updateInPlace(t, a, object, v)
			switch i {
			case 0:
				description = "two"
			case 1:
				url = otherURL(b)
			case 3:
				description = ""
			}
			requireStored(t, a, url, fmt.Sprint(v["api_thumbprint"]), description)
			requireSent(t, a, 1, i+1, 0)
			if object.Values["id"] != id {
				t.Errorf("the id %v became %v", id, object.Values["id"])
			}
		}
		requireGone(t, a, applyConfig(t, a, object, nil))
		requireSent(t, a, 1, 7, 1)
	})
}

// TestUpdate_otherNotation: another form of URL or thumbprint is no change, after a create and after an update with
// that form.
func TestUpdate_otherNotation(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		url, bare := otherURL(b), strings.TrimPrefix(b.Thumbprint(), "SHA-256:")
		object := applyConfig(t, a, none, values(b, "api_url", url))
		for _, other := range [][]string{
			{"api_url", url + "/"},
			{"api_url", strings.Replace(url, "site-b", "SITE-B", 1)},
			{"api_url", "HTTPS" + strings.TrimPrefix(url, "https")},
			{"api_url", url, "api_thumbprint", strings.ToLower(b.Thumbprint())},
			{"api_url", url, "api_thumbprint", bare},
			{"api_url", url, "api_thumbprint", strings.ReplaceAll(bare, ":", "")},
			{"api_url", url + "/", "api_thumbprint", strings.ToLower(bare)},
		} {
			requireUnchanged(t, a, object, values(b, other...))
		}
		requireSent(t, a, 1, 0, 0)
		// A change in another form is sent once, and stays.
		object = updateInPlace(t, a, object, values(b, "description", "odd", "api_url", url+"/", "api_thumbprint", strings.ToLower(bare)))
		requireSent(t, a, 1, 1, 0)
		requireUnchanged(t, a, object, values(b, "description", "odd", "api_url", url))
	})
}

// TestCreate_inAnotherNotation: the configured form stays in the state, and the appliance gets the normal form of
// both.
func TestCreate_inAnotherNotation(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		thumbprint := strings.ToLower(strings.TrimPrefix(b.Thumbprint(), "SHA-256:"))
		v := values(b, "api_url", b.URL()+"/", "api_thumbprint", thumbprint)
		object := applyConfig(t, a, none, v)
		requireStored(t, a, b.URL(), b.Thumbprint(), "")
		if object.Values["api_url"] != b.URL()+"/" || object.Values["api_thumbprint"] != thumbprint {
			t.Errorf("state %v", object.Values)
		}
		requireUnchanged(t, a, object, v)
	})
}

// TestUpdate_withoutRequest: a change that concerns Terraform only changes the state and sends nothing.
func TestUpdate_withoutRequest(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		b.Pair("site-a") // so that there is a link to wait for
		object := applyConfig(t, a, none, values(b))
		times := direct.Values{"create": "3m", "read": "2m", "update": "3m", "delete": "3m"}
		for _, change := range []direct.Values{{"timeouts": times}, {}, {"wait_for_link": true}, {"repair_triggers": direct.Values{}}} {
			v := values(b)
			maps.Copy(v, change)
			p := newProcess(t, a)
			plan := p.Plan(t, pairingType, object, v)
			if plan.RequiresReplace || fmt.Sprint(plan.Values) == fmt.Sprint(object.Values) {
				t.Errorf("%v: planned %v", change, plan.Values)
			}
			object = apply(t, p, plan)
			if fmt.Sprint(object.Values["timeouts"]) != fmt.Sprint(v["timeouts"]) {
				t.Errorf("timeouts %v became %v", v["timeouts"], object.Values["timeouts"])
			}
			requireUnchanged(t, a, object, v)
		}
		requireSent(t, a, 1, 0, 0)
	})
}

// TestReplace: another name is another site. The old one is unpaired, the new one paired.
func TestReplace(t *testing.T) {
	t.Parallel()
	for _, service := range acctest.Services {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			fixture := startOnClock(t, append(acctest.TwoSites(service), simulator.ApplianceOptions{Site: "site-c", Service: service})...)
			a, b, c := fixture.Appliance("site-a"), fixture.Appliance("site-b"), fixture.Appliance("site-c")
			old := applyConfig(t, a, none, values(b))
			p := newProcess(t, a)
			// The CLI plans both before it applies either.
			change, pair := p.Replace(t, pairingType, old, values(c))
			if !change.RequiresReplace {
				t.Errorf("no replacement is planned: %v", change.Values)
			}
			unpair := p.Plan(t, pairingType, old, nil)
			requireNoState(t, apply(t, p, unpair))
			object := apply(t, p, pair)
			requireStored(t, a, c.URL(), c.Thumbprint(), "")
			requireUnchanged(t, a, object, values(c))
			requireSent(t, a, 2, 0, 1)
		})
	}
}

// TestDrift: a change outside Terraform shows in the plan, and one re-pairing restores it.
func TestDrift(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		v := values(b, "description", "ours")
		object := applyConfig(t, a, none, v)
		for i, drift := range []func(){
			func() { a.SetDescription("site-b", "theirs") },
			func() { a.SetPublicURL("site-b", otherURL(b)) },
			func() { a.SetThumbprint("site-b", a.Thumbprint()) },
		} {
			drift()
			drifted, problems := readAgain(t, a, object)
			if len(problems.Errors()) > 0 {
				t.Fatal(problems.Errors())
			}
			object = updateInPlace(t, a, drifted, v)
			requireStored(t, a, b.URL(), b.Thumbprint(), "ours")
			requireSent(t, a, 1, i+1, 0)
		}
	})
}

// TestDrift_inNotation: the appliance has its own form of URL and thumbprint, which is no drift.
func TestDrift_inNotation(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		object := applyConfig(t, a, none, values(b))
		a.SetPublicURL("site-b", b.URL()+"/")
		a.SetThumbprint("site-b", strings.ToLower(b.Thumbprint()))
		now, problems := readAgain(t, a, object)
		if len(problems) > 0 || now.Values["api_url"] != b.URL() || now.Values["api_thumbprint"] != b.Thumbprint() {
			t.Errorf("%q, state %v", problems.Errors(), now.Values)
		}
		requireUnchanged(t, a, now, values(b))
		requireSent(t, a, 1, 0, 0)
	})
}

// TestRead_gone: a pairing that was removed outside Terraform is created again, or destroyed without an error.
func TestRead_gone(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		object := applyConfig(t, a, none, values(b))
		a.Unpair("site-b")
		removed, problems := readAgain(t, a, object)
		if len(problems) > 0 {
			t.Error(problems.Errors())
		}
		requireNoState(t, removed)
		object = applyConfig(t, a, none, values(b))
		requireStored(t, a, b.URL(), b.Thumbprint(), "")
		requireSent(t, a, 2, 0, 0)
		a.Unpair("site-b")
		requireGone(t, a, applyConfig(t, a, object, nil))
		requireSent(t, a, 2, 0, 0)
	})
}

// TestDelete_goneAfterThePlan: the pairing disappears after the refresh of a destroy.
func TestDelete_goneAfterThePlan(t *testing.T) {
	eachServiceOnClock(t, func(t *testing.T, a, b *simulator.Appliance) {
		p := configured(t, a)
		made := apply(t, p, p.Plan(t, pairingType, none, values(b)))
		configure(t, p, a)
		plan := p.Plan(t, pairingType, made, nil)
		a.Unpair("site-b")
		apply(t, p, plan)
		// Or it disappears right before the request, and the appliance responds with 404.
		configure(t, p, a)
		made = apply(t, p, p.Plan(t, pairingType, none, values(b)))
		configure(t, p, a)
		plan = p.Plan(t, pairingType, made, nil)
		unpaired := false
		a.BeforeResponse(func(r *http.Request) {
			if r.Method == http.MethodGet && r.URL.Path == "/sites" && !unpaired {
				unpaired = true
				a.Unpair("site-b")
			}
		})
		apply(t, p, plan)
	})
}

// TestCreate_bothSides pairs two appliances with each other in one configuration, with a provider each.
func TestCreate_bothSides(t *testing.T) {
	eachService(t, func(t *testing.T, a, b *simulator.Appliance) {
		side := func(name, alias string, peer *simulator.Appliance) string {
			return pairing(name, argumentsFor(peer).with(arguments{"provider": "vcda." + alias})) +
				fmt.Sprintf("output %q { value = vcda_site_pairing.%s.healthy }\n", name, name)
		}
		w := acctest.NewWorkspace(t, acctest.ProviderAlias("a", a)+acctest.ProviderAlias("b", b)+side("a_to_b", "a", b)+side("b_to_a", "b", a))
		w.MustRun(t, "apply", "-no-color", "-auto-approve")
		w.MustRun(t, "apply", "-no-color", "-auto-approve", "-refresh-only")
		for _, output := range []string{"a_to_b", "b_to_a"} {
			if got := w.MustRun(t, "output", "-json", output); strings.TrimSpace(got) != "true" {
				t.Errorf("%s is healthy: %s", output, got)
			}
		}
		w.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
		w.MustRun(t, "destroy", "-no-color", "-auto-approve")
		for _, one := range []*simulator.Appliance{a, b} {
			if s := one.Stats(); len(one.Sites()) > 0 || s.Logins != s.Logouts || s.LiveSessions > 0 {
				t.Errorf("%s: sites %v, %d logins, %d logouts", one.Site(), one.Sites(), s.Logins, s.Logouts)
			}
		}
	})
}
