// Package sessionextension implements vcda_session_extension as a managed and as an
// ephemeral resource.
package sessionextension

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	ephemeralschema "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// computed describes the attributes that the appliance reports.
var computed = map[string]string{
	"id":    "Name of the site.",
	"org":   "Organization the session has at the site.",
	"user":  "User of the session.",
	"roles": "Roles of the session.",
}

const siteDoc = "Name of the remote site. The appliance must be paired with it."

// Schema describes the managed resource.
func (r *extension) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	all := map[string]schema.Attribute{
		"site": schema.StringAttribute{
			Required: true, MarkdownDescription: siteDoc + " A change replaces the extension.",
			Validators:    []validator.String{stringvalidator.LengthAtLeast(1)},
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
		},
		"id":    schema.StringAttribute{Computed: true, MarkdownDescription: computed["id"], PlanModifiers: keep},
		"org":   schema.StringAttribute{Computed: true, MarkdownDescription: computed["org"]},
		"user":  schema.StringAttribute{Computed: true, MarkdownDescription: computed["user"]},
		"roles": schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: computed["roles"]},
	}
	for _, method := range Methods {
		fields := map[string]schema.Attribute{}
		for _, f := range method.Fields {
			if f.Secret {
				addTwins(fields, method.Name, f)
				continue
			}
			fields[f.Name] = schema.StringAttribute{
				Required: !f.Optional, Optional: f.Optional, MarkdownDescription: f.Doc,
				Validators: []validator.String{base.ValidBy(f.Value)},
			}
		}
		all[method.Name] = schema.SingleNestedAttribute{
			Optional: true, MarkdownDescription: method.Doc, Attributes: fields,
			Validators: ExactlyOneMethod(method.Name),
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Extends the provider's session to a remote site. Cloud service only. The appliance drops an extension with its session. " +
			"A plan therefore extends a new session again, but an apply that doesn't change this resource does not: put an extension that an apply or a destroy needs into `session_extensions` of the provider block.\n\n" +
			"Write-only secrets, as in the example, need Terraform 1.11 or OpenTofu 1.11.",
		Attributes: all,
	}
}

// addTwins adds a secret that the state stores, its write-only twin, and the version that the user raises when the
// twin changes.
func addTwins(fields map[string]schema.Attribute, method string, f MethodField) {
	twin, version := f.Name+"_wo", f.Name+"_wo_version"
	sibling := func(name string) path.Expression { return path.MatchRoot(method).AtName(name) }
	fields[f.Name] = schema.StringAttribute{
		Optional: true, Sensitive: true,
		MarkdownDescription: f.Doc + " Stored in the state; `" + twin + "` is not.",
		Validators: []validator.String{
			base.ValidBy(f.Value),
			stringvalidator.ExactlyOneOf(sibling(twin)),
			stringvalidator.PreferWriteOnlyAttribute(sibling(twin)),
		},
	}
	fields[twin] = schema.StringAttribute{
		Optional: true, Sensitive: true, WriteOnly: true,
		MarkdownDescription: f.Doc + " Never stored. Needs Terraform 1.11 or OpenTofu 1.11.",
		Validators:          []validator.String{base.ValidBy(f.Value), stringvalidator.AlsoRequires(sibling(version))},
	}
	fields[version] = schema.Int64Attribute{
		Optional:            true,
		MarkdownDescription: "Version of `" + twin + "`. Raise it whenever that changes.",
		Validators:          []validator.Int64{int64validator.AlsoRequires(sibling(twin))},
	}
}

// Schema describes the ephemeral resource.
func (r *ephemeralResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	all := map[string]ephemeralschema.Attribute{
		"site":  ephemeralschema.StringAttribute{Required: true, MarkdownDescription: siteDoc, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}},
		"id":    ephemeralschema.StringAttribute{Computed: true, MarkdownDescription: computed["id"]},
		"org":   ephemeralschema.StringAttribute{Computed: true, MarkdownDescription: computed["org"]},
		"user":  ephemeralschema.StringAttribute{Computed: true, MarkdownDescription: computed["user"]},
		"roles": ephemeralschema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: computed["roles"]},
	}
	for _, method := range Methods {
		fields := map[string]ephemeralschema.Attribute{}
		for _, f := range method.Fields {
			fields[f.Name] = ephemeralschema.StringAttribute{
				Required: !f.Optional, Optional: f.Optional, Sensitive: f.Secret, MarkdownDescription: f.Doc,
				Validators: []validator.String{base.ValidBy(f.Value)},
			}
		}
		all[method.Name] = ephemeralschema.SingleNestedAttribute{
			Optional: true, MarkdownDescription: method.Doc, Attributes: fields,
			Validators: ExactlyOneMethod(method.Name),
		}
	}
	resp.Schema = ephemeralschema.Schema{
		MarkdownDescription: "Extends the provider's session to a remote site as long as it is open, and ends the extension when it is closed. Cloud service only. " +
			"If several are open to one site, the last one to close ends the extension.",
		Attributes: all,
	}
}
