package session

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcda"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// renewAfter is how long a session rests before it is used again: a third of
// the time after which it idles out by default ("Lifetime").
const renewAfter = 10 * time.Minute

type own struct{ base.ForEphemeral }

var (
	_ ephemeral.EphemeralResourceWithConfigure = &own{}
	_ ephemeral.EphemeralResourceWithRenew     = &own{}
	_ ephemeral.EphemeralResourceWithClose     = &own{}
)

// NewEphemeral is the ephemeral resource vcda_session.
func NewEphemeral() ephemeral.EphemeralResource { return &own{} }

type ownModel struct {
	Token types.String `tfsdk:"token"`
	URL   types.String `tfsdk:"url"`
	User  types.String `tfsdk:"user"`
	Roles []string     `tfsdk:"roles"`
}

func (r *own) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_session"
}

func (r *own) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Opens a session of its own with the login of the provider, keeps it alive, and logs it out afterwards. Its token can log another provider configuration in.",
		Attributes: map[string]schema.Attribute{
			"token": schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "Token of the session: the value of the `X-VCAV-Auth` header."},
			"url":   schema.StringAttribute{Computed: true, MarkdownDescription: "Address of the appliance the session is on."},
			"user":  schema.StringAttribute{Computed: true, MarkdownDescription: "User of the session."},
			"roles": schema.SetAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "Roles of the session."},
		},
	}
}

func (r *own) Open(ctx context.Context, _ ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	client, diags := r.VCDA.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	s, err := client.OpenSession(ctx)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, "open a session", err))
		return
	}
	resp.Diagnostics.Append(base.SetPrivate(ctx, resp.Private, s.ID)...)
	details, err := s.Details(ctx)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, "read the session that was opened", err))
		return
	}
	resp.RenewAt = time.Now().Add(renewAfter)
	resp.Diagnostics.Append(resp.Result.Set(ctx, ownModel{
		Token: types.StringValue(s.Token()), URL: types.StringValue(client.URL()),
		User: types.StringValue(details.User), Roles: append([]string{}, details.Roles...),
	})...)
}

func (r *own) Renew(ctx context.Context, req ephemeral.RenewRequest, resp *ephemeral.RenewResponse) {
	id, diags := base.GetPrivate(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	s, ok := r.find(id)
	if !ok {
		resp.Diagnostics.AddError("Unable to keep the session alive", "The session has been closed.")
		return
	}
	if _, err := s.Details(ctx); err != nil {
		resp.Diagnostics.Append(diagnostics.Unable(ctx, "keep the session alive", err))
		return
	}
	resp.RenewAt = time.Now().Add(renewAfter)
}

func (r *own) Close(ctx context.Context, req ephemeral.CloseRequest, resp *ephemeral.CloseResponse) {
	id, diags := base.GetPrivate(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	s, ok := r.find(id)
	if !ok {
		return
	}
	if err := s.Logout(ctx); err != nil { // the end of the process tries once more
		resp.Diagnostics.Append(diagnostics.Warning(ctx, "log the session out", err))
	}
}

// find returns the session that private data names.
func (r *own) find(id string) (*vcda.DetachedSession, bool) {
	client, absent := r.VCDA.Client()
	if absent.HasError() {
		return nil, false
	}
	return client.OwnSession(id)
}
