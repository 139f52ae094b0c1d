package base

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	resource "github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// Secret describes an attribute with a secret, its write-only twin NAME_wo, and NAME_wo_version, which the user
// raises when the twin changes.
type Secret struct {
	Name      string
	Doc       string
	Optional  bool // both may be left out
	Ephemeral bool // used by the operation only and never stored: no version
	Rules     []validator.String
}

// AddTo adds the attributes to those of a resource.
func (s Secret) AddTo(attributes map[string]resource.Attribute) {
	twin, version := s.Name+"_wo", s.Name+"_wo_version"
	rules := append([]validator.String{ValidBy(values.Credential)}, s.Rules...)
	stored := append([]validator.String{stringvalidator.PreferWriteOnlyAttribute(path.MatchRoot(twin))}, rules...)
	if s.Optional {
		stored = append(stored, stringvalidator.ConflictsWith(path.MatchRoot(twin)))
	} else {
		stored = append(stored, stringvalidator.ExactlyOneOf(path.MatchRoot(twin)))
	}
	attributes[s.Name] = resource.StringAttribute{
		Optional: true, Sensitive: true, Validators: stored,
		MarkdownDescription: s.Doc + " Stored in the state; `" + twin + "` is not.",
	}
	attributes[twin] = resource.StringAttribute{
		Optional: true, Sensitive: true, WriteOnly: true, Validators: rules,
		MarkdownDescription: s.Doc + " Never stored. Needs Terraform 1.11 or OpenTofu 1.11.",
	}
	if s.Ephemeral {
		return
	}
	attributes[version] = resource.Int64Attribute{
		Optional: true, Validators: []validator.Int64{int64validator.AlsoRequires(path.MatchRoot(twin))},
		MarkdownDescription: "Version of `" + twin + "`. Raise it whenever that changes.",
	}
}

// ValueOf returns the secret of a configuration, from the twin that is set. Only the configuration has write-only
// values.
func (s Secret) ValueOf(ctx context.Context, config tfsdk.Config) (types.String, diag.Diagnostics) {
	var stored, twin types.String
	diags := config.GetAttribute(ctx, path.Root(s.Name), &stored)
	diags.Append(config.GetAttribute(ctx, path.Root(s.Name+"_wo"), &twin)...)
	if stored.IsNull() {
		return twin, diags
	}
	return stored, diags
}

// SecretState is the part of a state that belongs to a secret.
type SecretState struct {
	Stored  types.String
	Version types.Int64
}

// Changed reports whether planned has another secret than prior. A secret that becomes write-only is compared by its
// value, which the prior state holds.
func (planned SecretState) Changed(prior SecretState, value types.String) bool {
	switch {
	case !planned.Stored.IsNull(), !prior.Stored.IsNull():
		return !prior.Stored.Equal(value)
	case value.IsNull():
		return false // it is no longer configured
	}
	return !planned.Version.Equal(prior.Version)
}
