// Package customtypes has the types of string attributes whose values are compared by
// their normal form: another form of the same value is no change.
package customtypes

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// The types with a normal form.
var (
	URLType         = NormalizedStringType{kind: &kind{name: "URL", normalize: values.URL}}
	ThumbprintType  = NormalizedStringType{kind: &kind{name: "thumbprint", normalize: values.Thumbprint}}
	SiteNameType    = NormalizedStringType{kind: &kind{name: "site name", normalize: always(values.SiteName)}}
	DescriptionType = NormalizedStringType{kind: &kind{name: "description", normalize: always(values.Description)}}
	UUIDType        = NormalizedStringType{kind: &kind{name: "UUID", normalize: values.UUID}}

	DurationType = NormalizedStringType{kind: &kind{name: "duration", normalize: values.Duration}}
	TimeType     = NormalizedStringType{kind: &kind{name: "time", normalize: values.Time}}

	LookupServiceType = NormalizedStringType{kind: &kind{name: "lookup service URL", normalize: values.LookupServiceURL}}
	DirectorType      = NormalizedStringType{kind: &kind{name: "Cloud Director URL", normalize: values.DirectorURL}}
	CertificateType   = NormalizedStringType{kind: &kind{name: "certificate", normalize: values.EncodedCertificate}}
)

// kind is a kind of value and its normal form.
type kind struct {
	name      string
	normalize func(string) (string, error)
}

// always returns a normalize function that accepts any text.
func always(normalize func(string) string) func(string) (string, error) {
	return func(text string) (string, error) { return normalize(text), nil }
}

// equal reports whether two texts have the same normal form. A text without one
// equals only itself.
func (k *kind) equal(a, b string) bool {
	if a == b {
		return true
	}
	left, err := k.normalize(a)
	if err != nil {
		return false
	}
	right, err := k.normalize(b)
	return err == nil && left == right
}

// NormalizedStringType is a string type whose values are semantically equal if they
// have the same normal form.
type NormalizedStringType struct {
	basetypes.StringType
	kind *kind
}

var _ basetypes.StringTypable = NormalizedStringType{}

// Value returns a value of the type.
func (t NormalizedStringType) Value(text string) NormalizedString {
	return NormalizedString{StringValue: basetypes.NewStringValue(text), kind: t.kind}
}

// Null returns a null value of the type.
func (t NormalizedStringType) Null() NormalizedString {
	return NormalizedString{StringValue: basetypes.NewStringNull(), kind: t.kind}
}

// ValueOrNull is Value, or Null for an empty text.
func (t NormalizedStringType) ValueOrNull(text string) NormalizedString {
	if text == "" {
		return t.Null()
	}
	return t.Value(text)
}

// Normal returns the normal form of a value, which requests use. A text without one
// is returned unchanged.
func (t NormalizedStringType) Normal(v NormalizedString) string {
	normal, err := t.kind.normalize(v.ValueString())
	if err != nil {
		return v.ValueString()
	}
	return normal
}

// Same reports whether two texts have the same normal form.
func (t NormalizedStringType) Same(a, b string) bool { return t.kind.equal(a, b) }

// KeepPrior returns a plan modifier that keeps the prior value if the configuration
// has the same normal form. Terraform compares semantically after an apply, not in
// a plan.
func (t NormalizedStringType) KeepPrior() planmodifier.String { return keepPrior(t) }

// Validator returns a validator that refuses a text without a normal form.
func (t NormalizedStringType) Validator() validator.String { return valueValidator(t) }

// Required describes a required argument of the type.
func (t NormalizedStringType) Required(doc string) schema.StringAttribute {
	a := t.Optional(doc)
	a.Required, a.Optional = true, false
	return a
}

// Optional describes an optional argument of the type.
func (t NormalizedStringType) Optional(doc string) schema.StringAttribute {
	return schema.StringAttribute{
		CustomType: t, Optional: true, MarkdownDescription: doc,
		Validators: []validator.String{t.Validator()}, PlanModifiers: []planmodifier.String{t.KeepPrior()},
	}
}

// Equal reports whether two types are the same.
func (t NormalizedStringType) Equal(o attr.Type) bool {
	other, ok := o.(NormalizedStringType)
	return ok && t.kind == other.kind
}

func (t NormalizedStringType) String() string { return "NormalizedStringType[" + t.kind.name + "]" }

// ValueType returns the Go type of the values.
func (t NormalizedStringType) ValueType(context.Context) attr.Value {
	return NormalizedString{kind: t.kind}
}

// ValueFromString converts a plain string.
func (t NormalizedStringType) ValueFromString(_ context.Context, in basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return NormalizedString{StringValue: in, kind: t.kind}, nil
}

// ValueFromTerraform converts a wire value.
func (t NormalizedStringType) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	value, err := t.StringType.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	text, ok := value.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("unexpected value type %T", value)
	}
	return NormalizedString{StringValue: text, kind: t.kind}, nil
}

// NormalizedString is a value of a NormalizedStringType.
type NormalizedString struct {
	basetypes.StringValue
	kind *kind
}

var _ basetypes.StringValuableWithSemanticEquals = NormalizedString{}

// Type returns the value's type.
func (v NormalizedString) Type(context.Context) attr.Type { return NormalizedStringType{kind: v.kind} }

// Equal compares the texts; StringSemanticEquals compares the normal forms.
func (v NormalizedString) Equal(o attr.Value) bool {
	other, ok := o.(NormalizedString)
	return ok && v.StringValue.Equal(other.StringValue)
}

// StringSemanticEquals reports whether both have the same normal form.
func (v NormalizedString) StringSemanticEquals(_ context.Context, o basetypes.StringValuable) (bool, diag.Diagnostics) {
	other, ok := o.(NormalizedString)
	return ok && v.kind.equal(v.ValueString(), other.ValueString()), nil
}

// valueValidator validates the configuration. The type itself accepts any text,
// because an appliance may have one that is not valid in the configuration.
type valueValidator NormalizedStringType

func (v valueValidator) Description(context.Context) string { return "the value is a " + v.kind.name }

func (v valueValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v valueValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := v.kind.normalize(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid "+req.Path.String(), diagnostics.Sentence(err.Error()))
	}
}

type keepPrior NormalizedStringType

func (m keepPrior) Description(context.Context) string {
	return "another form of the same " + m.kind.name + " is no change"
}

func (m keepPrior) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (m keepPrior) PlanModifyString(_ context.Context, req planmodifier.StringRequest, resp *planmodifier.StringResponse) {
	if req.StateValue.IsNull() || req.PlanValue.IsUnknown() {
		return
	}
	if m.kind.equal(req.StateValue.ValueString(), req.PlanValue.ValueString()) {
		resp.PlanValue = req.StateValue
	}
}
