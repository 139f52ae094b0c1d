package vcentersession_test

import (
	"fmt"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// Secrets that show wherever they leak.
const (
	username = "dr@vsphere.local"
	password = "s3cret-p4ssword-of-the-vcenter"
)

func start(t *testing.T, o vcenter.Options) *vcenter.Server {
	t.Helper()
	o.Username, o.Password = username, password
	return acctest.VCenter(t, o)
}

const byPassword = `login = { credentials = { username = "` + username + `", password = "` + password + `" } }`

// block configures the provider for a vCenter and nothing else.
func block(v *vcenter.Server, lines ...string) string {
	return "provider \"vcda\" {\n" + acctest.ObjectOf("vcenter", v, lines...) + "}\n"
}

// alias is block with an alias.
func alias(name string, v *vcenter.Server, lines ...string) string {
	return fmt.Sprintf("provider \"vcda\" {\n  alias = %q\n%s}\n", name, acctest.ObjectOf("vcenter", v, lines...))
}

func TestSmoke(t *testing.T) {
	acctest.Needs(t, acctest.Ephemeral)
	v := start(t, vcenter.Options{})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.WithEcho(acctest.Factories(t)),
		Steps: []resource.TestStep{{
			Config: block(v, byPassword) + `
data "vcda_vcenter_session" "current" {}
ephemeral "vcda_vcenter_clone_ticket" "t" {}
ephemeral "vcda_vcenter_session" "clone" { clone_ticket = ephemeral.vcda_vcenter_clone_ticket.t.ticket }
provider "echo" { data = ephemeral.vcda_vcenter_session.clone }
resource "echo" "clone" {}
`,
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("echo.clone", tfjsonpath.New("data").AtMapKey("user_name"), knownvalue.StringExact(username)),
			},
		}},
	})
	t.Logf("%+v", v.Stats())
}
