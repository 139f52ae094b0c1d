package sitepairing

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// IdentitySchema describes the identity of a pairing: its key on the appliance.
func (r *sitePairing) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "Key of the pairing: the site's UUID on the Manager service, its name on the Cloud service.",
		},
	}}
}

// identify sets the identity. The framework refuses a null identity, but the id of an interrupted create is null: the
// identity is then empty until a refresh knows the id, and is therefore declared mutable.
func identify(ctx context.Context, identity *tfsdk.ResourceIdentity, id types.String) diag.Diagnostics {
	return identity.SetAttribute(ctx, path.Root("id"), id.ValueString())
}
