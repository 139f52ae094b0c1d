// Package sessionextension is the room of vcda_session_extension, managed and
// ephemeral.
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
)

// computed describes what the appliance says of the extension.
var computed = map[string]string{
	"id":    "Name of the site.",
	"org":   "Organization the session has at the site.",
	"user":  "User of the session.",
	"roles": "Roles of the session.",
}

const siteDoc = "Name of the remote site, which the appliance is paired with."

// Schema describes the managed resource.
func (r *managed) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
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
	for _, way := range Methods {
		fields := map[string]schema.Attribute{}
		for _, f := range way.Fields {
			if f.Secret {
				addTwins(fields, way.Name, f)
				continue
			}
			fields[f.Name] = schema.StringAttribute{
				Required: !f.Optional, Optional: f.Optional, MarkdownDescription: f.Doc,
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			}
		}
		all[way.Name] = schema.SingleNestedAttribute{
			Optional: true, MarkdownDescription: way.Doc, Attributes: fields,
			Validators: ExactlyOneMethod(way.Name),
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Extends the provider's session to a remote site. The Cloud service only. The appliance forgets an extension with its session, " +
			"so a plan extends a new session again, and an apply that changes nothing here does not: what an apply or a destroy needs belongs in `session_extensions` of the provider block.\n\n" +
			"Secrets that are write-only, as in the example, need Terraform 1.11 or OpenTofu 1.11.",
		Attributes: all,
	}
}

// addTwins adds a secret that is stored, its twin that is not, and the version
// that tells when the twin has changed.
func addTwins(fields map[string]schema.Attribute, way string, f MethodField) {
	twin, version := f.Name+"_wo", f.Name+"_wo_version"
	sibling := func(name string) path.Expression { return path.MatchRoot(way).AtName(name) }
	fields[f.Name] = schema.StringAttribute{
		Optional: true, Sensitive: true,
		MarkdownDescription: f.Doc + " Stored in the state; `" + twin + "` is not.",
		Validators: []validator.String{
			stringvalidator.LengthAtLeast(1),
			stringvalidator.ExactlyOneOf(sibling(twin)),
			stringvalidator.PreferWriteOnlyAttribute(sibling(twin)),
		},
	}
	fields[twin] = schema.StringAttribute{
		Optional: true, Sensitive: true, WriteOnly: true,
		MarkdownDescription: f.Doc + " Never stored. Needs Terraform 1.11 or OpenTofu 1.11.",
		Validators:          []validator.String{stringvalidator.LengthAtLeast(1), stringvalidator.AlsoRequires(sibling(version))},
	}
	fields[version] = schema.Int64Attribute{
		Optional:            true,
		MarkdownDescription: "Version of `" + twin + "`. Raise it whenever that changes.",
		Validators:          []validator.Int64{int64validator.AlsoRequires(sibling(twin))},
	}
}

// Schema describes the ephemeral resource.
func (r *temporary) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	all := map[string]ephemeralschema.Attribute{
		"site":  ephemeralschema.StringAttribute{Required: true, MarkdownDescription: siteDoc, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}},
		"id":    ephemeralschema.StringAttribute{Computed: true, MarkdownDescription: computed["id"]},
		"org":   ephemeralschema.StringAttribute{Computed: true, MarkdownDescription: computed["org"]},
		"user":  ephemeralschema.StringAttribute{Computed: true, MarkdownDescription: computed["user"]},
		"roles": ephemeralschema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: computed["roles"]},
	}
	for _, way := range Methods {
		fields := map[string]ephemeralschema.Attribute{}
		for _, f := range way.Fields {
			fields[f.Name] = ephemeralschema.StringAttribute{
				Required: !f.Optional, Optional: f.Optional, Sensitive: f.Secret, MarkdownDescription: f.Doc,
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			}
		}
		all[way.Name] = ephemeralschema.SingleNestedAttribute{
			Optional: true, MarkdownDescription: way.Doc, Attributes: fields,
			Validators: ExactlyOneMethod(way.Name),
		}
	}
	resp.Schema = ephemeralschema.Schema{
		MarkdownDescription: "Extends the provider's session to a remote site for as long as it is open, and takes the extension back afterwards. The Cloud service only. " +
			"Several of one site count each other: the last to close takes it back.",
		Attributes: all,
	}
}
