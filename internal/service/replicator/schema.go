package replicator

import (
	"context"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

// reportedAttributes describe what only the appliance knows.
var reportedAttributes = base.Reported{
	{"registered_url", "Address of the replicator as the Manager shows it, which is often another form of `api_url`.", types.StringType},
	{"data_address", "Address of the replicator's data traffic.", types.StringType},
	{"build_version", "Build of the replicator.", types.StringType},
	{"api_version", "API version of the replicator.", types.StringType},
	{"is_in_maintenance_mode", "Whether the replicator is in maintenance mode.", types.BoolType},
	{"healthy", "Whether there is no communication error in either direction.", types.BoolType},
	{"incoming_comm_error", "Error of traffic from the replicator, null when there is none.", base.ErrorType},
	{"outgoing_comm_error", "Error of traffic to the replicator, null when there is none.", base.ErrorType},
}

var ownerForm = regexp.MustCompile(`^(\*|.+@.+)$`)

// Schema describes the resource.
func (r *replicatorResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	all := map[string]schema.Attribute{
		"id": schema.StringAttribute{
			Computed: true, MarkdownDescription: "UUID of the replicator. It never changes.",
			PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"api_url":        customtypes.URLType.Required("Address of the replicator's service, such as `https://replicator-1.example.com:8043`. A change repairs the registration."),
		"api_thumbprint": customtypes.ThumbprintType.Required("SHA-256 thumbprint of the replicator's certificate. A change repairs the registration."),
		"sso_user": schema.StringAttribute{
			Required: true, Validators: []validator.String{base.ValidBy(values.Credential)},
			MarkdownDescription: "Administrator of the SSO domain, such as `administrator@vsphere.local`. The replicator keeps the credentials; a change repairs the registration.",
		},
		"lookup_service_url":        customtypes.LookupServiceType.Required("Address of the lookup service for the replicator, such as `https://vcenter.example.com`. The path `/lookupservice/sdk` may be left out."),
		"lookup_service_thumbprint": customtypes.ThumbprintType.Required("SHA-256 thumbprint of the lookup service's certificate."),
		"owner": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString("*"),
			MarkdownDescription: "`*`, the default, for a replicator that all organizations use, or `org@site` for one that is dedicated to an organization of Cloud Director. A change registers the replicator again.",
			Validators:          []validator.String{stringvalidator.RegexMatches(ownerForm, "must be * or org@site")},
			PlanModifiers:       []planmodifier.String{replaceKnown()},
		},
		"site_name": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Site of the replicator. Default: the Manager's own. A change registers the replicator again.",
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown(), replaceKnown()},
		},
		"description": schema.StringAttribute{
			CustomType: customtypes.DescriptionType, Optional: true, Computed: true, Default: stringdefault.StaticString(""),
			MarkdownDescription: "Description of the replicator; empty by default. A change repairs the registration.",
			PlanModifiers:       []planmodifier.String{customtypes.DescriptionType.KeepPrior()},
		},
		"repair_triggers": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Any values. A change of one repairs the registration, as is needed after a new certificate of the Manager.",
		},
		"timeouts": base.ResourceTimeouts(timeouts.Attributes(ctx, timeouts.Opts{
			Create: true, Read: true, Update: true, Delete: true,
			CreateDescription: "Time for a create, such as `10m`, which is the default.",
			ReadDescription:   "Time for a read; default `1m`.",
			UpdateDescription: "Time for an update; default `10m`.",
			DeleteDescription: "Time for a delete; default `10m`.",
		})),
	}
	rootPassword.AddTo(all)
	ssoPassword.AddTo(all)
	reportedAttributes.AddToResource(all)
	resp.Schema = schema.Schema{
		Version: 1,
		MarkdownDescription: "Registers a replicator with the Manager: that of the vCenter Replication Management Appliance itself, or that of an appliance with a Cloud service, which `manager` of the provider block configures. " +
			"Change the root password of the replicator first, with `vcda_appliance_password`.\n\n" +
			"After a replicator is added, paired sites have to be re-paired: put the `id` into `repair_triggers` of their pairings.\n\n" +
			"A destroy unregisters the replicator, which the appliance refuses while it holds replications.",
		Attributes: all,
	}
}

// replaceKnown replaces the replicator if the value is known and changes. An unknown value may turn out to be the
// same.
func replaceKnown() planmodifier.String {
	const doc = "A known change registers the replicator again."
	return stringplanmodifier.RequiresReplaceIf(func(_ context.Context, req planmodifier.StringRequest, resp *stringplanmodifier.RequiresReplaceIfFuncResponse) {
		resp.RequiresReplace = !req.PlanValue.IsUnknown() && !req.StateValue.IsNull()
	}, doc, doc)
}

// IdentitySchema describes the identity of a replicator: its UUID.
func (r *replicatorResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.StringAttribute{RequiredForImport: true, Description: "UUID of the replicator."},
	}}
}
