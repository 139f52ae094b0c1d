package vcenter

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/vcda-dr/terraform-provider-vcda/internal/diagnostics"
	"github.com/vcda-dr/terraform-provider-vcda/internal/service/base"
)

type ticketResource struct{ base.ForEphemeral }

var _ ephemeral.EphemeralResourceWithConfigure = &ticketResource{}

// NewTicketEphemeral is the ephemeral resource vcda_vcenter_clone_ticket.
func NewTicketEphemeral() ephemeral.EphemeralResource { return &ticketResource{} }

type ticketModel struct {
	Ticket types.String `tfsdk:"ticket"`
}

func (r *ticketResource) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_vcenter_clone_ticket"
}

func (r *ticketResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A ticket for one clone of the provider's session with the vCenter. Who has it can act as the user of that session. " +
			"It serves once, on the same vCenter, and only while the provider's session lives; plan and apply each get a ticket of their own.",
		Attributes: map[string]schema.Attribute{
			"ticket": schema.StringAttribute{Computed: true, Sensitive: true, MarkdownDescription: "The clone ticket."},
		},
	}
}

func (r *ticketResource) Open(ctx context.Context, _ ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	client, diags := r.VCenter.Client()
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	ticket, err := client.AcquireCloneTicket(ctx)
	if err != nil {
		resp.Diagnostics.Append(diagnostics.VCenter.Unable(ctx, "acquire a clone ticket", err))
		return
	}
	resp.Diagnostics.Append(resp.Result.Set(ctx, ticketModel{Ticket: types.StringValue(ticket)})...)
}
