package archived

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/deployed"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// TestStates_commandLine plans and applies states of the archived provider with the
// command line, with only the source changed, and after terraform state
// replace-provider: no changes, and nothing is sent.
func TestStates_commandLine(t *testing.T) {
	t.Parallel()
	ofService := map[simulator.Service][]string{
		simulator.Manager: {"vcda_appliance_password", "vcda_vcenter_replication_manager", "vcda_replicator"},
		simulator.Cloud:   {"vcda_cloud_director_replication_manager", "vcda_tunnel"},
	}
	for service, names := range ofService {
		for _, release := range releases {
			for _, replaced := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/replaced=%t", service, release, replaced), func(t *testing.T) {
					t.Parallel()
					site, _ := setUp(t, service)
					space := acctest.NewWorkspace(t, configuration(site, names))
					if replaced {
						space.Write(t, "terraform.tfstate", stateFile(t, site, release, names))
						space.MustRun(t, "state", "replace-provider", "-auto-approve", "registry.terraform.io/vmware/vcda", "registry.terraform.io/vcda-dr/vcda")
					} else {
						space.Override(t, "vcda-dr/vcda", "vmware/vcda") // Terraform reads its schema only
						space.Write(t, "terraform.tfstate", stateFile(t, site, release, names))
					}
					acctest.RequireTexts(t, space.MustRun(t, "apply", "-no-color", "-auto-approve"), "0 added, 0 changed, 0 destroyed")
					space.MustRun(t, "plan", "-no-color", "-detailed-exitcode")
					if stats := site.Main.Stats(); stats.Writes > 0 {
						t.Errorf("something was sent: %v", stats.Requests)
					}
				})
			}
		}
	}
}

// configuration returns the provider block, and the resource "this" of each type.
func configuration(site *deployed.Site, names []string) string {
	var all strings.Builder
	fmt.Fprintf(&all, "provider \"vcda\" {\n  url = %q\n  thumbprint = %q\n  preflight = false\n  login = { local_user = { username = \"root\", password = %q } }\n}\n",
		site.Main.URL(), site.Main.Thumbprint(), deployed.RootPassword)
	for _, name := range names {
		config := deployed.Kinds[name].Config(site)
		fmt.Fprintf(&all, "resource %q \"this\" {\n", name)
		for _, attribute := range slices.Sorted(maps.Keys(config)) {
			fmt.Fprintf(&all, "  %s = %#v\n", attribute, config[attribute])
		}
		all.WriteString("}\n")
	}
	return all.String()
}

// stateFile returns a state file of the archived provider.
func stateFile(t *testing.T, site *deployed.Site, release string, names []string) string {
	t.Helper()
	resources := []any{}
	for _, name := range names {
		resources = append(resources, direct.Values{
			"mode": "managed", "type": name, "name": "this", "provider": `provider["registry.terraform.io/vmware/vcda"]`,
			"instances": []any{direct.Values{"schema_version": 0, "attributes": state(t, site, release, name)}},
		})
	}
	text, err := json.Marshal(direct.Values{"version": 4, "terraform_version": "1.5.7", "serial": 1, "lineage": "a", "resources": resources})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
