package vcenter

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/client/vcenter"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type ticketResource struct{ base.ForEphemeral }

var _ ephemeral.EphemeralResourceWithConfigure = &ticketResource{}

// NewTicketEphemeral returns the ephemeral resource vcda_vcenter_clone_ticket.
func NewTicketEphemeral() ephemeral.EphemeralResource { return &ticketResource{} }

type ticketModel struct {
	Ticket types.String `tfsdk:"ticket"`
}

func (r *ticketResource) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_vcenter_clone_ticket"
}

func (r *ticketResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A ticket to clone the provider's session with the vCenter. Anyone who has it can act as the user of that session. " +
			"It works once, on the same vCenter, and only as long as the provider's session exists; plan and apply each acquire their own ticket.",
		Attributes: map[string]schema.Attribute{
			"ticket": schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "The clone ticket."},
		},
	}
}

func (r *ticketResource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	base.Open(ctx, base.VCenter(r.Data), req, resp, "acquire a clone ticket", func(client *vcenter.Client, m *ticketModel) error {
		ticket, err := client.AcquireCloneTicket(ctx)
		m.Ticket = types.StringValue(ticket)
		return err
	})
}
