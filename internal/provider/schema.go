package provider

import (
	"context"
	"fmt"
	"math/big"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// tableSchema returns the attributes of the rows with a prefix in the configuration
// table ("" for the whole block).
func tableSchema(prefix string) map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{}
	for _, s := range settings {
		rest, below := strings.CutPrefix(s.path, prefix)
		if !below {
			continue
		}
		name, _, nested := strings.Cut(rest, ".")
		switch {
		case !nested:
			attributes[name] = s.attribute()
		case attributes[name] == nil:
			attributes[name] = schema.SingleNestedAttribute{
				Optional:            true,
				MarkdownDescription: objects[prefix+name],
				Attributes:          tableSchema(prefix + name + "."),
			}
		}
	}
	return attributes
}

func (s setting) attribute() schema.Attribute {
	doc := s.doc + fmt.Sprintf(" Environment variable: `%s`.", s.env)
	if s.def != "" {
		doc += fmt.Sprintf(" Default: `%s`.", s.def)
	}
	switch s.kind {
	case flag:
		return schema.BoolAttribute{Optional: true, Sensitive: s.secret, MarkdownDescription: doc}
	case number:
		return schema.Int64Attribute{Optional: true, Sensitive: s.secret, MarkdownDescription: doc, Validators: []validator.Int64{rowValidator{s}}}
	}
	return schema.StringAttribute{Optional: true, Sensitive: s.secret, MarkdownDescription: doc, Validators: []validator.String{rowValidator{s}}}
}

// rowValidator applies the rule of a row to configuration.
type rowValidator struct{ setting }

func (v rowValidator) Description(context.Context) string {
	return "the value follows the rule of " + v.path
}

func (v rowValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v rowValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if err := v.valid(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid "+v.path, reason(err))
	}
}

func (v rowValidator) ValidateInt64(_ context.Context, req validator.Int64Request, resp *validator.Int64Response) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if err := v.valid(big.NewInt(req.ConfigValue.ValueInt64()).String()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid "+v.path, reason(err))
	}
}

func reason(err error) string { return "The value can't be used: " + err.Error() + "." }

// attributePath returns the path of a row or an object in the provider block.
func attributePath(dotted string) path.Path {
	names := strings.Split(dotted, ".")
	p := path.Root(names[0])
	for _, name := range names[1:] {
		p = p.AtName(name)
	}
	return p
}
