package acctest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/echoprovider"

	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/simulator/vcenter"
)

// VCenter starts a simulated vCenter for the length of the test.
func VCenter(t *testing.T, o vcenter.Options) *vcenter.Server {
	t.Helper()
	server, err := vcenter.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Close()
		requireNoViolations(t, "vCenter", server.Violations())
	})
	return server
}

// Storware starts a simulated Storware server for the length of the test.
func Storware(t *testing.T, o storware.Options) *storware.Server {
	t.Helper()
	server, err := storware.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Close()
		requireNoViolations(t, "Storware", server.Violations())
	})
	return server
}

func requireNoViolations(t *testing.T, system string, violations []string) {
	t.Helper()
	for _, violation := range violations {
		t.Errorf("%s: a request breaks the API: %s", system, violation)
	}
}

// endpoint is a simulated system.
type endpoint interface {
	URL() string
	CertificateAuthority() string
}

// SystemBlock returns the object of the provider block for a simulated vCenter or
// Storware server, with further lines of HCL.
func SystemBlock(name string, system endpoint, lines ...string) string {
	return fmt.Sprintf("%s = {\n  url = %q\n  ca_certificate = %q\n  %s\n}\n", name, system.URL(), system.CertificateAuthority(), strings.Join(lines, "\n  "))
}

// WithEcho adds the provider echo, which shows its configuration in the state.
func WithEcho(factories map[string]func() (tfprotov6.ProviderServer, error)) map[string]func() (tfprotov6.ProviderServer, error) {
	factories["echo"] = echoprovider.NewProviderServer()
	return factories
}
