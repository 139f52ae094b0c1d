// Package replicationpolicyassignment implements vcda_replication_policy_assignment, the replication policy of an
// organization.
package replicationpolicyassignment

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
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

// NewResource returns the resource vcda_replication_policy_assignment.
func NewResource() resource.Resource { return &assignment{} }

type model struct {
	Organization types.String `tfsdk:"organization"`
	PolicyID     types.String `tfsdk:"policy_id"`
}

func (r *assignment) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_replication_policy_assignment"
}

func (r *assignment) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Assigns a replication policy to an organization of the Cloud service. It needs a provider administrator. A destroy assigns the default policy, because every organization has a policy.",
		Attributes: map[string]schema.Attribute{
			"organization": schema.StringAttribute{
				Required: true, MarkdownDescription: "Short name of the organization, which belongs to the appliance's own Cloud Director. A change replaces the assignment.",
				Validators:    []validator.String{base.ValidBy(values.Credential)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"policy_id": schema.StringAttribute{
				Required: true, MarkdownDescription: "Id of the policy; that of the default policy is `default`.", Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
		},
	}
}

func (r *assignment) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"organization": identityschema.StringAttribute{RequiredForImport: true, Description: "Short name of the organization."},
	}}
}

var (
	errNoOrganization = errors.New("no replication policy lists this organization")
	errNotAssigned    = errors.New("the appliance has accepted the assignment, but does not show it")
)

// The appliance accepts an assignment before it shows it: the limit of the wait, and the pause between two reads.
const (
	grace = 30 * time.Second
	pause = time.Second
)

// assign assigns a policy and waits until the organization has it. An assignment may be repeated, so a lost response
// does no harm.
func assign(ctx context.Context, client *vcda.Client, policy, org string) error {
	if err := replicationbase.RequireService(ctx, client, vcda.Cloud, "replication policies"); err != nil {
		return err
	}
	err := client.AssignPolicy(ctx, policy, org)
	if err != nil && !vcda.IsOutcomeUnknown(err) {
		return err
	}
	for end := client.Clock().Now().Add(grace); ; {
		orgs, look := client.PolicyOrgs(ctx, policy)
		switch {
		case look != nil:
			return errors.Join(err, look)
		case slices.Contains(orgs, org):
			return nil
		case err != nil:
			return err
		case !client.Clock().Now().Before(end):
			return errNotAssigned
		}
		if err := client.Clock().Sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// policyOf returns the id of the policy of an organization, "" if no policy lists it. It checks the former policy
// first.
func policyOf(ctx context.Context, client *vcda.Client, org, before string) (string, error) {
	if err := replicationbase.RequireService(ctx, client, vcda.Cloud, "replication policies"); err != nil {
		return "", err
	}
	policies, err := client.Policies(ctx)
	if err != nil {
		return "", err
	}
	slices.SortStableFunc(policies, func(a, b vcda.Policy) int {
		switch {
		case a.ID == before:
			return -1
		case b.ID == before:
			return 1
		}
		return 0
	})
	for _, p := range policies {
		orgs, err := client.PolicyOrgs(ctx, p.ID)
		if err != nil {
			return "", err
		}
		if slices.Contains(orgs, org) {
			return p.ID, nil
		}
	}
	return "", nil
}

func (r *assignment) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	resp.Diagnostics.Append(r.apply(ctx, req.Plan, nil, resp.Private, resp.Identity, &resp.State)...)
}

// apply assigns the planned policy, on the appliance that stored private state names.
func (r *assignment) apply(ctx context.Context, plan tfsdk.Plan, stored base.PrivateReader, private base.PrivateWriter, identity *tfsdk.ResourceIdentity, state *tfsdk.State) diag.Diagnostics {
	var m model
	diags := plan.Get(ctx, &m)
	action := "assign a replication policy to " + m.Organization.ValueString()
	client, problems := r.ClientOf(ctx, action, "assignment", stored)
	diags.Append(problems...)
	if diags.HasError() {
		return diags
	}
	if err := assign(ctx, client, m.PolicyID.ValueString(), m.Organization.ValueString()); err != nil {
		return append(diags, replicationbase.Detail(ctx, err).Unable(action))
	}
	diags.Append(base.KeepInstance(ctx, client, private)...)
	diags.Append(identity.SetAttribute(ctx, path.Root("organization"), m.Organization)...)
	return append(diags, state.Set(ctx, m)...)
}

func (r *assignment) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("organization"), m.Organization)...)
	action := "read the replication policy of " + m.Organization.ValueString()
	client, diags := r.ClientOf(ctx, action, "assignment", req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	policy, err := policyOf(ctx, client, m.Organization.ValueString(), m.PolicyID.ValueString())
	switch {
	case err != nil:
		resp.Diagnostics.Append(replicationbase.Detail(ctx, err).Unable(action))
	case policy == "":
		resp.State.RemoveResource(ctx)
	default:
		resp.Diagnostics.Append(base.KeepInstance(ctx, client, resp.Private)...)
		m.PolicyID = types.StringValue(policy)
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
	}
}

func (r *assignment) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	resp.Diagnostics.Append(r.apply(ctx, req.Plan, req.Private, resp.Private, resp.Identity, &resp.State)...)
}

// Delete assigns the default policy, unless the organization is gone.
func (r *assignment) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	org := m.Organization.ValueString()
	action := "assign the default replication policy to " + org
	client, diags := r.ClientOf(ctx, action, "assignment", req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	policy, err := policyOf(ctx, client, org, m.PolicyID.ValueString())
	if err == nil && policy != "" {
		err = assign(ctx, client, vcda.DefaultPolicy, org)
	}
	if err != nil {
		resp.Diagnostics.Append(replicationbase.Detail(ctx, err).Unable(action))
	}
}

func (r *assignment) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	org := types.StringValue(req.ID)
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.GetAttribute(ctx, path.Root("organization"), &org)...)
	}
	client, absent := r.VCDA.Client()
	resp.Diagnostics.Append(absent...)
	if resp.Diagnostics.HasError() {
		return
	}
	policy, err := policyOf(ctx, client, org.ValueString(), "")
	if err == nil && policy == "" {
		err = errNoOrganization
	}
	if err != nil {
		resp.Diagnostics.Append(replicationbase.Detail(ctx, err).Unable("import the replication policy of " + org.ValueString()))
		return
	}
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("organization"), org)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, model{Organization: org, PolicyID: types.StringValue(policy)})...)
}
