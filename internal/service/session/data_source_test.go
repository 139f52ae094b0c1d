package session_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const address = "data.vcda_session.s"

func known(name string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(name), value)
}

func texts(all ...string) []knownvalue.Check {
	var checks []knownvalue.Check
	for _, text := range all {
		checks = append(checks, knownvalue.StringExact(text))
	}
	return checks
}

// TestSession: whose session it is. Only the Cloud service knows of sites it is
// authenticated with.
func TestSession(t *testing.T) {
	t.Parallel()
	for service, sites := range map[simulator.Service]knownvalue.Check{
		simulator.Manager: knownvalue.ListExact([]knownvalue.Check{}),
		simulator.Cloud: knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectExact(map[string]knownvalue.Check{
			"site": knownvalue.StringExact("site-a"), "org": knownvalue.StringExact("System"),
		})}),
	} {
		t.Run(string(service), func(t *testing.T) {
			t.Parallel()
			a := acctest.StartAppliances(t, acctest.TwoSites(service)...).Appliance("site-a")
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(t),
				Steps: []resource.TestStep{{
					Config: acctest.ProviderBlock(a) + "data \"vcda_session\" \"s\" {}\n",
					ConfigStateChecks: []statecheck.StateCheck{
						known("user", knownvalue.StringExact("root")),
						known("roles", knownvalue.SetExact(texts("ADMINISTRATORS", "EVERYONE", "VRADMINISTRATORS"))),
						known("authenticated_sites", sites),
					},
					Check: withoutToken(a),
				}},
			})
		})
	}
}

// withoutToken looks for the tokens of all requests in the whole state.
func withoutToken(a *simulator.Appliance) resource.TestCheckFunc {
	return func(s *terraform.State) error {
		all := s.String()
		for _, r := range a.Requests() {
			if token := r.Header.Get("X-Vcav-Auth"); token != "" && strings.Contains(all, token) {
				return fmt.Errorf("the state holds the token of %s %s", r.Method, r.Path)
			}
		}
		return nil
	}
}

// TestSessionOfATenant: roles are shown as they are, whatever they may be.
func TestSessionOfATenant(t *testing.T) {
	t.Parallel()
	accounts := simulator.DefaultAccounts()
	accounts.LocalUsers[0].Account = simulator.Account{User: "auditor", Roles: []string{"A_NEW_ROLE"}}
	options := acctest.TwoSites(simulator.Manager)[:1]
	options[0].Accounts = &accounts
	a := acctest.StartAppliances(t, options...).Appliance("site-a")
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{{
			Config: acctest.ProviderBlock(a) + "data \"vcda_session\" \"s\" {}\n",
			ConfigStateChecks: []statecheck.StateCheck{
				known("user", knownvalue.StringExact("auditor")), known("roles", knownvalue.SetExact(texts("A_NEW_ROLE"))),
			},
		}},
	})
}

// TestSessionWithoutLists: lists that the appliance leaves out are empty, not
// an error.
func TestSessionWithoutLists(t *testing.T) {
	t.Parallel()
	a := acctest.StartAppliances(t).Appliance("site-a")
	a.Fault(simulator.Fault{Method: http.MethodGet, Path: "/sessions", Kind: simulator.Body, Body: `{"user":"root","roles":null,"authenticatedSites":null}`})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{{
			Config: acctest.ProviderBlock(a) + "data \"vcda_session\" \"s\" {}\n",
			ConfigStateChecks: []statecheck.StateCheck{
				known("roles", knownvalue.SetSizeExact(0)), known("authenticated_sites", knownvalue.ListSizeExact(0)),
			},
		}},
	})
}

func TestSessionFails(t *testing.T) {
	t.Parallel()
	a := acctest.StartAppliances(t).Appliance("site-a")
	a.Fault(simulator.Fault{Method: http.MethodGet, Path: "/sessions", Kind: simulator.Status, Status: 500})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{{
			Config:      acctest.ProviderBlock(a) + "data \"vcda_session\" \"s\" {}\n",
			ExpectError: acctest.MatchTexts("Unable to read the session", "status 500 GeneralServerFailure: Simulated fault.", "Request: GET /sessions"),
		}},
	})
}
