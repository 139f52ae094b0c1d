package direct

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// List lists objects as "terraform query" does, and returns their names.
func (p *Provider) List(t *testing.T, name string, config Values) (names []string, problems Diagnostics) {
	t.Helper()
	server, ok := p.server.(tfprotov6.ListResourceServer)
	if !ok {
		t.Fatal("the provider lists nothing")
	}
	stream, err := server.ListResource(t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: name, Config: dynamic(t, p.schemas.ListResourceSchemas[name].ValueType(), config), Limit: 100,
	})
	must(t, err)
	for result := range stream.Results {
		problems = append(problems, result.Diagnostics...)
		if result.DisplayName != "" {
			names = append(names, result.DisplayName)
		}
	}
	return names, problems
}

// ValidateList validates the configuration of a list resource.
func (p *Provider) ValidateList(t testing.TB, name string, config Values) Diagnostics {
	t.Helper()
	server, ok := p.server.(tfprotov6.ListResourceServer)
	if !ok {
		t.Fatal("the provider lists nothing")
	}
	resp, err := server.ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{
		TypeName: name, Config: dynamic(t, p.schemas.ListResourceSchemas[name].ValueType(), config),
	})
	must(t, err)
	return resp.Diagnostics
}
