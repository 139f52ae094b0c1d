package vcenter

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcenter"
	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

// renewEvery is how often a clone is used, so that it doesn't idle out: VMware's
// own clients do so every ten minutes.
const renewEvery = 10 * time.Minute

type ephemeralResource struct{ base.ForEphemeral }

var (
	_ ephemeral.EphemeralResourceWithConfigure = &ephemeralResource{}
	_ ephemeral.EphemeralResourceWithRenew     = &ephemeralResource{}
	_ ephemeral.EphemeralResourceWithClose     = &ephemeralResource{}
)

// NewEphemeral is the ephemeral resource vcda_vcenter_session.
func NewEphemeral() ephemeral.EphemeralResource { return &ephemeralResource{} }

type ephemeralModel struct {
	CloneTicket types.String `tfsdk:"clone_ticket"`
	SessionID   types.String `tfsdk:"session_id"`
	Key         types.String `tfsdk:"key"`
	model
}

func (r *ephemeralResource) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_vcenter_session"
}

func (r *ephemeralResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	all := base.EphemeralAttributes(attributes())
	all["clone_ticket"] = schema.StringAttribute{
		Optional: true, Sensitive: true,
		MarkdownDescription: "Ticket of the session to clone. Without it the provider's own session with the vCenter is cloned, by a fresh ticket. " +
			"A ticket serves once, but Terraform opens ephemeral resources in plan and again in apply: one made outside Terraform suits the apply of a saved plan, with a new ticket, and no one-command apply.",
		Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
	}
	all["session_id"] = schema.StringAttribute{
		Computed: true, Sensitive: true,
		MarkdownDescription: "Id of the clone, for the `vmware-api-session-id` header of the VI JSON API or the `vmware_soap_session` cookie of the SOAP API.",
	}
	all["key"] = schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "Key of the clone, which names it to administrators. It is not the session id."}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A clone of a vCenter session: it has the identity and the rights of that session and a life of its own. " +
			"It is kept from idling out while Terraform uses it, and logged out afterwards.",
		Attributes: all,
	}
}

func (r *ephemeralResource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var m ephemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	client, diags := r.VCenter.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	clone, err := open(ctx, client, m.CloneTicket.ValueString())
	if err != nil {
		resp.Diagnostics.Append(diagnostics.VCenter.Unable(ctx, "clone a session of the vCenter", err))
		return
	}
	m.SessionID = types.StringValue(clone.SessionID)
	m.Key = types.StringValue(clone.Session.Key)
	m.model = newModel(&clone.Session)
	resp.RenewAt = time.Now().Add(renewEvery)
	resp.Diagnostics.Append(base.SetPrivate(ctx, resp.Private, clone.ID)...)
	resp.Diagnostics.Append(resp.Result.Set(ctx, m)...)
}

// open clones by the ticket, or by a fresh one of the provider's session.
func open(ctx context.Context, client *vcenter.Client, ticket string) (*vcenter.Clone, error) {
	if ticket == "" {
		fresh, err := client.AcquireCloneTicket(ctx)
		if err != nil {
			return nil, err
		}
		ticket = fresh
	}
	return client.Clone(ctx, ticket)
}

// Renew uses the clone, so that it stays.
func (r *ephemeralResource) Renew(ctx context.Context, req ephemeral.RenewRequest, resp *ephemeral.RenewResponse) {
	clone, diags := r.opened(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	err := vcenter.ErrNoSession
	if clone != nil {
		err = clone.Renew(ctx)
	}
	if err != nil {
		resp.Diagnostics.Append(diagnostics.VCenter.Unable(ctx, "keep the cloned session of the vCenter alive", err))
		return
	}
	resp.RenewAt = time.Now().Add(renewEvery)
}

// Close logs the clone out. Where that fails, the end of the process tries again.
func (r *ephemeralResource) Close(ctx context.Context, req ephemeral.CloseRequest, resp *ephemeral.CloseResponse) {
	clone, diags := r.opened(ctx, req.Private)
	resp.Diagnostics.Append(diags...)
	if clone == nil {
		return
	}
	if err := clone.Logout(ctx); err != nil {
		resp.Diagnostics.Append(diagnostics.VCenter.Warning(ctx, "log out the cloned session of the vCenter", err))
	}
}

// opened is the clone that Open made, nil when it was logged out since.
func (r *ephemeralResource) opened(ctx context.Context, private base.Private) (*vcenter.Clone, diag.Diagnostics) {
	client, diags := r.VCenter.Client()
	if diags.HasError() {
		return nil, diags
	}
	id, diags := base.GetPrivate(ctx, private)
	clone, err := client.OpenClone(id)
	if err != nil {
		return nil, diags
	}
	return clone, diags
}
