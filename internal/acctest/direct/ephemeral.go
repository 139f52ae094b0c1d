package direct

import (
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Ephemeral is an open ephemeral resource.
type Ephemeral struct {
	Values  Values
	Private []byte
	RenewAt time.Time
	name    string
}

// ValidateEphemeral validates the configuration of an ephemeral resource.
func (p *Provider) ValidateEphemeral(t testing.TB, name string, config Values) Diagnostics {
	t.Helper()
	kind := p.schemas.EphemeralResourceSchemas[name].ValueType()
	resp, err := p.server.ValidateEphemeralResourceConfig(t.Context(), &tfprotov6.ValidateEphemeralResourceConfigRequest{TypeName: name, Config: dynamic(t, kind, config)})
	must(t, err)
	return resp.Diagnostics
}

// Open opens an ephemeral resource.
func (p *Provider) Open(t testing.TB, name string, config Values) (Ephemeral, Diagnostics) {
	t.Helper()
	kind := p.schemas.EphemeralResourceSchemas[name].ValueType()
	resp, err := p.server.OpenEphemeralResource(t.Context(), &tfprotov6.OpenEphemeralResourceRequest{TypeName: name, Config: dynamic(t, kind, config)})
	must(t, err)
	opened := Ephemeral{Private: resp.Private, RenewAt: resp.RenewAt, name: name}
	if resp.Result != nil {
		opened.Values = values(t, undynamic(t, kind, resp.Result))
	}
	return opened, resp.Diagnostics
}

// Renew renews an open ephemeral resource, and sets the time of the next renewal.
func (p *Provider) Renew(t testing.TB, e *Ephemeral) Diagnostics {
	t.Helper()
	resp, err := p.server.RenewEphemeralResource(t.Context(), &tfprotov6.RenewEphemeralResourceRequest{TypeName: e.name, Private: e.Private})
	must(t, err)
	e.Private, e.RenewAt = resp.Private, resp.RenewAt
	return resp.Diagnostics
}

// Close closes an ephemeral resource.
func (p *Provider) Close(t testing.TB, e Ephemeral) Diagnostics {
	t.Helper()
	resp, err := p.server.CloseEphemeralResource(t.Context(), &tfprotov6.CloseEphemeralResourceRequest{TypeName: e.name, Private: e.Private})
	must(t, err)
	return resp.Diagnostics
}
