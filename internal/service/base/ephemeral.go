package base

import (
	"context"
	"encoding/json"

	datasource "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	ephemeral "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
)

// EphemeralAttributes are the computed attributes of a data source, for an
// ephemeral resource that shows the same.
func EphemeralAttributes(of map[string]datasource.Attribute) map[string]ephemeral.Attribute {
	attributes := map[string]ephemeral.Attribute{}
	for name, a := range of {
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

// Private is the private data of an ephemeral resource: all that Renew and Close
// get to know.
type Private interface {
	GetKey(context.Context, string) ([]byte, diag.Diagnostics)
	SetKey(context.Context, string, []byte) diag.Diagnostics
}

const privateKey = "opened"

// SetPrivate keeps the name of what Open opened.
func SetPrivate(ctx context.Context, private Private, name string) diag.Diagnostics {
	value, err := json.Marshal(name)
	if err != nil {
		return diag.Diagnostics{diag.NewErrorDiagnostic("Unable to keep private data", err.Error())}
	}
	return private.SetKey(ctx, privateKey, value)
}

// GetPrivate is the name that Remember kept.
func GetPrivate(ctx context.Context, private Private) (string, diag.Diagnostics) {
	value, diags := private.GetKey(ctx, privateKey)
	if diags.HasError() {
		return "", diags
	}
	var name string
	if err := json.Unmarshal(value, &name); err != nil {
		diags.AddError("Unable to read private data", "What was noted when this was opened can't be read: "+err.Error()+". Run again; if it stays, please report it.")
	}
	return name, diags
}
