package provider_test

import (
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

// If an appliance does not support the newest version of the API, an older one is
// used. One warning per process shows the setting. With the setting there is no
// warning.
func TestAPIVersion_lowered(t *testing.T) {
	t.Parallel()
	for version, warns := range map[string]bool{"4.7": false, "4.6": true, "4.5": true} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			options := acctest.TwoSites(simulator.Manager)[:1]
			options[0].APIVersions = []string{version}
			a := acctest.StartAppliances(t, options...).Appliance("site-a")
			for name, block := range map[string]values{"unset": {}, "set": {"api_version": version}} {
				p := configureFor(t, a, block)
				line := `api_version = "` + version + `"`
				for i := range 2 {
					got, problems := p.ReadData(t, "vcda_appliance", values{})
					if errors := problems.Errors(); len(errors) > 0 || got["api_version"] != version {
						t.Fatalf("%s: version %v, errors %q", name, got["api_version"], errors)
					}
					warnings := strings.Join(problems.Warnings(), "\n")
					if shown := strings.Contains(warnings, line); shown != (warns && name == "unset" && i == 0) {
						t.Errorf("%s, read %d: warnings %q", name, i, warnings)
					}
				}
			}
		})
	}
}
