package customtypes

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
)

// The string types of which one value has several spellings.
var (
	URLType        = NormalizedStringType{form: &form{name: "URL", normalize: vcda.NormalizeURL}}
	ThumbprintType = NormalizedStringType{form: &form{name: "thumbprint", normalize: tlsutil.NormalizeThumbprint}}
)

// form brings the spellings of one value together.
type form struct {
	name      string
	normalize func(string) (string, error)
}

// equal tells whether two texts spell the same value. A text that is none is
// equal to itself only.
func (f *form) equal(a, b string) bool {
	if a == b {
		return true
	}
	left, err := f.normalize(a)
	if err != nil {
		return false
	}
	right, err := f.normalize(b)
	return err == nil && left == right
}

// NormalizedStringType is a string type whose values are equal when they mean the same.
type NormalizedStringType struct {
	basetypes.StringType
	form *form
}

var _ basetypes.StringTypable = NormalizedStringType{}

// Value makes a value of the type.
func (t NormalizedStringType) Value(text string) NormalizedString {
	return NormalizedString{StringValue: basetypes.NewStringValue(text), form: t.form}
}

// Same tells whether two texts spell the same value.
func (t NormalizedStringType) Same(a, b string) bool { return t.form.equal(a, b) }

// KeepSpelling is a plan modifier that plans no change for another spelling of
// the value in state.
func (t NormalizedStringType) KeepSpelling() planmodifier.String { return keepSpelling(t) }

// Validator refuses a configured text that spells no value.
func (t NormalizedStringType) Validator() validator.String { return spellsValue(t) }

// Equal tells whether two types are the same.
func (t NormalizedStringType) Equal(o attr.Type) bool {
	other, ok := o.(NormalizedStringType)
	return ok && t.form == other.form
}

func (t NormalizedStringType) String() string { return "SpelledType[" + t.form.name + "]" }

// ValueType is the Go type of the values.
func (t NormalizedStringType) ValueType(context.Context) attr.Value {
	return NormalizedString{form: t.form}
}

// ValueFromString makes a value of a plain string.
func (t NormalizedStringType) ValueFromString(_ context.Context, in basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return NormalizedString{StringValue: in, form: t.form}, nil
}

// ValueFromTerraform makes a value of a wire value.
func (t NormalizedStringType) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	value, err := t.StringType.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	text, ok := value.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("unexpected value type %T", value)
	}
	return NormalizedString{StringValue: text, form: t.form}, nil
}

// NormalizedString is a value of a SpelledType.
type NormalizedString struct {
	basetypes.StringValue
	form *form
}

var _ basetypes.StringValuableWithSemanticEquals = NormalizedString{}

// Type is the value's type.
func (v NormalizedString) Type(context.Context) attr.Type { return NormalizedStringType{form: v.form} }

// Equal compares to the letter; StringSemanticEquals compares by meaning.
func (v NormalizedString) Equal(o attr.Value) bool {
	other, ok := o.(NormalizedString)
	return ok && v.StringValue.Equal(other.StringValue)
}

// StringSemanticEquals tells whether both spell the same value.
func (v NormalizedString) StringSemanticEquals(_ context.Context, o basetypes.StringValuable) (bool, diag.Diagnostics) {
	other, ok := o.(NormalizedString)
	return ok && v.form.equal(v.ValueString(), other.ValueString()), nil
}

// spellsValue is the validator of configuration. The type itself takes anything:
// an appliance may hold what nobody would configure.
type spellsValue NormalizedStringType

func (v spellsValue) Description(context.Context) string { return "the value is a " + v.form.name }

func (v spellsValue) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v spellsValue) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := v.form.normalize(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid "+v.form.name, diagnostics.Sentence(err.Error()))
	}
}

// keepSpelling keeps the spelling of the state where the configuration means the
// same.
type keepSpelling NormalizedStringType

func (m keepSpelling) Description(context.Context) string {
	return "another spelling of the same " + m.form.name + " is no change"
}

func (m keepSpelling) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (m keepSpelling) PlanModifyString(_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if req.StateValue.IsNull() || req.PlanValue.IsUnknown() {
		return
	}
	if m.form.equal(req.StateValue.ValueString(), req.PlanValue.ValueString()) {
		resp.PlanValue = req.StateValue
	}
}
