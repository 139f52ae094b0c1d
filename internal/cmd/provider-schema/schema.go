package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

// providerSchemas asks the server for all its schemas and returns them in the form of
// "terraform providers schema -json", with the provider known under the given address.
func providerSchemas(ctx context.Context, server tfprotov6.ProviderServer, address string) (*tfjson.ProviderSchemas, error) {
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, fmt.Errorf("get provider schema: %w", err)
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return nil, fmt.Errorf("get resource identity schemas: %w", err)
	}
	if err := errors.Join(failures(schemas.Diagnostics), failures(identities.Diagnostics)); err != nil {
		return nil, err
	}
	return &tfjson.ProviderSchemas{
		FormatVersion: "1.0",
		Schemas: map[string]*tfjson.ProviderSchema{address: {
			ConfigSchema:             convertSchema(schemas.Provider),
			ResourceSchemas:          convertAll(schemas.ResourceSchemas, convertSchema),
			DataSourceSchemas:        convertAll(schemas.DataSourceSchemas, convertSchema),
			EphemeralResourceSchemas: convertAll(schemas.EphemeralResourceSchemas, convertSchema),
			ListResourceSchemas:      convertAll(schemas.ListResourceSchemas, convertSchema),
			ActionSchemas:            convertAll(schemas.ActionSchemas, convertAction),
			Functions:                convertAll(schemas.Functions, convertFunction),
			ResourceIdentitySchemas:  convertAll(identities.IdentitySchemas, convertIdentity),
		}},
	}, nil
}

func failures(diagnostics []*tfprotov6.Diagnostic) error {
	var errs []error
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			errs = append(errs, fmt.Errorf("%s: %s", d.Summary, d.Detail))
		}
	}
	return errors.Join(errs...)
}

func convertSchema(in *tfprotov6.Schema) *tfjson.Schema {
	return &tfjson.Schema{Version: uint64(in.Version), Block: convertBlock(in.Block)}
}

func convertAction(in *tfprotov6.ActionSchema) *tfjson.ActionSchema {
	return &tfjson.ActionSchema{Block: convertBlock(in.Schema.Block)}
}

func convertIdentity(in *tfprotov6.ResourceIdentitySchema) *tfjson.IdentitySchema {
	out := &tfjson.IdentitySchema{Version: uint64(in.Version), Attributes: map[string]*tfjson.IdentityAttribute{}}
	for _, a := range in.IdentityAttributes {
		out.Attributes[a.Name] = &tfjson.IdentityAttribute{
			IdentityType:      convertType(a.Type),
			Description:       a.Description,
			RequiredForImport: a.RequiredForImport,
			OptionalForImport: a.OptionalForImport,
		}
	}
	return out
}

func convertFunction(in *tfprotov6.Function) *tfjson.FunctionSignature {
	out := &tfjson.FunctionSignature{
		Description:        in.Description,
		Summary:            in.Summary,
		DeprecationMessage: in.DeprecationMessage,
		ReturnType:         convertType(in.Return.Type),
	}
	for _, p := range in.Parameters {
		out.Parameters = append(out.Parameters, &tfjson.FunctionParameter{
			Name: p.Name, Description: p.Description, IsNullable: p.AllowNullValue, Type: convertType(p.Type),
		})
	}
	return out
}

// convertBlock leaves nested blocks out: no schema of the provider has one.
func convertBlock(in *tfprotov6.SchemaBlock) *tfjson.SchemaBlock {
	return &tfjson.SchemaBlock{
		Attributes:      convertAttributes(in.Attributes),
		Description:     in.Description,
		DescriptionKind: convertKind(in.DescriptionKind),
		Deprecated:      in.Deprecated,
	}
}

func convertAttributes(in []*tfprotov6.SchemaAttribute) map[string]*tfjson.SchemaAttribute {
	out := map[string]*tfjson.SchemaAttribute{}
	for _, a := range in {
		attribute := &tfjson.SchemaAttribute{
			AttributeType:   convertType(a.Type),
			Description:     a.Description,
			DescriptionKind: convertKind(a.DescriptionKind),
			Deprecated:      a.Deprecated,
			Required:        a.Required,
			Optional:        a.Optional,
			Computed:        a.Computed,
			Sensitive:       a.Sensitive,
			WriteOnly:       a.WriteOnly,
		}
		if a.NestedType != nil {
			attribute.AttributeNestedType = &tfjson.SchemaNestedAttributeType{
				Attributes:  convertAttributes(a.NestedType.Attributes),
				NestingMode: tfjson.SchemaNestingMode(strings.ToLower(a.NestedType.Nesting.String())),
			}
		}
		out[a.Name] = attribute
	}
	return out
}

// convertType goes through JSON, which both type systems write the same way. An attribute with
// nested attributes has no type of its own.
func convertType(in tftypes.Type) cty.Type {
	if in == nil {
		return cty.NilType
	}
	var out cty.Type
	text, err := json.Marshal(in)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		panic(fmt.Sprintf("type %s: %s", in, err)) // a valid schema has no such type
	}
	return out
}

func convertKind(in tfprotov6.StringKind) tfjson.SchemaDescriptionKind {
	return tfjson.SchemaDescriptionKind(strings.ToLower(in.String()))
}

func convertAll[In, Out any](in map[string]In, convert func(In) Out) map[string]Out {
	out := make(map[string]Out, len(in))
	for name, value := range in {
		out[name] = convert(value)
	}
	return out
}
