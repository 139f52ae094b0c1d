package session_test

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
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

// TestSession_commandLine reads it by the command line. Only the Cloud service reports
// authenticated sites.
func TestSession_commandLine(t *testing.T) {
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
					Check: requireNoToken(a),
				}},
			})
		})
	}
}

// requireNoToken fails if the state holds the token of a request.
func requireNoToken(a *simulator.Appliance) resource.TestCheckFunc {
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

// read reads the data source and fails the test on any error.
func read(t *testing.T, a *simulator.Appliance) direct.Values {
	t.Helper()
	values, diags := acctest.Connect(t, a, nil).ReadData(t, "vcda_session", direct.Values{})
	if errors := diags.Errors(); len(errors) > 0 {
		t.Fatal(errors)
	}
	return values
}

// TestSession_unknownRole: roles are shown as the appliance reports them.
func TestSession_unknownRole(t *testing.T) {
	t.Parallel()
	accounts := simulator.DefaultAccounts()
	accounts.LocalUsers[0].Account = simulator.Account{User: "auditor", Roles: []string{"A_NEW_ROLE"}}
	options := acctest.TwoSites(simulator.Manager)[:1]
	options[0].Accounts = &accounts
	values := read(t, acctest.StartAppliances(t, options...).Appliance("site-a"))
	if want := []any{"A_NEW_ROLE"}; values["user"] != "auditor" || !reflect.DeepEqual(values["roles"], want) {
		t.Errorf("user = %v, roles = %v; want auditor, %v", values["user"], values["roles"], want)
	}
}

// TestSession_missingLists: lists that the appliance leaves out are empty.
func TestSession_missingLists(t *testing.T) {
	t.Parallel()
	a := acctest.StartAppliances(t).Appliance("site-a")
	a.Fault(simulator.Fault{Method: http.MethodGet, Path: "/sessions", Kind: simulator.Body, Body: `{"user":"root","roles":null,"authenticatedSites":null}`})
	values := read(t, a)
	for _, name := range []string{"roles", "authenticated_sites"} {
		if want := []any{}; !reflect.DeepEqual(values[name], want) {
			t.Errorf("%s = %v, want %v", name, values[name], want)
		}
	}
}

func TestSession_serverError(t *testing.T) {
	t.Parallel()
	a := acctest.StartAppliances(t).Appliance("site-a")
	a.Fault(simulator.Fault{Method: http.MethodGet, Path: "/sessions", Kind: simulator.Status, Status: 500})
	_, diags := acctest.ConnectAt(t, clocktest.New(), a, nil).ReadData(t, "vcda_session", direct.Values{})
	if len(diags.Errors()) != 1 {
		t.Fatalf("errors %q, want 1", diags.Errors())
	}
	acctest.RequireTexts(t, diags.Errors()[0], "Unable to read the session", "status 500 GeneralServerFailure: Simulated fault.", "GET /sessions")
}
