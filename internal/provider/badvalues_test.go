package provider_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// badValues are values that no attribute of such a name can have, by a part of the
// name. Each would be sent, or compared, as it is.
var badValues = []struct{ part, value string }{
	{"thumbprint", "AB:CD"},
	{"url", "vcenter"},
	{"certificate", "ca.pem"},
	{"password", "Another-1\n"},
	{"user", "root\n"},
}

// TestResources_badValues: terraform validate refuses a bad value of each argument
// with one message that names it.
func TestResources_badValues(t *testing.T) {
	t.Parallel()
	p := serve(t)
	for resource, c := range everyResource {
		for _, attribute := range p.Schemas().ResourceSchemas[resource].Block.Attributes {
			if !attribute.Required && !attribute.Optional || attribute.Type == nil || !attribute.Type.Is(tftypes.String) {
				continue
			}
			for _, bad := range badValues {
				if !strings.Contains(attribute.Name, bad.part) {
					continue
				}
				config := maps.Clone(c.config)
				config[attribute.Name] = bad.value
				if stored, isTwin := strings.CutSuffix(attribute.Name, "_wo"); isTwin {
					delete(config, stored)
				}
				if attribute.Name == "certificate" { // excludes it
					delete(config, "thumbprint")
				}
				problems := p.ValidateResource(t, resource, config).Errors()
				if len(problems) != 1 || !strings.HasPrefix(problems[0], attribute.Name+": ") {
					t.Errorf("%s.%s = %q: %q", resource, attribute.Name, bad.value, problems)
				}
			}
		}
	}
}
