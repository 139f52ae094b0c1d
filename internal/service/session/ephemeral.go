package session

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type ephemeralResource struct {
	base.EphemeralSession[vcda.Client, *vcda.DetachedSession]
}

var (
	_ ephemeral.EphemeralResourceWithConfigure = &ephemeralResource{}
	_ ephemeral.EphemeralResourceWithRenew     = &ephemeralResource{}
	_ ephemeral.EphemeralResourceWithClose     = &ephemeralResource{}
)

// NewEphemeral returns the ephemeral resource vcda_session.
func NewEphemeral() ephemeral.EphemeralResource {
	return &ephemeralResource{base.EphemeralSession[vcda.Client, *vcda.DetachedSession]{
		System: base.VCDA,
		Name:   "session",
		Find:   (*vcda.Client).FindSession,
		Use: func(ctx context.Context, s *vcda.DetachedSession) error {
			_, err := s.Details(ctx)
			return err
		},
	}}
}

type ephemeralModel struct {
	Token types.String `tfsdk:"token"`
	URL   types.String `tfsdk:"url"`
	User  types.String `tfsdk:"user"`
	Roles []string     `tfsdk:"roles"`
}

func (r *ephemeralResource) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session"
}

func (r *ephemeralResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Opens another session with the login of the provider, keeps it alive, and logs it out at the end. Its token can log another provider configuration in.",
		Attributes: map[string]schema.Attribute{
			"token": schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "Token of the session: the value of the `X-VCAV-Auth` header."},
			"url":   schema.StringAttribute{Computed: true, MarkdownDescription: "Address of the appliance the session is on."},
			"user":  schema.StringAttribute{Computed: true, MarkdownDescription: "User of the session."},
			"roles": schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Roles of the session."},
		},
	}
}

// Open opens a session. If it can't be read, the end of the process logs it out.
func (r *ephemeralResource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	base.Open(ctx, base.VCDA(r.Data), req, resp, "open a session", func(client *vcda.Client, m *ephemeralModel) error {
		session, err := client.OpenSession(ctx)
		if err != nil {
			return err
		}
		details, err := session.Details(ctx)
		if err != nil {
			return err
		}
		r.StoreID(ctx, session.ID, resp)
		*m = ephemeralModel{
			Token: types.StringValue(session.Token()), URL: types.StringValue(client.URL()),
			User: types.StringValue(details.User), Roles: append([]string{}, details.Roles...),
		}
		return nil
	})
}
