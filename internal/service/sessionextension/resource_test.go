package sessionextension_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const address = "vcda_session_extension.b"

var emptyPlan = resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}

// Every step is a new process with a new session, which knows no extension: the
// second plan is empty all the same, because the refresh extends again.
func TestEveryWayExtendsAndShrinks(t *testing.T) {
	_, b := startCloudSites(t, nil)
	for name := range ways(b) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, b := startCloudSites(t, func(o *simulator.ApplianceOptions) { o.CookieExtend = true })
			config := acctest.ProviderBlock(a) + extension(ways(b)[name])
			resource.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(t),
				Steps: []resource.TestStep{
					{
						Config: config,
						ConfigStateChecks: []statecheck.StateCheck{
							statecheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.StringExact("site-b")),
							statecheck.ExpectKnownValue(address, tfjsonpath.New("org"), knownvalue.NotNull()),
							statecheck.ExpectKnownValue(address, tfjsonpath.New("user"), knownvalue.StringExact("root")),
							statecheck.ExpectKnownValue(address, tfjsonpath.New("roles"), knownvalue.SetPartial([]knownvalue.Check{knownvalue.StringExact("ADMINISTRATORS")})),
						},
					},
					{Config: config, ConfigPlanChecks: emptyPlan},
				},
			})
			if stats := a.Stats(); stats.Requests["DELETE /sessions/{site}"] != 1 {
				t.Errorf("the destroy shrank %d times, want once", stats.Requests["DELETE /sessions/{site}"])
			}
		})
	}
}

// The published prose has another form of the access token than the schema.
func TestAccessTokenInProseForm(t *testing.T) {
	a, b := startCloudSites(t, func(o *simulator.ApplianceOptions) { o.ProseExtend = true })
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps:                    []resource.TestStep{{Config: acctest.ProviderBlock(a) + extension(ways(b)["access_token"])}},
	})
}

func TestShrinkOfWhatIsGoneIsSuccess(t *testing.T) {
	for _, status := range []int{200, 400, 404} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			a, b := startCloudSites(t, func(o *simulator.ApplianceOptions) { o.ShrinkUnknownStatus = status })
			config := acctest.ProviderBlock(a) + extension(ways(b)["multisite"])
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(t),
				Steps:                    []resource.TestStep{{Config: config}},
			})
		})
	}
}

func TestWriteOnlySecretsStayOutOfTheState(t *testing.T) {
	acctest.SkipUnlessSupported(t, acctest.WriteOnly)
	a, b := startCloudSites(t, nil)
	user := b.Accounts().VCDUsers[0]
	config := func(password string, version int) string {
		return acctest.ProviderBlock(a) + extension(fmt.Sprintf(
			`credentials = { username = %q, password_wo = %q, password_wo_version = %d }`, user.Username, password, version))
	}
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{
			{
				Config: config(user.Password, 1),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("credentials").AtMapKey("password"), knownvalue.Null()),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("credentials").AtMapKey("password_wo"), knownvalue.Null()),
				},
			},
			// A new session lacks the site, and the refresh lacks the secret: the plan
			// extends it.
			{Config: config(user.Password, 1), ConfigPlanChecks: emptyPlan},
			{
				Config: config(user.Password, 2),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				}},
			},
			{Config: config("wrong", 2), PlanOnly: true, ExpectError: acctest.MatchTexts("Unable to extend the session to the site site-b", "RemoteAuthenticationFailure")},
		},
	})
}

// A stored secret that the remote site no longer takes must not stand in the
// way of the plan that brings the new one.
func TestRotatedPassword(t *testing.T) {
	a, b := startCloudSites(t, nil)
	accounts := b.Accounts()
	config := func() string { return acctest.ProviderBlock(a) + extension(ways(b)["credentials"]) }
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{
			{Config: config()},
			{
				PreConfig: func() {
					accounts.VCDUsers[0].Password = "Rotated-1"
					b.SetAccounts(accounts)
				},
				Config: acctest.ProviderBlock(a) + extension(fmt.Sprintf(`credentials = { username = %q, password = "Rotated-1" }`, accounts.VCDUsers[0].Username)),
			},
		},
	})
}

func TestRefusedExtensionIsNotRepeated(t *testing.T) {
	a, b := startCloudSites(t, nil)
	config := acctest.ProviderBlock(a) + extension(ways(b)["credentials"])
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: func() {
					accounts := b.Accounts()
					accounts.VCDUsers[0].Password = "Rotated-1"
					b.SetAccounts(accounts)
					a.ResetStats()
				},
				Config: config, PlanOnly: true,
				ExpectError: acctest.MatchTexts("Unable to extend the session to the site site-b", "RemoteAuthenticationFailure", "credentials"),
			},
			{
				PreConfig: func() {
					if sent := a.Stats().Requests["POST /sessions/extend"]; sent != 1 {
						t.Errorf("a refused password was sent %d times by refresh and plan of one process, want once", sent)
					}
					accounts := b.Accounts()
					accounts.VCDUsers[0].Password = simulator.DefaultAccounts().VCDUsers[0].Password
					b.SetAccounts(accounts)
				},
				Config: config,
			},
		},
	})
}

func TestBadExtensions(t *testing.T) {
	a, b := startCloudSites(t, nil)
	manager := acctest.StartAppliances(t).Appliance("site-a")
	for name, test := range map[string]struct {
		config string
		want   []string
	}{
		"unknown site": {
			acctest.ProviderBlock(a) + `resource "vcda_session_extension" "b" {
				site = "site-x"
				multisite = { org = "acme" }
			}`,
			[]string{"Unable to extend the session to the site site-x", "SiteNotFound", "pair with the site first"},
		},
		"manager service": {
			acctest.ProviderBlock(manager) + extension(ways(b)["multisite"]),
			[]string{"Unable to extend the session to the site site-b", "Only the Cloud service"},
		},
		"no way":   {acctest.ProviderBlock(a) + extension(""), []string{"Not exactly one way", "credentials, access_token", "0 are set"}},
		"two ways": {acctest.ProviderBlock(a) + extension(ways(b)["multisite"]+"\n"+ways(b)["cookie"]), []string{"Not exactly one way", "2 are set"}},
		"no password": {
			acctest.ProviderBlock(a) + extension(`credentials = { username = "u" }`), []string{"credentials.password"},
		},
		"both twins": {
			acctest.ProviderBlock(a) + extension(`credentials = { username = "u", password = "p", password_wo = "p", password_wo_version = 1 }`),
			[]string{"Invalid Attribute Combination"},
		},
		"twin without version": {
			acctest.ProviderBlock(a) + extension(`credentials = { username = "u", password_wo = "p" }`), []string{"password_wo_version"},
		},
		"empty site": {
			acctest.ProviderBlock(a) + "resource \"vcda_session_extension\" \"b\" {\n site = \"\"\n multisite = { org = \"acme\" }\n}", []string{"site", "at least 1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			resource.ParallelTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(t),
				Steps:                    []resource.TestStep{{Config: test.config, ExpectError: acctest.MatchTexts(test.want...)}},
			})
		})
	}
}

func TestImportBySiteName(t *testing.T) {
	a, b := startCloudSites(t, nil)
	config := acctest.ProviderBlock(a) + extension(ways(b)["multisite"])
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{
			{Config: config},
			{
				ResourceName: address, ImportState: true, ImportStateId: "site-b", ImportStateVerify: true,
				ImportStateVerifyIgnore: []string{"multisite", "org"}, // a new session does not tell
			},
			{ResourceName: address, ImportState: true, ImportStateId: "site-x", ExpectError: acctest.MatchTexts("Unable to import the session extension \"site-x\"", "site-b")},
		},
	})
}

// The pairing is undone behind our back: the extension is gone with it.
func TestSiteGone(t *testing.T) {
	a, b := startCloudSites(t, nil)
	config := acctest.ProviderBlock(a) + extension(ways(b)["multisite"])
	resource.ParallelTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(t),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: func() { a.Unpair("site-b") },
				Config:    config, PlanOnly: true, ExpectNonEmptyPlan: true,
			},
			{PreConfig: func() { a.Pair("site-b") }, Config: config},
		},
	})
}
