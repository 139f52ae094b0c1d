// Package replicationpolicy implements vcda_replication_policy, and the data sources that read policies.
package replicationpolicy

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/boolplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/replicationbase"
)

type policyResource struct{ base.ForResource }

var (
	_ resource.ResourceWithConfigure   = &policyResource{}
	_ resource.ResourceWithImportState = &policyResource{}
	_ resource.ResourceWithIdentity    = &policyResource{}
	_ resource.ResourceWithModifyPlan  = &policyResource{}
)

// NewResource returns the resource vcda_replication_policy.
func NewResource() resource.Resource { return &policyResource{} }

type model struct {
	fields
	DataCap types.Int64 `tfsdk:"onprem_data_cap"`
}

func (r *policyResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_replication_policy"
}

func (r *policyResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	all := map[string]schema.Attribute{
		"id": schema.StringAttribute{
			Computed: true, MarkdownDescription: "Id of the policy.", PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"name": schema.StringAttribute{
			Required: true, MarkdownDescription: "Name of the policy, which must be unique.", Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"onprem_data_cap": schema.Int64Attribute{
			Optional: true, Computed: true, Validators: []validator.Int64{int64validator.AtLeast(0)},
			MarkdownDescription: "Bandwidth limit of on-premises appliances, such as `512`; its unit is not published. The appliance never shows it, so a change outside Terraform is not detected. If it is left out, a create does not set it. An update sends the last configured value again; without one, it clears a value that was set elsewhere.",
			PlanModifiers:       []planmodifier.Int64{int64planmodifier.UseStateForUnknown()},
		},
		"organization_count": schema.Int64Attribute{Computed: true, MarkdownDescription: organizationCount},
	}
	ranges := map[string]validator.Int64{
		"min_rpo_minutes": int64validator.Between(1, 1440), "max_instances": int64validator.Between(0, 24), "max_pinned_instances": int64validator.AtLeast(0),
	}
	for name, description := range numbers {
		a := schema.Int64Attribute{Required: true, MarkdownDescription: description}
		if limit := ranges[name]; limit != nil {
			a.Validators = []validator.Int64{limit}
		}
		all[name] = a
	}
	for name, description := range texts {
		all[name] = schema.BoolAttribute{Required: true, MarkdownDescription: description}
	}
	all[newInFourSeven] = schema.BoolAttribute{
		Optional: true, Computed: true, MarkdownDescription: texts[newInFourSeven],
		PlanModifiers: []planmodifier.Bool{boolplanmodifier.UseNonNullStateForUnknown()},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "**Experimental.** A replication policy of the Cloud service, which limits the replications of organizations. It needs a provider administrator. The call that creates a policy is not fully documented.",
		Attributes:          all,
	}
}

func (r *policyResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.StringAttribute{RequiredForImport: true, Description: "Id of the policy."},
	}}
}

// ModifyPlan refuses attributes that the configured API version lacks, and warns of a data cap that an update clears.
func (r *policyResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	r.ForResource.ModifyPlan(ctx, req, resp)
	var onPrem types.Bool
	if !req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root(newInFourSeven), &onPrem)...)
	}
	if client, absent := r.VCDA.Client(); !absent.HasError() {
		if err := checkVersion(client, onPrem); err != nil {
			resp.Diagnostics.AddAttributeError(path.Root(newInFourSeven), "Invalid "+newInFourSeven, diagnostics.Sentence(err.Error()))
		}
	}
	if req.Plan.Raw.IsNull() || req.State.Raw.IsNull() || req.Plan.Raw.Equal(req.State.Raw) {
		return
	}
	var dataCap types.Int64
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root("onprem_data_cap"), &dataCap)...)
	if dataCap.IsNull() || dataCap.IsUnknown() {
		resp.Diagnostics.AddAttributeWarning(path.Root("onprem_data_cap"), "The update may clear the data cap",
			"An update replaces the policy as a whole, and the appliance does not show its onprem_data_cap: a value that was set elsewhere is cleared. Set onprem_data_cap to keep it.")
	}
}

func (r *policyResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	client, absent := r.VCDA.Client()
	resp.Diagnostics.Append(absent...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(base.KeepInstance(ctx, client, resp.Private)...)
	made, err := create(ctx, client, m)
	if err != nil {
		resp.Diagnostics.Append(explain(ctx, "create the replication policy "+m.Name.ValueString(), err))
		return
	}
	m.store(made)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// create creates a policy and reads it.
func create(ctx context.Context, client *vcda.Client, m model) (vcda.Policy, error) {
	if err := replicationbase.RequireService(ctx, client, vcda.Cloud, what); err != nil {
		return vcda.Policy{}, err
	}
	if err := checkVersion(client, m.OutgoingOnPremProtections); err != nil {
		return vcda.Policy{}, err
	}
	named := func(other vcda.Policy) bool { return other.DisplayName == m.Name.ValueString() }
	if existing, err := find(ctx, client, named); err != nil {
		return vcda.Policy{}, err
	} else if existing != nil {
		return vcda.Policy{}, &existsError{*existing}
	}
	if err := client.CreatePolicy(ctx, m.policy()); err != nil {
		return vcda.Policy{}, err
	}
	made, err := find(ctx, client, named)
	if err == nil && made == nil {
		err = errNotListed
	}
	if err != nil {
		return vcda.Policy{}, err
	}
	return *made, nil
}

const (
	what           = "replication policies"
	newInFourSeven = "allow_outgoing_onprem_protections"
)

// versionError is the error for a setting that the API version lacks.
type versionError struct{ version string }

func (e *versionError) Error() string {
	return fmt.Sprintf("the API has %s since version 4.7, and the provider uses version %s: remove it", newInFourSeven, e.version)
}

// checkVersion refuses attributes that the client's API version lacks.
func checkVersion(client *vcda.Client, onPrem types.Bool) error {
	if !onPrem.IsNull() && !onPrem.IsUnknown() && client.APIVersion() < "4.7" {
		return &versionError{client.APIVersion()}
	}
	return nil
}

var errNotListed = errors.New("the policy is not in the list of the appliance's policies")

// existsError is the error for an existing policy of the same name.
type existsError struct{ policy vcda.Policy }

func (e *existsError) Error() string {
	return "there is a policy of this name already, with the id " + e.policy.ID
}

// find returns the first policy that matches, nil if there is none.
func find(ctx context.Context, client *vcda.Client, matches func(vcda.Policy) bool) (*vcda.Policy, error) {
	all, err := client.Policies(ctx)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if matches(all[i]) {
			return &all[i], nil
		}
	}
	return nil, nil
}

func byID(id string) func(vcda.Policy) bool {
	return func(p vcda.Policy) bool { return p.ID == id }
}

func (r *policyResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...)
	action := "read the replication policy " + m.ID.ValueString()
	client, diags := r.ClientOf(ctx, action, "policy", req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	err := replicationbase.RequireService(ctx, client, vcda.Cloud, what)
	var found *vcda.Policy
	if err == nil {
		found, err = find(ctx, client, byID(m.ID.ValueString()))
	}
	switch {
	case err != nil:
		resp.Diagnostics.Append(explain(ctx, action, err))
	case found == nil:
		resp.State.RemoveResource(ctx)
	default:
		resp.Diagnostics.Append(base.KeepInstance(ctx, client, resp.Private)...)
		m.read(*found)
		resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
	}
}

func (r *policyResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var m model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	action := "change the replication policy " + m.Name.ValueString()
	client, diags := r.ClientOf(ctx, action, "policy", req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	changed, err := change(ctx, client, m)
	if err != nil {
		resp.Diagnostics.Append(explain(ctx, action, err))
		return
	}
	m.store(changed)
	resp.Diagnostics.Append(resp.Identity.SetAttribute(ctx, path.Root("id"), m.ID)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// change replaces a policy and reads it.
func change(ctx context.Context, client *vcda.Client, m model) (vcda.Policy, error) {
	if err := replicationbase.RequireService(ctx, client, vcda.Cloud, what); err != nil {
		return vcda.Policy{}, err
	}
	if err := checkVersion(client, m.OutgoingOnPremProtections); err != nil {
		return vcda.Policy{}, err
	}
	if err := client.UpdatePolicy(ctx, m.policy()); err != nil {
		return vcda.Policy{}, err
	}
	changed, err := find(ctx, client, byID(m.ID.ValueString()))
	if err == nil && changed == nil {
		err = errNotListed
	}
	if err != nil {
		return vcda.Policy{}, err
	}
	return *changed, nil
}

func (r *policyResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	action := "delete the replication policy " + m.Name.ValueString()
	client, diags := r.ClientOf(ctx, action, "policy", req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := remove(ctx, client, m.ID.ValueString()); err != nil {
		resp.Diagnostics.Append(explain(ctx, action, err))
	}
}

// inUseError is the error for a policy that organizations have.
type inUseError struct{ orgs []string }

func (e *inUseError) Error() string {
	return "the policy is assigned to " + strings.Join(e.orgs, ", ")
}

// remove deletes a policy, unless organizations have it. It succeeds if the policy is gone.
func remove(ctx context.Context, client *vcda.Client, id string) error {
	if err := replicationbase.RequireService(ctx, client, vcda.Cloud, what); err != nil {
		return err
	}
	found, err := find(ctx, client, byID(id))
	if err != nil || found == nil {
		return err
	}
	orgs, err := client.PolicyOrgs(ctx, id)
	if err != nil {
		return err
	}
	if len(orgs) > 0 {
		return &inUseError{orgs}
	}
	err = client.DeletePolicy(ctx, id)
	if vcda.IsNotFound(err) {
		return nil
	}
	if vcda.IsOutcomeUnknown(err) {
		left, look := find(ctx, client, byID(id))
		if look == nil && left == nil {
			return nil
		}
	}
	return err
}

func (r *policyResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	resource.ImportStatePassthroughWithIdentity(ctx, path.Root("id"), path.Root("id"), req, resp)
}

func detail(ctx context.Context, err error) diagnostics.Detail {
	d := replicationbase.Detail(ctx, err)
	var exists *existsError
	var inUse *inUseError
	switch {
	case errors.As(err, &exists):
		d.Advice = fmt.Sprintf("Give the policy another name, or import it:\n\n  terraform import vcda_replication_policy.NAME %s", diagnostics.ShellWord(exists.policy.ID))
	case errors.As(err, &inUse):
		d.Advice = "Assign another policy to these organizations first; the default one has the id default."
	}
	return d
}
