package appliancepassword

import (
	"context"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/tlsutil"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

var (
	currentPassword = base.Secret{Name: "current_password", Ephemeral: true, Doc: "Root password in force, at first the one given at deployment. Changing it alone does nothing."}
	newPassword     = base.Secret{Name: "new_password", Doc: "Root password wanted: at least 8 characters, with lower and upper case letters, digits and special characters.", Rules: []validator.String{passwordRule{}}}
)

// Schema describes the resource.
func (r *passwordResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	all := map[string]schema.Attribute{
		"id": schema.StringAttribute{
			Computed: true, MarkdownDescription: "URL of the appliance in canonical form. Give it to a provider block as `url`: everything of that provider then waits for the password.",
			PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"url": schema.StringAttribute{
			CustomType: customtypes.URLType, Optional: true, Computed: true,
			MarkdownDescription: "Base address of the appliance, such as `https://vcda-a.example.com`. Default: that of the provider block. The address of another appliance replaces the resource.",
			Validators:          []validator.String{base.ValidBy(values.BaseURL)},
			PlanModifiers:       []planmodifier.String{customtypes.URLType.KeepPrior(), stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplace()},
		},
		"thumbprint": customtypes.ThumbprintType.Optional("SHA-256 thumbprint of the appliance's certificate. Default: that of the provider block, where the address is the same."),
		"ca_certificate": schema.StringAttribute{
			Optional: true, Validators: []validator.String{base.ValidBy(tlsutil.Authority)},
			MarkdownDescription: "Certificate authority to trust in addition to the system roots: PEM text, or the path of a PEM file.",
		},
		"root_password_expired":    schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the appliance says that the root password has expired. Null where it can't be asked."},
		"root_password_expires_at": schema.StringAttribute{Computed: true, MarkdownDescription: "End of the root password's validity, in RFC 3339 format, UTC. Null when it has expired, or is not known."},
		"timeouts": base.ResourceTimeouts(timeouts.Attributes(ctx, timeouts.Opts{
			Create: true, Read: true, Update: true, Delete: true,
			CreateDescription: "Time for a create, which waits for the first boot; default `15m`.",
			ReadDescription:   "Time for a read; default `1m`.",
			UpdateDescription: "Time for an update; default `5m`.",
			DeleteDescription: "Not used: a delete makes no call.",
		})),
	}
	currentPassword.AddTo(all)
	newPassword.AddTo(all)
	resp.Schema = schema.Schema{
		Version: 1,
		MarkdownDescription: "Changes the root password of an appliance of any kind: the one given at deployment is temporary, and an appliance refuses to be set up with it.\n\n" +
			"The resource logs in by itself, so it works with a provider block that has neither `url` nor `login`. A create waits for the first boot. After an interrupted run, the next one continues: it tries the new password if the current one is refused.\n\n" +
			"A destroy leaves the password as it is.",
		Attributes: all,
	}
}

// IdentitySchema describes the identity of a root password: the URL of its appliance.
func (r *passwordResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"url": identityschema.StringAttribute{RequiredForImport: true, Description: "Base URL of the appliance."},
	}}
}

// passwordRule validates root passwords. It does not require more than the appliance.
type passwordRule struct{}

const shortest = 8

func (passwordRule) Description(context.Context) string { return "the value is a root password" }
func (r passwordRule) MarkdownDescription(ctx context.Context) string {
	return r.Description(ctx)
}

func (passwordRule) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := values.Credential(req.ConfigValue.ValueString()); err != nil {
		return // the validator of every secret reports it
	}
	var lower, upper, digit, special bool
	password := []rune(req.ConfigValue.ValueString())
	for _, r := range password {
		lower, upper, digit = lower || unicode.IsLower(r), upper || unicode.IsUpper(r), digit || unicode.IsDigit(r)
		special = special || !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}
	if len(password) < shortest || !lower || !upper || !digit || !special {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid "+req.Path.String(),
			"A root password needs at least 8 characters, among them a lower case letter, an upper case letter, a digit and a special character.")
	}
}
