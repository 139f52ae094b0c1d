package base

import (
	"context"
	"encoding/json"

	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	ephemeral "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
)

// EphemeralAttributes returns the computed attributes of a data source for an ephemeral resource with the same
// attributes.
func EphemeralAttributes(from map[string]datasource.Attribute) map[string]ephemeral.Attribute {
	attributes := map[string]ephemeral.Attribute{}
	for name, a := range from {
		doc := a.GetMarkdownDescription()
		switch a := a.(type) {
		case datasource.BoolAttribute:
			attributes[name] = ephemeral.BoolAttribute{Computed: true, MarkdownDescription: doc}
		case datasource.Int64Attribute:
			attributes[name] = ephemeral.Int64Attribute{Computed: true, MarkdownDescription: doc}
		case datasource.SetAttribute:
			attributes[name] = ephemeral.SetAttribute{Computed: true, MarkdownDescription: doc, ElementType: a.ElementType}
		case datasource.SingleNestedAttribute:
			attributes[name] = ephemeral.SingleNestedAttribute{Computed: true, MarkdownDescription: doc, Attributes: EphemeralAttributes(a.Attributes)}
		default:
			attributes[name] = ephemeral.StringAttribute{Computed: true, MarkdownDescription: doc}
		}
	}
	return attributes
}

// Private is the private data of an ephemeral resource. Terraform passes nothing else to Renew and Close.
type Private interface {
	GetKey(context.Context, string) ([]byte, diag.Diagnostics)
	SetKey(context.Context, string, []byte) diag.Diagnostics
}

const privateKey = "opened"

// SetPrivate stores a value that Close needs. Terraform requires JSON. The value must hold no secret.
func SetPrivate[V any](ctx context.Context, private Private, value V) diag.Diagnostics {
	text, err := json.Marshal(value)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unable to store private data", err.Error())}
	}
	return private.SetKey(ctx, privateKey, text)
}

// GetPrivate returns the value that SetPrivate stored.
func GetPrivate[V any](ctx context.Context, private Private) (value V, diags diag.Diagnostics) {
	text, diags := private.GetKey(ctx, privateKey)
	if diags.HasError() {
		return value, diags
	}
	if err := json.Unmarshal(text, &value); err != nil {
		diags.AddError("Unable to read private data", "The data stored when this was opened can't be read: "+err.Error()+". Run again; if the problem persists, report it.")
	}
	return value, diags
}
