package provider_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/acctest/direct"
	"github.com/vcda-dr/terraform-provider-vcda/internal/clock/clocktest"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator"
)

const echoed = "Echoed-s3cret-1"

// withSecret returns a configuration with all secrets set to one value, and whether
// it has any.
func withSecret(t *testing.T, resource, secret string) (config values, any bool) {
	t.Helper()
	config = maps.Clone(everyResource[resource].config)
	for _, a := range serve(t).Schemas().ResourceSchemas[resource].Block.Attributes {
		if _, isText := config[a.Name].(string); a.Sensitive && isText {
			config[a.Name], any = secret, true
		}
	}
	return config, any
}

// No message of a create shows a secret that the appliance repeats.
func TestResources_hideEchoedSecrets(t *testing.T) {
	t.Parallel()
	for resource := range everyResource {
		config, holdsSecrets := withSecret(t, resource, echoed)
		if !holdsSecrets {
			continue
		}
		t.Run(resource, func(t *testing.T) {
			t.Parallel()
			repeated := false
			for _, service := range acctest.Services {
				for _, path := range []string{"/license", "/config/*", "/config/*/*", "/config/*/*/*", "/replicators"} {
					clock := clocktest.New()
					a := acctest.StartAppliancesAt(t, clock, acctest.TwoSites(service)[:1]...).Appliance("site-a")
					a.Fault(simulator.Fault{
						Method: http.MethodPost, Path: path, Kind: simulator.Status, Status: http.StatusBadRequest, ContentType: "application/json",
						Body: `{"code":"BadUserInput","msg":"You sent ` + echoed + `"}`,
					})
					config := maps.Clone(config)
					switch resource {
					case "vcda_appliance_password":
						config["url"], config["thumbprint"], config["current_password"] = a.URL(), a.Thumbprint(), a.Accounts().LocalUsers[0].Password
					case "vcda_tunnel": // with a thumbprint the tunnel is contacted first
						config["certificate"], config["thumbprint"] = a.CertificatePEM(), nil
					}
					p := acctest.ConnectAt(t, clock, a, nil)
					_, problems := p.Apply(t, p.Plan(t, resource, direct.Object{}, config))
					text := strings.Join(append(problems.Errors(), problems.Warnings()...), "\n")
					repeated = repeated || strings.Contains(text, "You sent (secret)")
					if strings.Contains(text, echoed) {
						t.Errorf("a secret is shown: %s", text)
					}
				}
			}
			if !repeated {
				t.Error("no request was refused that holds a secret")
			}
		})
	}
}
