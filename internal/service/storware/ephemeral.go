package storware

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/storware"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type ephemeralResource struct {
	base.EphemeralSession[storware.Client, *storware.Session]
}

var (
	_ ephemeral.EphemeralResourceWithConfigure = &ephemeralResource{}
	_ ephemeral.EphemeralResourceWithRenew     = &ephemeralResource{}
	_ ephemeral.EphemeralResourceWithClose     = &ephemeralResource{}
)

// NewEphemeral returns the ephemeral resource vcda_storware_session.
func NewEphemeral() ephemeral.EphemeralResource {
	return &ephemeralResource{base.EphemeralSession[storware.Client, *storware.Session]{
		System: base.Storware,
		Name:   "session of Storware",
		Find:   (*storware.Client).FindSession,
		Use: func(ctx context.Context, s *storware.Session) error {
			_, err := s.Info(ctx)
			return err
		},
	}}
}

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
		MarkdownDescription: "Whether to ask for new tokens of Storware Endpoints. The documentation of Storware does not say whether earlier tokens then become invalid. Default: `false`.",
	}
	all["cookie"] = secret("Value of the `Cookie` header that carries the session.")
	all["endpoints_server_manager_token"] = secret("Token for the server manager of Storware Endpoints, null where there is none.")
	all["endpoints_organization_admin_token"] = secret("Token for the organization administrator of Storware Endpoints, null where there is none.")
	all["endpoints_server_manager_warning"] = schema.StringAttribute{Computed: true, MarkdownDescription: "Warning of the server about the token for the server manager."}
	all["endpoints_organization_admin_warning"] = schema.StringAttribute{Computed: true, MarkdownDescription: "Warning of the server about the token for the organization administrator."}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Opens another session with Storware Backup & Recovery (formerly vProtect), with the login of the provider. " +
			"The provider keeps it from idling out while Terraform uses it, and logs it out at the end.",
		Attributes: all,
	}
}

func secret(description string) schema.StringAttribute {
	return schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: description}
}

// Open opens a session. If it can't be read, the end of the process logs it out.
func (r *ephemeralResource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	base.Open(ctx, base.Storware(r.Data), req, resp, "open a session of Storware", func(client *storware.Client, m *ephemeralModel) error {
		session, err := client.Open(ctx)
		if err != nil {
			return err
		}
		info, err := readInfo(ctx, session, m.RefreshEndpointsTokens.ValueBool())
		if err != nil {
			return err
		}
		r.StoreID(ctx, session.ID, resp)
		m.Cookie = types.StringValue(session.Cookie())
		m.sessionModel = newSessionModel(info.SessionInfo)
		m.setTokens(info.EndpointsTokens)
		return nil
	})
}

func readInfo(ctx context.Context, session *storware.Session, refresh bool) (storware.SessionInfoWithTokens, error) {
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
