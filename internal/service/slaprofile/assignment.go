// Package slaprofile implements the data source vcda_sla_profiles and the resource vcda_sla_profile_assignment.
package slaprofile

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/replicationbase"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

type assignment struct{ base.ForResource }

var (
	_ resource.ResourceWithConfigure   = &assignment{}
	_ resource.ResourceWithImportState = &assignment{}
	_ resource.ResourceWithIdentity    = &assignment{}
)

// NewResource returns the resource vcda_sla_profile_assignment.
func NewResource() resource.Resource { return &assignment{} }

type assignmentModel struct {
	Organization types.String `tfsdk:"organization"`
	ProfileID    types.String `tfsdk:"sla_profile_id"`
}

const what = "SLA profiles"

func (r *assignment) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_sla_profile_assignment"
}

func (r *assignment) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	key := func(description string) schema.StringAttribute {
		return schema.StringAttribute{
			Required: true, MarkdownDescription: description + " A change replaces the assignment.",
			Validators:    []validator.String{base.ValidBy(values.Credential)},
			PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Offers an SLA profile to an organization of the Cloud service. It needs a provider administrator. " +
			"The appliance does not show which organizations have a profile, so a removal outside Terraform is not detected. A deleted profile is detected.",
		Attributes: map[string]schema.Attribute{
			"organization":   key("Short name of the organization."),
			"sla_profile_id": key("Id of the SLA profile."),
		},
	}
}

func (r *assignment) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"organization":   identityschema.StringAttribute{RequiredForImport: true, Description: "Short name of the organization."},
		"sla_profile_id": identityschema.StringAttribute{RequiredForImport: true, Description: "Id of the SLA profile."},
	}}
}

func identify(ctx context.Context, identity *tfsdk.ResourceIdentity, m assignmentModel) diag.Diagnostics {
	diags := identity.SetAttribute(ctx, path.Root("organization"), m.Organization)
	diags.Append(identity.SetAttribute(ctx, path.Root("sla_profile_id"), m.ProfileID)...)
	return diags
}

func (m assignmentModel) action(verb, of string) string {
	return verb + " the SLA profile " + m.ProfileID.ValueString() + " " + of + " " + m.Organization.ValueString()
}

// Create assigns the profile. An assignment may be repeated.
func (r *assignment) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m assignmentModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	client, absent := r.VCDA.Client()
	resp.Diagnostics.Append(absent...)
	if resp.Diagnostics.HasError() {
		return
	}
	err := replicationbase.RequireService(ctx, client, vcda.Cloud, what)
	if err == nil {
		err = client.AssignSLAProfile(ctx, m.Organization.ValueString(), m.ProfileID.ValueString())
	}
	if err != nil {
		resp.Diagnostics.Append(replicationbase.Detail(ctx, err).Unable(m.action("assign", "to")))
		return
	}
	resp.Diagnostics.Append(base.KeepInstance(ctx, client, resp.Private)...)
	resp.Diagnostics.Append(identify(ctx, resp.Identity, m)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// Read checks whether the profile still exists. No call shows its organizations.
func (r *assignment) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m assignmentModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	resp.Diagnostics.Append(identify(ctx, resp.Identity, m)...)
	action := m.action("read the assignment of", "to")
	client, diags := r.ClientOf(ctx, action, "assignment", req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	there, err := exists(ctx, client, m.ProfileID.ValueString())
	switch {
	case err != nil:
		resp.Diagnostics.Append(replicationbase.Detail(ctx, err).Unable(action))
	case !there:
		resp.State.RemoveResource(ctx)
	default:
		resp.Diagnostics.Append(base.KeepInstance(ctx, client, resp.Private)...)
	}
}

func exists(ctx context.Context, client *vcda.Client, profile string) (bool, error) {
	if err := replicationbase.RequireService(ctx, client, vcda.Cloud, what); err != nil {
		return false, err
	}
	profiles, err := client.SLAProfiles(ctx)
	return slices.ContainsFunc(profiles, func(p vcda.SLAProfile) bool { return p.ID == profile }), err
}

// Update is never called: every change replaces.
func (r *assignment) Update(_ context.Context, _ resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.Diagnostics.AddError("Unable to change an assignment", "Every change of an assignment replaces it. This is a bug in the provider; please report it.")
}

// Delete removes the assignment. It succeeds if the organization does not have the profile.
func (r *assignment) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m assignmentModel
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	action := m.action("take", "from")
	client, diags := r.ClientOf(ctx, action, "assignment", req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	err := replicationbase.RequireService(ctx, client, vcda.Cloud, what)
	if err == nil {
		err = client.UnassignSLAProfile(ctx, m.Organization.ValueString(), m.ProfileID.ValueString())
	}
	if err != nil && !vcda.IsNotFound(err) {
		resp.Diagnostics.Append(replicationbase.Detail(ctx, err).Unable(action))
	}
}

var (
	errForm      = errors.New("an assignment is imported as ORGANIZATION/PROFILE-ID")
	errNoProfile = errors.New("there is no such SLA profile")
)

// ImportState imports ORGANIZATION/PROFILE-ID, or an identity.
func (r *assignment) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var m assignmentModel
	if org, profile, found := strings.Cut(req.ID, "/"); found {
		m = assignmentModel{Organization: types.StringValue(org), ProfileID: types.StringValue(profile)}
	} else if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("organization"), &m.Organization)...)
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("sla_profile_id"), &m.ProfileID)...)
	}
	client, absent := r.VCDA.Client()
	resp.Diagnostics.Append(absent...)
	if resp.Diagnostics.HasError() {
		return
	}
	err := errForm
	if m.Organization.ValueString() != "" && m.ProfileID.ValueString() != "" {
		var there bool
		if there, err = exists(ctx, client, m.ProfileID.ValueString()); err == nil && !there {
			err = errNoProfile
		}
	}
	if err != nil {
		resp.Diagnostics.Append(replicationbase.Detail(ctx, err).Unable("import the assignment " + req.ID))
		return
	}
	resp.Diagnostics.Append(identify(ctx, resp.Identity, m)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
