package sessionextension

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/customtypes"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type extension struct{ base.ForResource }

var (
	_ resource.ResourceWithConfigure   = &extension{}
	_ resource.ResourceWithImportState = &extension{}
	_ resource.ResourceWithModifyPlan  = &extension{}
)

// NewResource returns the resource vcda_session_extension.
func NewResource() resource.Resource { return &extension{} }

func (r *extension) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session_extension"
}

func (r *extension) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	r.apply(ctx, req.Config, req.Plan, &resp.State, &resp.Diagnostics)
}

func (r *extension) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	r.apply(ctx, req.Config, req.Plan, &resp.State, &resp.Diagnostics)
}

// apply extends the session with the secrets of the configuration, because the plan
// does not hold write-only ones.
func (r *extension) apply(ctx context.Context, config tfsdk.Config, plan tfsdk.Plan, state *tfsdk.State, diags *diag.Diagnostics) {
	var m, configured model
	diags.Append(plan.Get(ctx, &m)...)
	diags.Append(config.Get(ctx, &configured)...)
	client, absent := r.VCDA.Client()
	diags.Append(absent...)
	if diags.HasError() {
		return
	}
	details, err := configured.extend(ctx, client, vcda.Managed)
	if err != nil {
		diags.Append(configured.unable(ctx, err))
		return
	}
	diags.Append(m.setDetails(ctx, details)...)
	diags.Append(state.Set(ctx, m)...)
}

func (r *extension) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
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
	if m.hasMethod() {
		details, err = m.ensure(ctx, client, details)
	}
	switch {
	case err == nil:
	case isUnknownSite(err):
		resp.Diagnostics.AddWarning("Session extension to an unknown site",
			fmt.Sprintf("The appliance is no longer paired with the site %s, so the extension is removed from the state. Pair with the site before you extend again.", m.Site.ValueString()))
		resp.State.RemoveResource(ctx)
		return
	case isRefused(err), isUnreachable(err): // a warning: the plan may bring another secret, or repair the site
		resp.Diagnostics.Append(diagnostics.Warning(ctx, m.action(), err))
	default:
		resp.Diagnostics.Append(diagnostics.Unable(ctx, m.action(), err))
	}
	resp.Diagnostics.Append(m.setDetails(ctx, details)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// ensure extends the session unless it extends to the site already, and returns its details. It reserves the
// extension, so that an ephemeral one to the same site does not end it.
func (m model) ensure(ctx context.Context, client *vcda.Client, details vcda.SessionDetails) (vcda.SessionDetails, error) {
	if m.isExtended(details) {
		return details, client.Reserve(ctx, m.extension(), vcda.Managed)
	}
	extended, err := m.extend(ctx, client, vcda.Managed)
	if err != nil {
		return details, err
	}
	return extended, nil
}

// Delete ends the extension, unless another object of this process needs it.
func (r *extension) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var m model
	resp.Diagnostics.Append(req.State.Get(ctx, &m)...)
	client, diags := r.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := client.Release(ctx, m.Site.ValueString(), vcda.Managed); err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, "end the session extension to the site "+m.Site.ValueString(), err))
	}
}

// maxListed is the number of sites that a message lists.
const maxListed = 10

// pairedSites lists the sites that the session could be extended to.
func pairedSites(names []string) string {
	const text = "Give the name of a site the appliance is paired with. These are: "
	switch {
	case len(names) == 0:
		return "The appliance is paired with no site. Pair it first."
	case len(names) > maxListed:
		return fmt.Sprintf("%s%s and %d more.", text, strings.Join(names[:maxListed], ", "), len(names)-maxListed)
	}
	return text + strings.Join(names, ", ") + "."
}

// ImportState imports the extension to a site by the name of the site.
func (r *extension) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
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
		if customtypes.SiteNameType.Same(s.Site, req.ID) {
			resource.ImportStatePassthroughID(ctx, path.Root("site"), req, resp)
			return
		}
		names = append(names, s.Site)
	}
	resp.Diagnostics.AddError("Unable to "+action, pairedSites(names))
}
