package sessionextension_test

import (
	"fmt"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// startCloudSites starts two appliances of the Cloud service that are paired with
// each other.
func startCloudSites(t *testing.T, change func(*simulator.ApplianceOptions)) (a, b *simulator.Appliance) {
	t.Helper()
	options := acctest.TwoSites(simulator.Cloud)
	if change != nil {
		change(&options[0])
	}
	fixture := acctest.StartAppliances(t, options...)
	a, b = fixture.Appliance("site-a"), fixture.Appliance("site-b")
	a.Pair("site-b")
	b.Pair("site-a")
	return a, b
}

// ways are the ways to extend to an appliance, in HCL.
func ways(b *simulator.Appliance) map[string]string {
	accounts := b.Accounts()
	user := accounts.VCDUsers[0]
	return map[string]string{
		"credentials":  fmt.Sprintf(`credentials = { username = %q, password = %q }`, user.Username, user.Password),
		"access_token": fmt.Sprintf(`access_token = { token = %q }`, accounts.AccessTokens[0].Token),
		"context":      fmt.Sprintf(`access_token = { token = %q, context = "acme-dr" }`, accounts.AccessTokens[1].Token),
		"api_token":    fmt.Sprintf(`api_token = { token = %q, org = "System" }`, accounts.APITokens[0].Token),
		"multisite":    `multisite = { org = "acme" }`,
		"cookie":       fmt.Sprintf(`cookie = { cookie = %q }`, accounts.Cookies[0].Cookie),
	}
}

func extension(way string) string {
	return fmt.Sprintf("\nresource \"vcda_session_extension\" \"b\" {\n  site = \"site-b\"\n  %s\n}\n", way)
}

// down is a remote site that does not answer the appliance.
var down = simulator.Fault{
	Method: "POST", Path: "/sessions/extend", Status: 500, ContentType: "application/json",
	Body: `{"code":"GeneralServerFailure","msg":"The site does not answer."}`,
}
