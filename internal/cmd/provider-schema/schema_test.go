package main

import (
	"context"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/action"
	actionschema "github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	datasourceschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	ephemeralschema "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	listschema "github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	providerschema "github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	resourceschema "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The expected file is what Terraform 1.16.4 printed for this provider, without the deprecation
// messages of attributes and blocks: terraform-json, and with it tfplugindocs, knows only whether
// something is deprecated.
func TestProviderSchemas(t *testing.T) {
	server, err := providerserver.NewProtocol6WithError(&testProvider{})()
	if err != nil {
		t.Fatal(err)
	}
	schemas, err := providerSchemas(t.Context(), server, "registry.terraform.io/hashicorp/test")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(schemas)
	if err != nil {
		t.Fatal(err)
	}
	var got, want any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	expected, err := os.ReadFile("testdata/schemas.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(expected, &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("schemas (-want +got):\n%s", diff)
	}
}

func TestProviderSchemasReportsDiagnostics(t *testing.T) {
	server, err := providerserver.NewProtocol6WithError(&testProvider{fail: true})()
	if err != nil {
		t.Fatal(err)
	}
	_, err = providerSchemas(t.Context(), server, "registry.terraform.io/hashicorp/test")
	if err == nil || err.Error() != "No schema: It is on fire." {
		t.Errorf("got error %v, want the provider's own", err)
	}
}

type testProvider struct{ fail bool }

func (p *testProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "test"
}

func (p *testProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	if p.fail {
		resp.Diagnostics = diag.Diagnostics{diag.NewErrorDiagnostic("No schema", "It is on fire.")}
		return
	}
	resp.Schema = providerschema.Schema{
		MarkdownDescription: "A *provider*.",
		Attributes: map[string]providerschema.Attribute{
			"url": providerschema.StringAttribute{Optional: true, MarkdownDescription: "Where `it` is."},
			"login": providerschema.SingleNestedAttribute{Optional: true, Attributes: map[string]providerschema.Attribute{
				"password": providerschema.StringAttribute{Required: true, Sensitive: true, Description: "Secret."},
			}},
			"sites": providerschema.ListNestedAttribute{Optional: true, NestedObject: providerschema.NestedAttributeObject{
				Attributes: map[string]providerschema.Attribute{"name": providerschema.StringAttribute{Required: true}},
			}},
		},
	}
}

func (p *testProvider) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {
}

func (p *testProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return testResource{} }}
}

func (p *testProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return testDataSource{} }}
}

func (p *testProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{func() ephemeral.EphemeralResource { return testEphemeral{} }}
}

func (p *testProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{func() list.ListResource { return testList{} }}
}

func (p *testProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{func() action.Action { return testAction{} }}
}

func (p *testProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		func() function.Function { return testFunction{} },
		func() function.Function { return testVariadicFunction{} },
	}
}

type testResource struct{ resource.Resource }

func (testResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "test_thing"
}

func (testResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	nested := resourceschema.NestedAttributeObject{
		Attributes: map[string]resourceschema.Attribute{"code": resourceschema.StringAttribute{Computed: true}},
	}
	blocks := resourceschema.NestedBlockObject{
		Attributes: map[string]resourceschema.Attribute{"size": resourceschema.Int64Attribute{Required: true}},
	}
	resp.Schema = resourceschema.Schema{
		Version:            2,
		Description:        "A thing.",
		DeprecationMessage: "Use another thing.",
		Attributes: map[string]resourceschema.Attribute{
			"id":         resourceschema.StringAttribute{Computed: true},
			"old":        resourceschema.BoolAttribute{Optional: true, DeprecationMessage: "Use new."},
			"secret":     resourceschema.StringAttribute{Optional: true, Sensitive: true, WriteOnly: true},
			"anything":   resourceschema.DynamicAttribute{Optional: true, Computed: true},
			"triggers":   resourceschema.MapAttribute{Optional: true, ElementType: types.StringType},
			"counts":     resourceschema.ListAttribute{Computed: true, ElementType: types.NumberType},
			"roles":      resourceschema.SetAttribute{Computed: true, ElementType: types.StringType},
			"point":      resourceschema.ObjectAttribute{Optional: true, AttributeTypes: map[string]attr.Type{"x": types.Float64Type}},
			"in_list":    resourceschema.ListNestedAttribute{Computed: true, NestedObject: nested},
			"in_set":     resourceschema.SetNestedAttribute{Computed: true, NestedObject: nested},
			"in_map":     resourceschema.MapNestedAttribute{Computed: true, NestedObject: nested},
			"comm_error": resourceschema.SingleNestedAttribute{Computed: true, Attributes: nested.Attributes},
		},
		Blocks: map[string]resourceschema.Block{
			"one":     resourceschema.SingleNestedBlock{Attributes: blocks.Attributes},
			"several": resourceschema.ListNestedBlock{NestedObject: blocks, MarkdownDescription: "`several` of them"},
			"unique":  resourceschema.SetNestedBlock{NestedObject: blocks, DeprecationMessage: "Use several."},
		},
	}
}

func (testResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Version: 1,
		Attributes: map[string]identityschema.Attribute{
			"id":   identityschema.StringAttribute{RequiredForImport: true, Description: "Its id."},
			"zone": identityschema.StringAttribute{OptionalForImport: true},
		},
	}
}

type testDataSource struct{ datasource.DataSource }

func (testDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "test_thing"
}

func (testDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = datasourceschema.Schema{Attributes: map[string]datasourceschema.Attribute{
		"name": datasourceschema.StringAttribute{Required: true},
	}}
}

type testEphemeral struct{ ephemeral.EphemeralResource }

func (testEphemeral) Metadata(_ context.Context, _ ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = "test_session"
}

func (testEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = ephemeralschema.Schema{Attributes: map[string]ephemeralschema.Attribute{
		"token": ephemeralschema.StringAttribute{Computed: true, Sensitive: true},
	}}
}

type testList struct{ list.ListResource }

func (testList) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "test_thing"
}

func (testList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = listschema.Schema{Attributes: map[string]listschema.Attribute{
		"site": listschema.StringAttribute{Optional: true},
	}}
}

type testAction struct{ action.Action }

func (testAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = "test_repair"
}

func (testAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = actionschema.Schema{
		MarkdownDescription: "Repairs a thing.",
		Attributes:          map[string]actionschema.Attribute{"id": actionschema.StringAttribute{Required: true}},
	}
}

type testFunction struct{ function.Function }

func (testFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "plain"
}

func (testFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary:             "Does it",
		MarkdownDescription: "Does it *well*.",
		DeprecationMessage:  "Use variadic.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "pem", Description: "A certificate."},
			function.BoolParameter{Name: "upper", AllowNullValue: true},
		},
		Return: function.StringReturn{},
	}
}

type testVariadicFunction struct{ function.Function }

func (testVariadicFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "variadic"
}

func (testVariadicFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		VariadicParameter: function.StringParameter{Name: "text"},
		Return:            function.ListReturn{ElementType: types.StringType},
	}
}
