package base

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// ValidBy returns a validator that refuses the texts for which the function returns an error. The error must not
// contain the text, which may be a secret.
func ValidBy(value func(string) (string, error)) validator.String { return validBy{value} }

type validBy struct {
	value func(string) (string, error)
}

func (validBy) Description(context.Context) string { return "the value can be used" }

func (v validBy) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v validBy) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := v.value(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, fmt.Sprintf("Invalid %s", req.Path), "The value can't be used: "+err.Error()+".")
	}
}
