package tunnel

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// Schema describes the resource.
func (r *tunnelResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	all := map[string]schema.Attribute{
		"id": schema.StringAttribute{
			Computed: true, MarkdownDescription: "UUID of the tunnel; in API 4.5, which has one tunnel without a UUID, its URL.",
			PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"url": customtypes.URLType.Required("Address of the tunnel's service, such as `https://tunnel-1.example.com:8047`."),
		"certificate": schema.StringAttribute{
			CustomType: customtypes.CertificateType, Optional: true, Computed: true,
			MarkdownDescription: "Certificate of the tunnel, as PEM text or as base64 of its DER form. Exactly one of `certificate` and `thumbprint` is set.",
			Validators:          []validator.String{customtypes.CertificateType.Validator(), stringvalidator.ExactlyOneOf(path.MatchRoot("thumbprint"))},
			PlanModifiers:       []planmodifier.String{customtypes.CertificateType.KeepPrior()},
		},
		"thumbprint": schema.StringAttribute{
			CustomType: customtypes.ThumbprintType, Optional: true, Computed: true,
			MarkdownDescription: "SHA-256 thumbprint of the tunnel's certificate, instead of the certificate: the certificate that the appliance sees at `url` must have it.",
			Validators:          []validator.String{customtypes.ThumbprintType.Validator()},
			PlanModifiers:       []planmodifier.String{customtypes.ThumbprintType.KeepPrior()},
		},
		"lookup_service_url": schema.StringAttribute{
			CustomType: customtypes.LookupServiceType, Optional: true,
			MarkdownDescription: "Address of the lookup service for the tunnel, such as `https://vcenter.example.com`. Not changed if unset. Needs `lookup_service_thumbprint`. **Experimental**: the call is known from old appliances only; an appliance without it causes a warning.",
			Validators:          []validator.String{customtypes.LookupServiceType.Validator(), stringvalidator.AlsoRequires(path.MatchRoot("lookup_service_thumbprint"))},
			PlanModifiers:       []planmodifier.String{customtypes.LookupServiceType.KeepPrior()},
		},
		"lookup_service_thumbprint": schema.StringAttribute{
			CustomType: customtypes.ThumbprintType, Optional: true,
			MarkdownDescription: "SHA-256 thumbprint of the lookup service's certificate.",
			Validators:          []validator.String{customtypes.ThumbprintType.Validator(), stringvalidator.AlsoRequires(path.MatchRoot("lookup_service_url"))},
			PlanModifiers:       []planmodifier.String{customtypes.ThumbprintType.KeepPrior()},
		},
		"repair_triggers": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Any values. A change of one registers the tunnel's address and certificate again.",
		},
		"timeouts": base.ResourceTimeouts(timeouts.Attributes(ctx, timeouts.Opts{
			Create: true, Read: true, Update: true, Delete: true,
			CreateDescription: "Time for a create, such as `10m`, which is the default.",
			ReadDescription:   "Time for a read; default `1m`.",
			UpdateDescription: "Time for an update; default `10m`.",
			DeleteDescription: "Not used: a delete makes no call.",
		})),
	}
	rootPassword.AddTo(all)
	resp.Schema = schema.Schema{
		Version: 1,
		MarkdownDescription: "Registers a tunnel with a Cloud service, which may have two since 4.6. A vCenter Replication Management Appliance has a built-in tunnel. " +
			"Change the root password of the tunnel first, with `vcda_appliance_password`.\n\n" +
			"A tunnel can't be unregistered: no call for it is known. A destroy only removes it from the state, and says so.",
		Attributes: all,
	}
}

// IdentitySchema describes the identity of a tunnel.
func (r *tunnelResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.StringAttribute{RequiredForImport: true, Description: "UUID of the tunnel; in API 4.5 its URL."},
	}}
}
