// Package direct calls a provider by its protocol, in this process and without a CLI: for
// tests with many cases, a certain order, or values that a configuration can't have.
package direct

import (
	"encoding/json"
	"math/big"
	"reflect"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Values are the attributes of an object by name. A missing attribute is null.
type Values = map[string]any

type unknown struct{}

// Unknown is a value that is only known after apply.
var Unknown = unknown{}

// Provider is a served provider.
type Provider struct {
	server     tfprotov6.ProviderServer
	schemas    *tfprotov6.GetProviderSchemaResponse
	identities map[string]*tfprotov6.ResourceIdentitySchema
}

// Serve serves the provider of a factory.
func Serve(t testing.TB, factory func() (tfprotov6.ProviderServer, error)) *Provider {
	t.Helper()
	server, err := factory()
	must(t, err)
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	must(t, err)
	mustNot(t, schemas.Diagnostics)
	identities, err := server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	must(t, err)
	mustNot(t, identities.Diagnostics)
	return &Provider{server, schemas, identities.IdentitySchemas}
}

// Another serves another instance of the same provider, without reading its schemas again.
func (p *Provider) Another(t testing.TB, factory func() (tfprotov6.ProviderServer, error)) *Provider {
	t.Helper()
	server, err := factory()
	must(t, err)
	return &Provider{server, p.schemas, p.identities}
}

// Schemas returns the schemas of the provider and its objects.
func (p *Provider) Schemas() *tfprotov6.GetProviderSchemaResponse { return p.schemas }

// Identities returns the identity schemas of the resources by name.
func (p *Provider) Identities() map[string]*tfprotov6.ResourceIdentitySchema { return p.identities }

// Validate validates a provider block, as the CLI does in every command.
func (p *Provider) Validate(t testing.TB, block Values) Diagnostics {
	t.Helper()
	config := dynamic(t, p.schemas.Provider.ValueType(), block)
	resp, err := p.server.ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: config})
	must(t, err)
	return resp.Diagnostics
}

// Configure configures the provider.
func (p *Provider) Configure(t testing.TB, block Values) Diagnostics {
	t.Helper()
	resp, err := p.server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.2.3", Config: dynamic(t, p.schemas.Provider.ValueType(), block),
	})
	must(t, err)
	return resp.Diagnostics
}

// ValidateData validates the configuration of a data source.
func (p *Provider) ValidateData(t testing.TB, name string, config Values) Diagnostics {
	t.Helper()
	resp, err := p.server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{
		TypeName: name, Config: dynamic(t, p.schemas.DataSourceSchemas[name].ValueType(), config),
	})
	must(t, err)
	return resp.Diagnostics
}

// ReadData reads a data source.
func (p *Provider) ReadData(t testing.TB, name string, config Values) (Values, Diagnostics) {
	t.Helper()
	kind := p.schemas.DataSourceSchemas[name].ValueType()
	resp, err := p.server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: name, Config: dynamic(t, kind, config)})
	must(t, err)
	if resp.State == nil {
		return nil, resp.Diagnostics
	}
	return values(t, undynamic(t, kind, resp.State)), resp.Diagnostics
}

// Object is a managed object as in the state. Its zero value is an object that does not
// exist.
type Object struct {
	Values   Values
	Private  []byte
	Identity Values // nil if the resource has no identity, or not yet
}

// Plan is a planned change.
type Plan struct {
	Values          Values // as planned
	RequiresReplace bool
	Diagnostics     Diagnostics

	name           string
	prior, planned *tfprotov6.DynamicValue
	config         *tfprotov6.DynamicValue
	private        []byte
	identity       *tfprotov6.ResourceIdentityData
}

// ValidateResource validates the configuration of a resource.
func (p *Provider) ValidateResource(t testing.TB, name string, config Values) Diagnostics {
	t.Helper()
	resp, err := p.server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{
		TypeName: name, Config: dynamic(t, p.resource(name), config),
		ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true},
	})
	must(t, err)
	return resp.Diagnostics
}

// Plan plans the change from prior to config. With a nil config it plans a destroy.
func (p *Provider) Plan(t testing.TB, name string, prior Object, config Values) Plan {
	t.Helper()
	return p.plan(t, name, prior, config, false)
}

// PlanToApply plans again, as Terraform does right before it applies a plan: only then it
// allows deferral.
func (p *Provider) PlanToApply(t testing.TB, name string, prior Object, config Values) Plan {
	t.Helper()
	return p.plan(t, name, prior, config, true)
}

func (p *Provider) plan(t testing.TB, name string, prior Object, config Values, applying bool) Plan {
	t.Helper()
	kind := p.resource(name)
	plan := Plan{name: name, prior: dynamic(t, kind, prior.Values), config: dynamic(t, kind, config)}
	resp, err := p.server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: name, PriorState: plan.prior, Config: plan.config, PriorPrivate: prior.Private,
		ProposedNewState: dynamic(t, kind, p.proposed(name, prior.Values, config)), PriorIdentity: p.identity(t, name, prior.Identity),
		ClientCapabilities: &tfprotov6.PlanResourceChangeClientCapabilities{DeferralAllowed: applying},
	})
	must(t, err)
	plan.planned, plan.private, plan.Diagnostics = resp.PlannedState, resp.PlannedPrivate, resp.Diagnostics
	plan.identity = resp.PlannedIdentity
	plan.RequiresReplace = len(resp.RequiresReplace) > 0
	if plan.planned != nil {
		plan.Values = values(t, undynamic(t, kind, plan.planned))
	}
	return plan
}

// Replace plans a replacement as the CLI does: first a change, which needs a replacement,
// then a create with the private state of that change.
func (p *Provider) Replace(t testing.TB, name string, prior Object, config Values) (change, create Plan) {
	t.Helper()
	change = p.Plan(t, name, prior, config)
	return change, p.Plan(t, name, Object{Private: change.private}, config)
}

// Apply performs a plan.
func (p *Provider) Apply(t testing.TB, plan Plan) (Object, Diagnostics) {
	t.Helper()
	resp, err := p.server.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: plan.name, PriorState: plan.prior, PlannedState: plan.planned, Config: plan.config, PlannedPrivate: plan.private,
		PlannedIdentity: plan.identity,
	})
	must(t, err)
	return p.object(t, plan.name, resp.NewState, resp.Private, resp.NewIdentity), resp.Diagnostics
}

// Stop stops the provider's operations, as the CLI does after Ctrl-C. It may be called
// while another call runs.
func (p *Provider) Stop(t testing.TB) {
	t.Helper()
	resp, err := p.server.StopProvider(t.Context(), &tfprotov6.StopProviderRequest{})
	if err != nil || resp.Error != "" {
		t.Error(err, resp)
	}
}

// Refresh reads an object again.
func (p *Provider) Refresh(t testing.TB, name string, object Object) (Object, Diagnostics) {
	t.Helper()
	kind := p.resource(name)
	resp, err := p.server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: name, CurrentState: dynamic(t, kind, object.Values), Private: object.Private,
		CurrentIdentity: p.identity(t, name, object.Identity),
	})
	must(t, err)
	return p.object(t, name, resp.NewState, resp.Private, resp.NewIdentity), resp.Diagnostics
}

// RequireOtherAppliance requires that the provider, which reaches another appliance than
// the object was made on, neither refreshes nor destroys it: both fail, say why, and
// keep the state.
func (p *Provider) RequireOtherAppliance(t testing.TB, name string, object Object) {
	t.Helper()
	refreshed, problems := p.Refresh(t, name, object)
	plan := p.Plan(t, name, object, nil)
	destroyed, more := object, plan.Diagnostics
	if len(more.Errors()) == 0 {
		destroyed, more = p.Apply(t, plan)
	}
	for operation, errors := range map[string][]string{"refresh": problems.Errors(), "destroy": more.Errors()} {
		for _, text := range []string{"was made on another appliance", "VCDA_URL", "terraform state rm"} {
			if len(errors) != 1 || !strings.Contains(errors[0], text) {
				t.Errorf("%s: the errors %q lack %q", operation, errors, text)
			}
		}
	}
	if refreshed.Values == nil || destroyed.Values == nil {
		t.Errorf("refreshed to %v, destroyed to %v", refreshed.Values, destroyed.Values)
	}
}

// proposed returns the state that the CLI proposes: the configuration, or for a computed
// attribute without it the prior value.
func (p *Provider) proposed(name string, prior, config Values) Values {
	if config == nil {
		return nil
	}
	return proposedOf(p.schemas.ResourceSchemas[name].Block.Attributes, prior, config)
}

func proposedOf(attributes []*tfprotov6.SchemaAttribute, prior, config Values) Values {
	proposed := Values{}
	for _, a := range attributes {
		value, set := config[a.Name]
		inner, isObject := value.(Values)
		switch {
		case isObject && a.NestedType != nil && a.NestedType.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
			before, _ := prior[a.Name].(Values)
			proposed[a.Name] = proposedOf(a.NestedType.Attributes, before, inner)
		case set && value != nil:
			proposed[a.Name] = value
		case a.Computed:
			proposed[a.Name] = prior[a.Name]
		}
	}
	return proposed
}

func (p *Provider) resource(name string) tftypes.Type {
	return p.schemas.ResourceSchemas[name].ValueType()
}

// Diagnostics are the diagnostics of a call.
type Diagnostics []*tfprotov6.Diagnostic

// Errors returns the errors, each as "PATH: SUMMARY: DETAIL".
func (d Diagnostics) Errors() []string { return d.of(tfprotov6.DiagnosticSeverityError) }

// Warnings returns the warnings in the same form.
func (d Diagnostics) Warnings() []string { return d.of(tfprotov6.DiagnosticSeverityWarning) }

func (d Diagnostics) of(severity tfprotov6.DiagnosticSeverity) []string {
	texts := []string{}
	for _, one := range d {
		if one.Severity == severity {
			texts = append(texts, Path(one)+": "+one.Summary+": "+one.Detail)
		}
	}
	return texts
}

// Path returns the attribute of a diagnostic, with dots.
func Path(d *tfprotov6.Diagnostic) string {
	if d.Attribute == nil {
		return ""
	}
	var names []string
	for _, step := range d.Attribute.Steps() {
		if name, ok := step.(tftypes.AttributeName); ok {
			names = append(names, string(name))
		}
	}
	return strings.Join(names, ".")
}

func dynamic(t testing.TB, kind tftypes.Type, v Values) *tfprotov6.DynamicValue {
	t.Helper()
	var content any
	if v != nil {
		content = v
	}
	made, err := tfprotov6.NewDynamicValue(kind, wire(t, kind, content))
	must(t, err)
	return &made
}

func undynamic(t testing.TB, kind tftypes.Type, d *tfprotov6.DynamicValue) tftypes.Value {
	t.Helper()
	value, err := d.Unmarshal(kind)
	must(t, err)
	return value
}

// wire converts content to a value of the type.
func wire(t testing.TB, kind tftypes.Type, content any) tftypes.Value {
	t.Helper()
	if kind.Is(tftypes.DynamicPseudoType) {
		kind = typeOf(content)
	}
	switch content := content.(type) {
	case nil:
		return tftypes.NewValue(kind, nil)
	case unknown:
		return tftypes.NewValue(kind, tftypes.UnknownValue)
	case Values:
		members := map[string]tftypes.Value{}
		if object, ok := kind.(tftypes.Object); ok {
			for name, of := range object.AttributeTypes {
				members[name] = wire(t, of, content[name])
			}
			for name := range content {
				if _, known := object.AttributeTypes[name]; !known {
					t.Fatalf("there is no attribute %q", name)
				}
			}
		} else if of, ok := kind.(tftypes.Map); ok {
			for name, value := range content {
				members[name] = wire(t, of.ElementType, value)
			}
		}
		return tftypes.NewValue(kind, members)
	case []any:
		var of tftypes.Type
		switch kind := kind.(type) {
		case tftypes.List:
			of = kind.ElementType
		case tftypes.Set:
			of = kind.ElementType
		}
		members := []tftypes.Value{}
		for i, value := range content {
			if tuple, ok := kind.(tftypes.Tuple); ok {
				of = tuple.ElementTypes[i]
			}
			members = append(members, wire(t, of, value))
		}
		return tftypes.NewValue(kind, members)
	}
	return tftypes.NewValue(kind, content)
}

// typeOf returns the type that the CLI gives a literal.
func typeOf(content any) tftypes.Type {
	switch content := content.(type) {
	case Values:
		types := map[string]tftypes.Type{}
		for name, value := range content {
			types[name] = typeOf(value)
		}
		return tftypes.Object{AttributeTypes: types}
	case []any:
		types := []tftypes.Type{}
		for _, value := range content {
			types = append(types, typeOf(value))
		}
		return tftypes.Tuple{ElementTypes: types}
	case string:
		return tftypes.String
	case bool:
		return tftypes.Bool
	case int, int64:
		return tftypes.Number
	}
	return tftypes.DynamicPseudoType
}

// values converts an object to Values, and null to nil.
func values(t testing.TB, v tftypes.Value) Values {
	t.Helper()
	object, _ := plain(t, v).(Values)
	return object
}

func plain(t testing.TB, v tftypes.Value) any {
	t.Helper()
	if !v.IsKnown() {
		return Unknown
	}
	if v.IsNull() {
		return nil
	}
	var (
		text    string
		flag    bool
		number  big.Float
		members map[string]tftypes.Value
		list    []tftypes.Value
	)
	switch {
	case v.As(&text) == nil:
		return text
	case v.As(&flag) == nil:
		return flag
	case v.As(&number) == nil:
		whole, _ := number.Int64()
		return whole
	case v.As(&members) == nil:
		object := Values{}
		for name, member := range members {
			object[name] = plain(t, member)
		}
		return object
	}
	must(t, v.As(&list))
	all := []any{}
	for _, member := range list {
		all = append(all, plain(t, member))
	}
	return all
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mustNot(t testing.TB, d Diagnostics) {
	t.Helper()
	if problems := d.Errors(); len(problems) > 0 {
		t.Fatal(problems)
	}
}

// Changes returns the attributes whose planned value differs, with the prior and the
// planned value.
func (p Plan) Changes(prior Object) map[string][2]any {
	changes := map[string][2]any{}
	for name, after := range p.Values {
		if before := prior.Values[name]; !reflect.DeepEqual(before, after) {
			changes[name] = [2]any{before, after}
		}
	}
	return changes
}

// Upgrade reads a state that another version or provider wrote.
func (p *Provider) Upgrade(t testing.TB, name string, version int64, state Values) (Object, Diagnostics) {
	t.Helper()
	text, err := json.Marshal(state)
	must(t, err)
	resp, err := p.server.UpgradeResourceState(t.Context(), &tfprotov6.UpgradeResourceStateRequest{
		TypeName: name, Version: version, RawState: &tfprotov6.RawState{JSON: text},
	})
	must(t, err)
	if resp.UpgradedState == nil {
		return Object{}, resp.Diagnostics
	}
	return p.object(t, name, resp.UpgradedState, nil, nil), resp.Diagnostics
}
