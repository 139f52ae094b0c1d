package direct

import (
	"encoding/json"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Import imports an object by an id, or by an identity if the id is empty.
func (p *Provider) Import(t testing.TB, name, id string, identity Values) (Object, Diagnostics) {
	t.Helper()
	resp, err := p.server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: name, ID: id, Identity: p.identity(t, name, identity),
	})
	must(t, err)
	if len(resp.ImportedResources) != 1 {
		return Object{}, resp.Diagnostics
	}
	one := resp.ImportedResources[0]
	return p.object(t, name, one.State, one.Private, one.Identity), resp.Diagnostics
}

// Source is the state of an object of another type or provider.
type Source struct {
	Provider, Type string
	Version        int64
	Values         Values
}

// Move moves the state of another type into that of a resource.
func (p *Provider) Move(t testing.TB, from Source, name string) (Object, Diagnostics) {
	t.Helper()
	state, err := json.Marshal(from.Values)
	must(t, err)
	resp, err := p.server.MoveResourceState(t.Context(), &tfprotov6.MoveResourceStateRequest{
		SourceProviderAddress: from.Provider, SourceTypeName: from.Type, SourceSchemaVersion: from.Version,
		SourceState: &tfprotov6.RawState{JSON: state}, TargetTypeName: name,
	})
	must(t, err)
	if resp.TargetState == nil {
		return Object{}, resp.Diagnostics
	}
	return p.object(t, name, resp.TargetState, resp.TargetPrivate, resp.TargetIdentity), resp.Diagnostics
}

func (p *Provider) object(t testing.TB, name string, state *tfprotov6.DynamicValue, private []byte, identity *tfprotov6.ResourceIdentityData) Object {
	t.Helper()
	o := Object{Values: values(t, undynamic(t, p.resource(name), state)), Private: private}
	if identity != nil && identity.IdentityData != nil {
		o.Identity = values(t, undynamic(t, p.identityType(name), identity.IdentityData))
	}
	return o
}

// identity converts an identity; nil stays nil.
func (p *Provider) identity(t testing.TB, name string, v Values) *tfprotov6.ResourceIdentityData {
	t.Helper()
	if v == nil {
		return nil
	}
	return &tfprotov6.ResourceIdentityData{IdentityData: dynamic(t, p.identityType(name), v)}
}

func (p *Provider) identityType(name string) tftypes.Type {
	return p.identities[name].ValueType()
}
