package storware

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// renewEvery is how often the session is used, so that it doesn't idle out. How
// long that takes is a setting of the server, with no documented default.
const renewEvery = 10 * time.Minute

type ephemeralResource struct{ base.ForEphemeral }

var (
	_ ephemeral.EphemeralResourceWithConfigure = &ephemeralResource{}
	_ ephemeral.EphemeralResourceWithRenew     = &ephemeralResource{}
	_ ephemeral.EphemeralResourceWithClose     = &ephemeralResource{}
)

// NewEphemeral is the ephemeral resource vcda_storware_session.
func NewEphemeral() ephemeral.EphemeralResource { return &ephemeralResource{} }

type ephemeralModel struct {
	RefreshEndpointsTokens            types.Bool   `tfsdk:"refresh_endpoints_tokens"`
	Cookie                            types.String `tfsdk:"cookie"`
	EndpointsServerManagerToken       types.String `tfsdk:"endpoints_server_manager_token"`
	EndpointsServerManagerWarning     types.String `tfsdk:"endpoints_server_manager_warning"`
	EndpointsOrganizationAdminToken   types.String `tfsdk:"endpoints_organization_admin_token"`
	EndpointsOrganizationAdminWarning types.String `tfsdk:"endpoints_organization_admin_warning"`
	sessionModel
}

func (r *ephemeralResource) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_storware_session"
}

func (r *ephemeralResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	all := base.EphemeralAttributes(sessionAttributes())
	all["refresh_endpoints_tokens"] = schema.BoolAttribute{
		Optional:            true,
		MarkdownDescription: "Whether to ask for new tokens of Storware Endpoints. Whether others then lose theirs is not documented. Default: `false`.",
	}
	all["cookie"] = secret("Value of the `Cookie` header that carries the session.")
	all["endpoints_server_manager_token"] = secret("Token for the server manager of Storware Endpoints, null where there is none.")
	all["endpoints_organization_admin_token"] = secret("Token for the organization administrator of Storware Endpoints, null where there is none.")
	all["endpoints_server_manager_warning"] = schema.StringAttribute{Computed: true, MarkdownDescription: "What the server says about the token for the server manager."}
	all["endpoints_organization_admin_warning"] = schema.StringAttribute{Computed: true, MarkdownDescription: "What the server says about the token for the organization administrator."}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A session with Storware Backup & Recovery (formerly vProtect), by a login of its own. " +
			"It is kept from idling out while Terraform uses it, and logged out afterwards.",
		Attributes: all,
	}
}

func secret(description string) schema.StringAttribute {
	return schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: description}
}

// Open leaves a session that can't be read to the end of the process.
func (r *ephemeralResource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m ephemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	client, diags := r.Storware.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	session, err := client.Open(ctx)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Storware.Unable(ctx, "open a session of Storware", err))
		return
	}
	info, err := read(ctx, session, m.RefreshEndpointsTokens.ValueBool())
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Storware.Unable(ctx, "read the session of Storware that was opened", err))
		return
	}
	m.Cookie = types.StringValue(session.Cookie())
	m.sessionModel = newSessionModel(info.SessionInfo)
	m.setTokens(info.EndpointsTokens)
	resp.RenewAt = time.Now().Add(renewEvery)
	resp.Diagnostics.Append(base.SetPrivate(ctx, resp.Private, session.ID)...)
	resp.Diagnostics.Append(resp.Result.Set(ctx, m)...)
}

func read(ctx context.Context, session *storware.Session, refresh bool) (storware.SessionInfoWithTokens, error) {
	if refresh {
		return session.RefreshEndpointsTokens(ctx)
	}
	return session.Info(ctx)
}

func (m *ephemeralModel) setTokens(t storware.EndpointsTokens) {
	m.EndpointsServerManagerToken = base.StringOrNull(t.ServerManagerToken)
	m.EndpointsServerManagerWarning = base.StringOrNull(t.ServerManagerWarning)
	m.EndpointsOrganizationAdminToken = base.StringOrNull(t.OrganizationAdminToken)
	m.EndpointsOrganizationAdminWarning = base.StringOrNull(t.OrganizationAdminWarning)
}

// Renew uses the session, so that it stays.
func (r *ephemeralResource) Renew(ctx context.Context, req ephemeral.RenewRequest, resp *ephemeral.RenewResponse) {
	session, diags := r.opened(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	err := storware.ErrClosed
	if session != nil {
		_, err = session.Info(ctx)
	}
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Storware.Unable(ctx, "keep the session of Storware alive", err))
		return
	}
	resp.RenewAt = time.Now().Add(renewEvery)
}

// Close logs the session out.
func (r *ephemeralResource) Close(ctx context.Context, req ephemeral.CloseRequest, resp *ephemeral.CloseResponse) {
	session, diags := r.opened(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	if session == nil {
		return
	}
	if err := session.Logout(ctx); err != nil {
		resp.Diagnostics.Append(diagnostics.Storware.Warning(ctx, "log out the session of Storware", err))
	}
}

// opened is the session that Open made, nil when it was logged out since.
func (r *ephemeralResource) opened(ctx context.Context, private base.Private) (*storware.Session, diag.Diagnostics) {
	client, diags := r.Storware.Client()
	if diags.HasError() {
		return nil, diags
	}
	id, diags := base.GetPrivate(ctx, private)
	session, _ := client.Opened(id)
	return session, diags
}
