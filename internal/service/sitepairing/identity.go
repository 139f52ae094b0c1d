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

// IdentitySchema is the identity of a pairing: its key on the appliance.
func (r *sitePairing) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "Key of the pairing: the site's UUID on the Manager service, its name on the Cloud service.",
		},
	}}
}

// identify sets the identity. The framework refuses one that is null, which the
// id of an interrupted create is: there it is empty, until a refresh has settled
// the task. That is why the identity is declared mutable.
func identify(ctx context.Context, identity *tfsdk.ResourceIdentity, id types.String) diag.Diagnostics {
	return identity.SetAttribute(ctx, path.Root("id"), id.ValueString())
}
