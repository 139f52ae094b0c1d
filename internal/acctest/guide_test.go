package acctest_test

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

var terraformBlock = regexp.MustCompile("(?s)```terraform\n(.*?)```")

// TestMigrationGuide applies the new configuration of the guide to a state of the
// archived provider, after each of its procedures: nothing is sent, and the next plan is
// empty.
func TestMigrationGuide(t *testing.T) {
	t.Parallel()
	g := readGuide(t, guidesFolder+"/migrating-from-vmware-vcda.md")
	after, scripts := g.terraform(t, "The new configuration"), g.take(t, "Step by step", "shell", 2)
	for name, procedure := range map[string]struct {
		script, output string
		overridden     []string
		needs          []acctest.Feature
	}{
		"moved": {
			script: "", output: "vcda_pair_site.b has moved to vcda_site_pairing.b",
			overridden: []string{"vcda-dr/vcda", "vmware/vcda"}, // Terraform reads its schema only
			needs:      []acctest.Feature{acctest.Moved},
		},
		"provider replaced": {
			script: scripts[0], output: "vcda_pair_site.b has moved to vcda_site_pairing.b",
			overridden: []string{"vcda-dr/vcda"}, needs: []acctest.Feature{acctest.Moved},
		},
		"imported": {script: scripts[1], output: "Import successful", overridden: []string{"vcda-dr/vcda"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.SkipUnlessSupported(t, procedure.needs...)
			s := newScenario(t, simulator.Manager)
			key := s.pair(t)
			space := s.workspace(t, nil)
			space.Override(t, procedure.overridden...)
			space.Env = append(space.Env, "TF_VAR_vcda_password="+s.a.Accounts().LocalUsers[0].Password)
			space.Write(t, "main.tf", s.fillIn(after, ""))
			space.Write(t, "terraform.tfstate", s.archivedState(t, key))
			out := space.MustShell(t, s.fillIn(procedure.script, "")+"\nterraform apply")
			acctest.RequireTexts(t, out, procedure.output, "0 added, 0 changed, 0 destroyed")
			space.MustRun(t, "plan", "-detailed-exitcode")
			requests := s.a.Stats().Requests
			if requests["POST /sites"] != 1 || requests["PUT /sites/{key}"] != 0 { // by which the test paired
				t.Errorf("requests: %v", requests)
			}
		})
	}
}

// archivedState returns a state with vcda_pair_site.b, whose pairing has the key.
func (s scenario) archivedState(t *testing.T, key string) string {
	t.Helper()
	type object = map[string]any
	state, err := json.Marshal(object{
		"version": 4, "terraform_version": "1.5.7", "serial": 1, "lineage": "a",
		"resources": []object{{
			"mode": "managed", "type": "vcda_pair_site", "name": "b", "provider": `provider["registry.terraform.io/vmware/vcda"]`,
			"instances": []object{{"schema_version": 0, "attributes": object{
				"id": "f61d60d2-0000-4000-8000-000000000000", "service_cert": "MIID", "site_id": key, "site_name": "site-b", "site": nil,
				"api_url": s.b.URL(), "api_thumbprint": s.b.Thumbprint(), "pairing_description": "Recovery site", "site_description": "Recovery site",
				"api_public_url": s.b.URL(), "api_version": "4.6", "build_version": nil, "is_provider_deployment": false, "timeouts": nil,
			}}},
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(state)
}
