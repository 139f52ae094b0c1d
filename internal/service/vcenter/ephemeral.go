package vcenter

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcenter"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
	"github.com/vcda-dr/terraform-provider-vcda/internal/values"
)

type ephemeralResource struct {
	base.EphemeralSession[vcenter.Client, *vcenter.Clone]
}

var (
	_ ephemeral.EphemeralResourceWithConfigure = &ephemeralResource{}
	_ ephemeral.EphemeralResourceWithRenew     = &ephemeralResource{}
	_ ephemeral.EphemeralResourceWithClose     = &ephemeralResource{}
)

// NewEphemeral returns the ephemeral resource vcda_vcenter_session.
func NewEphemeral() ephemeral.EphemeralResource {
	return &ephemeralResource{base.EphemeralSession[vcenter.Client, *vcenter.Clone]{
		System: base.VCenter,
		Name:   "cloned session of the vCenter",
		Find: func(client *vcenter.Client, id string) (*vcenter.Clone, bool) {
			clone, err := client.FindClone(id)
			return clone, err == nil
		},
		Use: func(ctx context.Context, clone *vcenter.Clone) error { return clone.Renew(ctx) },
	}}
}

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
		MarkdownDescription: "Ticket of the session to clone. Without it the provider clones its own session with the vCenter, by a new ticket. " +
			"A ticket works once, but Terraform opens ephemeral resources in plan and again in apply: use a ticket from outside Terraform only to apply a saved plan, and give that apply a new one.",
		Validators: []validator.String{base.ValidBy(values.Token)},
	}
	all["session_id"] = schema.StringAttribute{
		Computed: true, Sensitive: true,
		MarkdownDescription: "Session ID of the clone, for the `vmware-api-session-id` header of the VI JSON API or the `vmware_soap_session` cookie of the SOAP API.",
	}
	all["key"] = schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "Key that identifies the clone for administrators. It is not the session ID."}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A clone of a vCenter session, with the identity and the rights of that session. It stays after that session ends. " +
			"The provider keeps it from idling out while Terraform uses it, and logs it out at the end.",
		Attributes: all,
	}
}

func (r *ephemeralResource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	base.Open(ctx, base.VCenter(r.Data), req, resp, "clone a session of the vCenter", func(client *vcenter.Client, m *ephemeralModel) error {
		clone, err := cloneSession(ctx, client, m.CloneTicket.ValueString())
		if err != nil {
			return err
		}
		r.StoreID(ctx, clone.ID, resp)
		m.SessionID = types.StringValue(clone.SessionID)
		m.Key = types.StringValue(clone.Session.Key)
		m.model = newModel(&clone.Session)
		return nil
	})
}

// cloneSession clones by the ticket, or by a new one of the provider's session.
func cloneSession(ctx context.Context, client *vcenter.Client, ticket string) (*vcenter.Clone, error) {
	var err error
	if ticket == "" {
		ticket, err = client.AcquireCloneTicket(ctx)
	} else {
		ticket, err = values.Token(ticket)
	}
	if err != nil {
		return nil, err
	}
	return client.Clone(ctx, ticket)
}
