package sessionextension

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// model is an extension as state and configuration hold it.
type model struct {
	Site  types.String `tfsdk:"site"`
	ID    types.String `tfsdk:"id"`
	Org   types.String `tfsdk:"org"`
	User  types.String `tfsdk:"user"`
	Roles types.Set    `tfsdk:"roles"`
	MethodObjects
}

// report takes over what the appliance says of the session.
func (m *model) report(ctx context.Context, details vcda.SessionDetails) diag.Diagnostics {
	m.ID = m.Site
	m.User = types.StringValue(details.User)
	if at, ok := details.At(m.Site.ValueString()); ok {
		m.Org = base.StringOrNull(at.Org)
	}
	roles, diags := types.SetValueFrom(ctx, types.StringType, append([]string{}, details.Roles...))
	m.Roles = roles
	return diags
}

func (m model) action() string { return "extend the session to the site " + m.Site.ValueString() }

// extend extends the session as the ways of the model say.
func (m model) extend(ctx context.Context, client *vcda.Client, holder string) (vcda.SessionDetails, diag.Diagnostics) {
	_, way := m.Way()
	details, err := client.Extend(ctx, vcda.Extension{Site: m.Site.ValueString(), Way: way}, holder)
	if err != nil {
		return details, diag.Diagnostics{m.problem(ctx, err)}
	}
	return details, nil
}

// problem is the error of an extension, at the attribute that caused it.
func (m model) problem(ctx context.Context, err error) diag.Diagnostic {
	if unknownSite(err) || errors.Is(err, vcda.ErrCloudOnly) {
		return diagnostics.UnableAt(ctx, path.Root("site"), m.action(), err)
	}
	name, _ := m.Way()
	return diagnostics.UnableAt(ctx, path.Root(name), m.action(), err)
}

// unknownSite tells that the appliance is not paired with the site.
func unknownSite(err error) bool {
	var e *vcda.ExtensionError
	return errors.As(err, &e) && e.UnknownSite()
}

// passing tells that the remote site could not be asked, which may pass.
func passing(err error) bool {
	var e *vcda.ExtensionError
	return errors.As(err, &e) && !vcda.IsNotSent(e.Err) && vcda.IsTransient(e.Err)
}

// hold keeps others of this process from taking the extension back.
func (m model) hold(ctx context.Context, client *vcda.Client) diag.Diagnostics {
	_, way := m.Way()
	if way == nil {
		return nil
	}
	if err := client.Hold(ctx, vcda.Extension{Site: m.Site.ValueString(), Way: way}, vcda.Managed); err != nil {
		return diag.Diagnostics{diagnostics.Unable(ctx, m.action(), err)}
	}
	return nil
}

type managed struct{ base.ForResource }

var (
	_ resource.ResourceWithConfigure   = &managed{}
	_ resource.ResourceWithImportState = &managed{}
	_ resource.ResourceWithModifyPlan  = &managed{}
)

// NewResource is the resource vcda_session_extension.
func NewResource() resource.Resource { return &managed{} }

func (r *managed) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session_extension"
}

func (r *managed) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	r.apply(ctx, req.Config, req.Plan, &resp.State, &resp.Diagnostics)
}

func (r *managed) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	r.apply(ctx, req.Config, req.Plan, &resp.State, &resp.Diagnostics)
}

// apply extends the session with the secrets of the configuration, since the
// plan does not hold those that are write-only.
func (r *managed) apply(ctx context.Context, config tfsdk.Config, plan tfsdk.Plan, state *tfsdk.State, diags *diag.Diagnostics) {
	var m, configured model
	diags.Append(plan.Get(ctx, &m)...)
	diags.Append(config.Get(ctx, &configured)...)
	client, absent := r.VCDA.Client()
	diags.Append(absent...)
	if diags.HasError() {
		return
	}
	details, problems := configured.extend(ctx, client, vcda.Managed)
	diags.Append(problems...)
	if diags.HasError() {
		return
	}
	diags.Append(m.report(ctx, details)...)
	diags.Append(state.Set(ctx, m)...)
}

func (r *managed) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	client, diags := r.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	details, err := client.Session(ctx)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, "read the session extension "+m.Site.ValueString(), err))
		return
	}
	if _, extended := details.At(m.Site.ValueString()); extended {
		resp.Diagnostics.Append(m.hold(ctx, client)...)
	} else {
		again, gone, diags := m.extendAgain(ctx, client)
		resp.Diagnostics.Append(diags...)
		if gone {
			resp.State.RemoveResource(ctx)
			return
		}
		if again != nil {
			details = *again
		}
	}
	resp.Diagnostics.Append(m.report(ctx, details)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// extendAgain extends a new session with the stored secret. A secret that is
// write-only is left to the plan. A refusal is a warning here, so that the plan
// can bring another secret. gone tells that the appliance knows no such site.
func (m model) extendAgain(ctx context.Context, client *vcda.Client) (details *vcda.SessionDetails, gone bool, diags diag.Diagnostics) {
	_, way := m.Way()
	if way == nil {
		return nil, false, nil
	}
	again, err := client.Extend(ctx, vcda.Extension{Site: m.Site.ValueString(), Way: way}, vcda.Managed)
	var refusal *vcda.ExtensionError
	switch {
	case err == nil:
		return &again, false, nil
	case unknownSite(err):
		diags.AddWarning("The site of a session extension is gone", fmt.Sprintf("The appliance is no longer paired with the site %s. The extension is removed from the state; to extend again, pair first.", m.Site.ValueString()))
		return nil, true, diags
	case errors.As(err, &refusal) && refusal.Refused, passing(err): // a site that is down must not stop what is done about it
		diags.Append(diagnostics.Warning(ctx, m.action(), err))
	default:
		diags.Append(diagnostics.Unable(ctx, m.action(), err))
	}
	return nil, false, diags
}

// Delete takes the extension back, unless something else of this process still
// holds the site.
func (r *managed) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	client, diags := r.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := client.Release(ctx, m.Site.ValueString(), vcda.Managed); err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, "take back the session extension to the site "+m.Site.ValueString(), err))
	}
}

// ModifyPlan refuses an extension where the service knows none, and extends a
// new session again with the secrets of the configuration, write-only ones
// included, which the refresh can't see.
func (r *managed) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	client, absent := r.VCDA.Client()
	if req.Plan.Raw.IsNull() || absent.HasError() {
		return
	}
	var m model
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	service, err := client.Service(ctx)
	switch {
	case err != nil:
		resp.Diagnostics.Append(diagnostics.Unable(ctx, m.action(), err))
	case service != vcda.Cloud:
		resp.Diagnostics.Append(m.problem(ctx, &vcda.ExtensionError{Site: m.Site.ValueString(), Index: -1, Err: vcda.ErrCloudOnly}))
	case req.Plan.Raw.Equal(req.State.Raw):
		r.ensure(ctx, client, m, resp)
	}
}

// ensure extends the session unless it extends to the site already. Where the
// appliance does not know the site, which something in this plan may be about to
// pair with, the apply tries again.
func (r *managed) ensure(ctx context.Context, client *vcda.Client, m model, resp *resource.ModifyPlanResponse) {
	site := m.Site.ValueString()
	_, way := m.Way()
	if way == nil || client.Holds(site, vcda.Managed) {
		return
	}
	details, err := client.Session(ctx)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, m.action(), err))
		return
	}
	if _, extended := details.At(site); extended {
		resp.Diagnostics.Append(m.hold(ctx, client)...)
		return
	}
	_, err = client.Extend(ctx, vcda.Extension{Site: site, Way: way}, vcda.Managed)
	switch {
	case err == nil:
	case unknownSite(err):
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("org"), types.StringUnknown())...)
	case passing(err):
		resp.Diagnostics.Append(diagnostics.Warning(ctx, m.action(), err))
	default:
		resp.Diagnostics.Append(m.problem(ctx, err))
	}
}

// ImportState takes the name of a site the appliance is paired with.
func (r *managed) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	client, diags := r.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	action := fmt.Sprintf("import the session extension %q", req.ID)
	peers, err := client.Peers(ctx)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, action, err))
		return
	}
	var names []string
	for _, s := range peers {
		if s.Site == req.ID {
			resource.ImportStatePassthroughID(ctx, path.Root("site"), req, resp)
			return
		}
		names = append(names, s.Site)
	}
	detail := "Give the name of a site the appliance is paired with. These are: " + strings.Join(names, ", ") + "."
	if len(names) == 0 {
		detail = "The appliance is paired with no site. Pair it first."
	}
	resp.Diagnostics.AddError("Unable to "+action, detail)
}
