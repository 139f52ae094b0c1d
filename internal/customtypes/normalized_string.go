// Package customtypes has the value types of attributes that can be written in
// several ways: another spelling of the same value is no change.
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

// The string types whose values have several spellings.
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

// kind is what a value is, and its canonical form.
type kind struct {
	name      string
	normalize func(string) (string, error)
}

// always is a normalize function for a kind that any text is of.
func always(normalize func(string) string) func(string) (string, error) {
	return func(text string) (string, error) { return normalize(text), nil }
}

// equal reports whether two texts mean the same value. A text that is not of the
// kind is equal to itself only.
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

// NormalizedStringType is a string type whose values are semantically equal when
// they mean the same.
type NormalizedStringType struct {
	basetypes.StringType
	kind *kind
}

var _ basetypes.StringTypable = NormalizedStringType{}

// Value makes a value of the type.
func (t NormalizedStringType) Value(text string) NormalizedString {
	return NormalizedString{StringValue: basetypes.NewStringValue(text), kind: t.kind}
}

// Null makes a null value of the type.
func (t NormalizedStringType) Null() NormalizedString {
	return NormalizedString{StringValue: basetypes.NewStringNull(), kind: t.kind}
}

// ValueOrNull is Value, null for an empty text.
func (t NormalizedStringType) ValueOrNull(text string) NormalizedString {
	if text == "" {
		return t.Null()
	}
	return t.Value(text)
}

// Normal returns the normal form of a value, which is what a system is sent. A text
// that is no value of the type stays as it is.
func (t NormalizedStringType) Normal(v NormalizedString) string {
	normal, err := t.kind.normalize(v.ValueString())
	if err != nil {
		return v.ValueString()
	}
	return normal
}

// Same reports whether two texts mean the same value.
func (t NormalizedStringType) Same(a, b string) bool { return t.kind.equal(a, b) }

// KeepPrior is a plan modifier that keeps the prior value where the configuration
// means the same: Terraform compares semantically after an apply, not in a plan.
func (t NormalizedStringType) KeepPrior() planmodifier.String { return keepPrior(t) }

// Validator refuses a configured text that is no such value.
func (t NormalizedStringType) Validator() validator.String { return isValue(t) }

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

// ValueType is the Go type of the values.
func (t NormalizedStringType) ValueType(context.Context) attr.Value {
	return NormalizedString{kind: t.kind}
}

// ValueFromString makes a value of a plain string.
func (t NormalizedStringType) ValueFromString(_ context.Context, in basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return NormalizedString{StringValue: in, kind: t.kind}, nil
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
	return NormalizedString{StringValue: text, kind: t.kind}, nil
}

// NormalizedString is a value of a NormalizedStringType.
type NormalizedString struct {
	basetypes.StringValue
	kind *kind
}

var _ basetypes.StringValuableWithSemanticEquals = NormalizedString{}

// Type is the value's type.
func (v NormalizedString) Type(context.Context) attr.Type { return NormalizedStringType{kind: v.kind} }

// Equal compares to the letter; StringSemanticEquals compares by meaning.
func (v NormalizedString) Equal(o attr.Value) bool {
	other, ok := o.(NormalizedString)
	return ok && v.StringValue.Equal(other.StringValue)
}

// StringSemanticEquals reports whether both mean the same value.
func (v NormalizedString) StringSemanticEquals(_ context.Context, o basetypes.StringValuable) (bool, diag.Diagnostics) {
	other, ok := o.(NormalizedString)
	return ok && v.kind.equal(v.ValueString(), other.ValueString()), nil
}

// isValue is the validator of configuration. The type itself takes any text: an
// appliance may hold one that no configuration may have.
type isValue NormalizedStringType

func (v isValue) Description(context.Context) string { return "the value is a " + v.kind.name }

func (v isValue) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v isValue) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := v.kind.normalize(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid "+req.Path.String(), diagnostics.Sentence(err.Error()))
	}
}

type keepPrior NormalizedStringType

func (m keepPrior) Description(context.Context) string {
	return "another spelling of the same " + m.kind.name + " is no change"
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
